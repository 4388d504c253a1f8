#include <fstream>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <monolite/base/error.h>
#include <monolite/base/temporary_folder.h>
#include <monolite/http/detail/test_server.h>
#include <monolite/http/static_files.h>

namespace monolite::http {
namespace {

namespace fs = std::filesystem;
using base::TemporaryFolder;
using ::testing::StartsWith;

struct StaticFilesTest : ::testing::Test {
  StaticFilesTest() {
    fs::create_directories(root() / "assets/deep");
    fs::create_directories(outside());
    write("robots.txt", "User-agent: *\n");
    write("assets/app.css", css);
    write("assets/deep/a b.js", "1;");
    write(".env", "SECRET=1");
    fs::create_directories(root() / ".git");
    write(".git/config", "secret");
    std::ofstream(outside() / "secret.txt") << "secret";
    make("/");
  }

  fs::path root() const { return folder.path() / "public"; }
  fs::path outside() const { return folder.path() / "outside"; }
  void write(const std::string& name, std::string_view text) const { std::ofstream(root() / name) << text; }

  void make(std::string prefix, base::WorkerPool* workers = nullptr) {
    files = std::make_unique<StaticFiles>(StaticFilesOptions{.folder = root(),
                                                             .prefix = std::move(prefix),
                                                             .cache_control = "public, max-age=60",
                                                             .max_cached_file = 10'000},
                                          clock, workers);
  }

  testing::Reply get(std::string target, std::string_view name = "", std::string_view value = "") {
    Headers headers;
    if (!name.empty()) headers.add(name, value);
    return client.send(Method::kGet, std::move(target), {}, headers);
  }

  const std::string css = "body { color: red }\n" + std::string(4000, ' ');
  TemporaryFolder folder;
  base::ManualClock clock{base::Timestamp(std::chrono::seconds(1'795'183'140))};
  std::unique_ptr<StaticFiles> files;
  testing::Client client{[this](Request& request) { return files->handler()(request); }};
};

TEST_F(StaticFilesTest, ServesAFileWithItsHeaders) {
  const auto reply = get("/robots.txt");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "User-agent: *\n");
  EXPECT_EQ(reply.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(reply.header("Cache-Control"), "public, max-age=60");
  EXPECT_EQ(reply.header("Accept-Ranges"), "bytes");
  EXPECT_THAT(reply.header("ETag"), ::testing::MatchesRegex("\"[0-9a-f]{32}\""));
  EXPECT_THAT(reply.header("Last-Modified"), ::testing::EndsWith(" GMT"));
}

TEST_F(StaticFilesTest, NamesAreDecodedAndQueriesIgnored) {
  EXPECT_EQ(get("/assets/deep/a%20b.js?v=2").body, "1;");
  EXPECT_EQ(get("/assets/deep/a%20b.js").header("Content-Type"), "text/javascript; charset=utf-8");
}

TEST_F(StaticFilesTest, NothingOutsideAndNothingHiddenIsServed) {
  fs::create_symlink(outside() / "secret.txt", root() / "link.txt");
  fs::create_directory_symlink(outside(), root() / "linked");
  fs::create_symlink("robots.txt", root() / "inner.txt");
  for (const std::string target : {"/../outside/secret.txt",
                                   "/assets/../../outside/secret.txt",
                                   "/%2e%2e/outside/secret.txt",
                                   "/..%2foutside/secret.txt",
                                   "/assets/..%2f..%2foutside%2fsecret.txt",
                                   "/.env",
                                   "/.git/config",
                                   "/%2eenv",
                                   "/assets/./app.css",
                                   "//robots.txt",
                                   "/assets//app.css",
                                   "/robots.txt/",
                                   "/robots.txt%00.css",
                                   "/..\\secret.txt",
                                   "/assets\\app.css",
                                   "/link.txt",
                                   "/linked/secret.txt",
                                   "/inner.txt",
                                   "/assets",
                                   "/assets/",
                                   "/",
                                   "/robots.txt/x",
                                   "/nothing.txt",
                                   "/%zz"}) {
    EXPECT_EQ(get(target).status, 404) << target;
  }
}

TEST_F(StaticFilesTest, ANameThatIsTooLongIsNotFound) { EXPECT_EQ(get("/" + std::string(5000, 'a')).status, 404); }

TEST_F(StaticFilesTest, APipeDoesNotHang) {
  ASSERT_EQ(mkfifo((root() / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(get("/pipe").status, 404);
}

TEST_F(StaticFilesTest, OnlyGetAndHead) {
  EXPECT_EQ(client.post("/robots.txt").status, 404);
  const auto reply = client.send(Method::kHead, "/robots.txt");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
}

TEST_F(StaticFilesTest, AnUnchangedFileIsNotSentAgain) {
  const auto first = get("/robots.txt");
  const std::string tag = first.header("ETag");
  for (const std::string& condition : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
    const auto reply = get("/robots.txt", "If-None-Match", condition);
    EXPECT_EQ(reply.status, 304) << condition;
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(reply.header("ETag"), tag);
  }
  EXPECT_EQ(get("/robots.txt", "If-None-Match", "\"other\"").status, 200);
  EXPECT_EQ(get("/robots.txt", "If-Modified-Since", first.header("Last-Modified")).status, 304);
  EXPECT_EQ(get("/robots.txt", "If-Modified-Since", "Fri, 20 Nov 1998 13:59:00 GMT").status, 200);
  EXPECT_EQ(get("/robots.txt", "If-Modified-Since", "nonsense").status, 200);
}

TEST_F(StaticFilesTest, ATagOutranksADate) {
  Headers headers;
  headers.add("If-None-Match", "\"other\"");
  headers.add("If-Modified-Since", get("/robots.txt").header("Last-Modified"));
  EXPECT_EQ(client.send(Method::kGet, "/robots.txt", {}, headers).status, 200);
}

TEST_F(StaticFilesTest, PartsOfAFile) {
  const auto part = get("/robots.txt", "Range", "bytes=0-3");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "User");
  EXPECT_EQ(part.header("Content-Range"), "bytes 0-3/14");
  EXPECT_EQ(get("/robots.txt", "Range", "bytes=-3").body, " *\n");
  const auto beyond = get("/robots.txt", "Range", "bytes=14-");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("Content-Range"), "bytes */14");
  EXPECT_EQ(get("/robots.txt", "Range", "bytes=0-1,3-4").status, 200);
}

TEST_F(StaticFilesTest, ARangeOfAnotherStateGivesTheWhole) {
  const auto ask = [&](std::string_view condition) {
    Headers headers;
    headers.add("Range", "bytes=0-3");
    headers.add("If-Range", condition);
    return client.send(Method::kGet, "/robots.txt", {}, headers).status;
  };
  const auto whole = get("/robots.txt");
  EXPECT_EQ(ask(whole.header("ETag")), 206);
  EXPECT_EQ(ask(whole.header("Last-Modified")), 206);
  EXPECT_EQ(ask("\"other\""), 200);
  EXPECT_EQ(ask("W/" + whole.header("ETag")), 200);
}

TEST_F(StaticFilesTest, TextIsCompressedOnceAndTaggedApart) {
  const auto plain = get("/assets/app.css");
  const auto packed = get("/assets/app.css", "Accept-Encoding", "gzip");
  EXPECT_EQ(packed.header("Content-Encoding"), "gzip");
  EXPECT_LT(packed.body.size(), plain.body.size());
  EXPECT_NE(packed.header("ETag"), plain.header("ETag"));
  EXPECT_EQ(plain.header("Vary"), "Accept-Encoding");
  EXPECT_EQ(packed.headers.all("Vary").size(), 1U);
  EXPECT_EQ(get("/assets/app.css", "If-None-Match", packed.header("ETag")).status, 304);
  // A part is a part of the plain bytes.
  Headers headers;
  headers.add("Accept-Encoding", "gzip");
  headers.add("Range", "bytes=0-3");
  EXPECT_EQ(client.send(Method::kGet, "/assets/app.css", {}, headers).body, "body");
}

TEST_F(StaticFilesTest, LooksAtTheDiskAgainAfterAWhile) {
  const std::string tag = get("/robots.txt").header("ETag");
  write("robots.txt", "changed");
  EXPECT_EQ(get("/robots.txt").header("ETag"), tag);
  clock.advance(std::chrono::seconds(1));
  const auto reply = get("/robots.txt");
  EXPECT_EQ(reply.body, "changed");
  EXPECT_NE(reply.header("ETag"), tag);
  fs::remove(root() / "robots.txt");
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(get("/robots.txt").status, 404);
}

TEST_F(StaticFilesTest, LargeFilesAreReadWhileTheyAreSent) {
  const std::string large(20'000, 'z');
  write("large.bin", large);
  const auto reply = get("/large.bin");
  EXPECT_EQ(reply.body, large);
  EXPECT_EQ(reply.header("Content-Type"), "application/octet-stream");
  EXPECT_EQ(get("/large.bin", "Range", "bytes=19999-").body, "z");
  EXPECT_EQ(get("/large.bin", "If-None-Match", reply.header("ETag")).status, 304);
}

TEST_F(StaticFilesTest, AnEmptyFileIsAFile) {
  write("empty.txt", "");
  const auto reply = get("/empty.txt");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "");
}

TEST_F(StaticFilesTest, APrefixIsTakenOff) {
  make("/static/");
  EXPECT_EQ(get("/static/robots.txt").status, 200);
  EXPECT_EQ(get("/robots.txt").status, 404);
  EXPECT_EQ(get("/static").status, 404);
}

TEST_F(StaticFilesTest, WorkersDoTheReading) {
  base::WorkerPool workers(1);
  make("/", &workers);
  EXPECT_EQ(get("/robots.txt").body, "User-agent: *\n");
  files.reset();
}

TEST_F(StaticFilesTest, AFullCacheStillServes) {
  files = std::make_unique<StaticFiles>(StaticFilesOptions{.folder = root(), .max_cache_bytes = 0}, clock);
  EXPECT_EQ(get("/robots.txt").body, "User-agent: *\n");
  EXPECT_EQ(get("/robots.txt").body, "User-agent: *\n");
}

TEST_F(StaticFilesTest, AMissingFolderIsAConfigurationError) {
  try {
    const StaticFiles absent({.folder = root() / "absent"}, clock);
    FAIL() << "nothing was thrown";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.code(), base::ErrorCode::kConfig);
  }
}

TEST(MediaType, GoesByTheExtension) {
  EXPECT_EQ(media_type("a.CSS"), "text/css; charset=utf-8");
  EXPECT_EQ(media_type("a.min.js"), "text/javascript; charset=utf-8");
  EXPECT_EQ(media_type("a"), "application/octet-stream");
  EXPECT_EQ(media_type("a.unknown"), "application/octet-stream");
  EXPECT_EQ(media_type("icon.png"), "image/png");
}

TEST_F(StaticFilesTest, OverTheWireInManyPieces) {
  base::WorkerPool workers(2);
  std::string large;
  base::SeededRng rng(3);
  large.resize(1'500'000);
  rng.fill(std::as_writable_bytes(std::span(large)));
  write("large.bin", large);
  for (base::WorkerPool* pool : {static_cast<base::WorkerPool*>(nullptr), &workers}) {
    make("/", pool);
    testing::TestServer server([this](Request& request) { return files->handler()(request); }, testing::test_options(),
                               pool);
    testing::Wire wire(server.port());
    EXPECT_TRUE(wire.ask("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n").body == large);
    const auto part = wire.ask("GET /large.bin HTTP/1.1\r\nHost: x\r\nRange: bytes=300000-999999\r\n\r\n");
    EXPECT_TRUE(part.body == large.substr(300'000, 700'000));
    const auto head = wire.ask("HEAD /large.bin HTTP/1.1\r\nHost: x\r\n\r\n", testing::Wire::Body::kNone);
    EXPECT_EQ(head.header("Content-Length"), "1500000");
    EXPECT_EQ(wire.ask("GET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
  }
}

TEST_F(StaticFilesTest, AFileThatShrinksWhileItIsSentCutsTheConnection) {
  write("large.bin", "");
  fs::resize_file(root() / "large.bin", 20'000'000);
  testing::TestServer server([this](Request& request) { return files->handler()(request); });
  testing::Wire wire(server.port());
  wire.send("GET /large.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(wire.read_bytes(12), StartsWith("HTTP/1.1 200"));
  fs::resize_file(root() / "large.bin", 10);
  EXPECT_LT(wire.read_bytes(30'000'000).size(), 20'000'000U);
}

}  // namespace
}  // namespace monolite::http

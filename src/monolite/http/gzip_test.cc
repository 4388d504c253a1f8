#include <gmock/gmock.h>
#include <zlib.h>

#include <monolite/base/rng.h>
#include <monolite/http/detail/gzip.h>
#include <monolite/http/testing.h>

namespace monolite::http {
namespace {

std::string gunzip(std::string_view compressed, std::size_t size) {
  std::string out(size + 1, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

/// A page of that text, which holds nothing to escape.
Response page_of(std::string_view text) { return html(view::SafeHtml::trusted(text)); }

struct Compress : ::testing::Test {
  Response apply(Response response, std::string_view accept = "gzip", base::WorkerPool* workers = nullptr) {
    RequestParts parts;
    if (!accept.empty()) parts.headers.add("Accept-Encoding", accept);
    const Request request(std::move(parts), context);
    detail::compress(options, workers, request, response);
    return response;
  }
  static bool is_compressed(const Response& response) { return response.headers().find("Content-Encoding") == "gzip"; }

  const std::string page = std::string(5000, 'x') + "end";
  GzipOptions options;
  base::SystemRng rng;
  base::SystemClock clock;
  RequestContext context{.log = base::Log::silent(), .rng = rng, .clock = clock};
};

TEST(AcceptsGzip, FollowsTheTable) {
  for (const std::string_view yes : {"gzip", "GZIP", "x-gzip", "deflate, gzip;q=0.5", "*", "br;q=1, *;q=0.1",
                                     "gzip;q=0.001", "gzip; q=1.0", "gzip;level=9", "identity;q=0, gzip"}) {
    EXPECT_TRUE(detail::accepts_gzip(yes)) << yes;
  }
  for (const std::string_view no :
       {"", "identity", "br", "gzip;q=0", "gzip; q=0.000", "gzip;q=0, *", "*;q=0", "gzipped"}) {
    EXPECT_FALSE(detail::accepts_gzip(no)) << no;
  }
}

TEST(IsCompressible, MeansText) {
  for (const std::string_view yes : {"text/html; charset=utf-8", "text/css", "application/json", "image/svg+xml"}) {
    EXPECT_TRUE(detail::is_compressible(yes)) << yes;
  }
  for (const std::string_view no : {"", "image/png", "application/gzip", "application/octet-stream", "font/woff2"}) {
    EXPECT_FALSE(detail::is_compressible(no)) << no;
  }
}

TEST_F(Compress, ComesBackAsItWas) {
  const Response response = apply(page_of(page));
  EXPECT_TRUE(is_compressed(response));
  EXPECT_LT(response.body_size(), page.size() / 10);
  EXPECT_EQ(gunzip(response.body_text(), page.size()), page);
  EXPECT_EQ(response.headers().find("Vary"), "Accept-Encoding");
}

TEST_F(Compress, AlsoWhatDoesNotShrinkAndWhatIsLarge) {
  for (const std::size_t size : {2000UL, 300'000UL, 3'000'000UL}) {
    base::SeededRng noise(7);
    std::string bytes(size, '\0');
    noise.fill(std::as_writable_bytes(std::span(bytes)));
    EXPECT_EQ(gunzip(detail::gzip(bytes, 1), size), bytes);
    EXPECT_EQ(gunzip(detail::gzip(bytes, 9), size), bytes);
  }
}

TEST_F(Compress, AWorkerGivesTheSame) {
  base::WorkerPool workers(1);
  const std::string large(200'000, 'y');
  EXPECT_EQ(apply(page_of(large), "gzip", &workers).body_text(), apply(page_of(large)).body_text());
}

TEST_F(Compress, SharedBytesStayUntouched) {
  const auto shared = std::make_shared<const std::string>(page);
  EXPECT_TRUE(is_compressed(apply(Response(Status::kOk, "text/html", shared))));
  EXPECT_EQ(*shared, page);
}

TEST_F(Compress, LeavesAloneWhatMustStay) {
  EXPECT_FALSE(is_compressed(apply(page_of(std::string(1024, 'x')))));
  EXPECT_TRUE(is_compressed(apply(page_of(std::string(1025, 'x')))));
  EXPECT_FALSE(is_compressed(apply(Response(Status::kOk, "image/png", page))));
  EXPECT_FALSE(is_compressed(apply(Response(Status::kPartialContent, "text/html", page))));
  EXPECT_EQ(apply(page_of(page).header("Content-Encoding", "br")).body_text(), page);
  options.level = 0;
  EXPECT_FALSE(is_compressed(apply(page_of(page))));
}

TEST_F(Compress, SaysThatItVariesAlsoWhenItDoesNotCompress) {
  const Response response = apply(page_of(page), "");
  EXPECT_FALSE(is_compressed(response));
  EXPECT_EQ(response.headers().find("Vary"), "Accept-Encoding");
  EXPECT_EQ(apply(page_of("short")).headers().find("Vary"), std::nullopt);
  EXPECT_EQ(apply(page_of(page).header("Vary", "Cookie, accept-encoding")).headers().all("Vary").size(), 1U);
}

TEST_F(Compress, AStrongTagBecomesWeak) {
  EXPECT_EQ(apply(page_of(page).header("ETag", "\"a\"")).headers().find("ETag"), "W/\"a\"");
  EXPECT_EQ(apply(page_of(page).header("ETag", "W/\"a\"")).headers().find("ETag"), "W/\"a\"");
}

}  // namespace
}  // namespace monolite::http

#include <functional>

#include <gmock/gmock.h>

#include <monolite/base/rng.h>
#include <monolite/http/detail/request_parser.h>

namespace monolite::http {
namespace {

using detail::RequestParser;
using State = RequestParser::State;

/// What came out of a stream of bytes: the requests up to the first failure or the end of the bytes.
struct Outcome {
  std::vector<RequestParts> requests;
  State state = State::kHead;
  Status error = Status::kOk;
  std::size_t left = 0;  ///< bytes that nothing consumed
};

/// Offers `bytes` in pieces of `piece` bytes, as a connection does: what was not consumed is offered again.
Outcome parse(std::string_view bytes, std::size_t piece, const Limits& limits = {}) {
  Outcome outcome;
  RequestParser parser(limits);
  RequestParts parts;
  parser.start(parts);
  std::size_t begin = 0;
  for (std::size_t end = 0; end < bytes.size();) {
    end = std::min(bytes.size(), end + piece);
    while (begin < end) {
      const std::size_t consumed = parser.feed(bytes.substr(begin, end - begin));
      begin += consumed;
      if (parser.state() == State::kFailed) {
        outcome.error = parser.error_status();
        outcome.state = State::kFailed;
        return outcome;
      }
      if (parser.state() == State::kDone) {
        outcome.requests.push_back(std::exchange(parts, {}));
        parser.start(parts);
      } else if (consumed == 0) {
        break;
      }
    }
  }
  outcome.state = parser.state();
  outcome.left = bytes.size() - begin;
  return outcome;
}

std::string text_of(const RequestParts& parts) {
  std::string text = std::string(name_of(parts.method)) + " " + parts.target + "\n";
  for (const auto field : parts.headers) text.append(field.name).append(":").append(field.value).append("\n");
  return text + "\n" + parts.body;
}

std::string text_of(const Outcome& outcome) {
  std::string text;
  for (const auto& parts : outcome.requests) text.append(text_of(parts)).append("\n--\n");
  return text + std::to_string(static_cast<int>(outcome.state)) + " " + std::to_string(code(outcome.error));
}

RequestParts parse_one(std::string_view bytes) {
  Outcome outcome = parse(bytes, bytes.size());
  EXPECT_EQ(outcome.requests.size(), 1U) << bytes;
  EXPECT_EQ(outcome.left, 0U) << bytes;
  return outcome.requests.empty() ? RequestParts{} : std::move(outcome.requests.front());
}

TEST(RequestParser, ReadsAPlainRequest) {
  const auto parts = parse_one("GET /posts?page=2 HTTP/1.1\r\nHost: news.example:3000\r\nX-A:  b \t\r\nEmpty:\r\n\r\n");
  EXPECT_EQ(text_of(parts), "GET /posts?page=2\nHost:news.example:3000\nX-A:b\nEmpty:\n\n");
}

TEST(RequestParser, ReadsBodiesByLengthAndByChunks) {
  EXPECT_EQ(parse_one("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello").body, "hello");
  EXPECT_EQ(parse_one("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n").body, "");
  EXPECT_EQ(parse_one("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "5\r\nhello\r\n6;ext=\"a;b\"\r\n world\r\n00\r\n\r\n")
                .body,
            "hello world");
}

TEST(RequestParser, DropsTrailers) {
  const auto parts = parse_one(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nX-Evil: 1\r\nHost: "
      "y\r\n\r\n");
  EXPECT_EQ(parts.body, "0123456789");
  EXPECT_FALSE(parts.headers.has("X-Evil"));
  EXPECT_EQ(parts.headers.all("Host").size(), 1U);
}

TEST(RequestParser, AnAbsoluteTargetNamesTheHost) {
  const auto parts = parse_one("GET http://news.example/posts?a=1 HTTP/1.1\r\nHost: other\r\n\r\n");
  EXPECT_EQ(parts.target, "/posts?a=1");
  EXPECT_EQ(parts.headers.find("Host"), "news.example");
  EXPECT_EQ(parse_one("GET http://news.example HTTP/1.1\r\nHost: x\r\n\r\n").target, "/");
  EXPECT_EQ(parse_one("GET HTTPS://news.example?q HTTP/1.1\r\nHost: x\r\n\r\n").target, "/?q");
  EXPECT_EQ(parse_one("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n").target, "*");
}

TEST(RequestParser, LineEndsBetweenRequestsAreSkipped) {
  const auto outcome = parse("\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", 1);
  ASSERT_EQ(outcome.requests.size(), 2U);
  EXPECT_EQ(outcome.requests[1].target, "/b");
}

TEST(RequestParser, KnowsWhetherTheConnectionStays) {
  struct Case {
    std::string_view head;
    bool keep_alive;
  };
  for (const Case& c :
       {Case{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
        Case{"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
        Case{"GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n", false},
        Case{"GET / HTTP/1.0\r\n\r\n", false}, Case{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true}}) {
    RequestParser parser{Limits{}};
    RequestParts parts;
    parser.start(parts);
    parser.feed(c.head);
    ASSERT_EQ(parser.state(), State::kDone) << c.head;
    EXPECT_EQ(parser.keep_alive(), c.keep_alive) << c.head;
  }
}

TEST(RequestParser, KnowsWhoWaitsForContinue) {
  const auto expects = [](std::string_view head) {
    RequestParser parser{Limits{}};
    RequestParts parts;
    parser.start(parts);
    parser.feed(head);
    return parser.expects_continue();
  };
  EXPECT_TRUE(expects("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n"));
  EXPECT_TRUE(expects("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_FALSE(expects("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"));
  EXPECT_FALSE(expects("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nExpect: 100-continue\r\n\r\n"));
  EXPECT_FALSE(expects("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"));
}

struct Malformed {
  std::string_view name;
  std::string bytes;
  Status status = Status::kBadRequest;
};

std::string post(std::string_view headers, std::string_view body = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + std::string(headers) + "\r\n" + std::string(body);
}
std::string chunked(std::string_view body) { return post("Transfer-Encoding: chunked\r\n", body); }
std::string get(std::string_view target) { return "GET " + std::string(target) + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

std::string many(std::string_view text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all.append(text);
  return all;
}

std::vector<Malformed> malformed() {
  using namespace std::string_literals;
  std::vector<Malformed> cases{
      {"no method", " / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"no target", "GET HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"no version", "GET /\r\nHost: x\r\n\r\n"},
      {"cut version", "GET / HTT\r\n\r\n"},
      {"HTTP/0.9", "GET / HTTP/0.9\r\nHost: x\r\n\r\n"},
      {"HTTP/2", "GET / HTTP/2.0\r\nHost: x\r\n\r\n"},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n"},
      {"lower-case protocol", "GET / http/1.1\r\nHost: x\r\n\r\n"},
      {"two blanks", "GET  / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"blank after the version", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n"},
      {"blank in the target", get("/a b")},
      {"tab in the target", get("/a\tb")},
      {"NUL in the target", get("/a\0b"s)},
      {"target without slash", get("posts")},
      {"fragment", get("/posts#1")},
      {"authority form", get("news.example:80")},
      {"asterisk for GET", get("*")},
      {"absolute without host", get("http:///a")},
      {"absolute with a user", get("http://a@b/")},
      {"other scheme", get("ftp://x/")},
      {"leading blank", " GET / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"NUL before the method", "\0GET / HTTP/1.1\r\nHost: x\r\n\r\n"s},
      {"method with a control character", "GE\x01T / HTTP/1.1\r\nHost: x\r\n\r\n"},
      {"unknown method", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", Status::kNotImplemented},
      {"connect", "CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", Status::kNotImplemented},
      {"lower-case method", "get / HTTP/1.1\r\nHost: x\r\n\r\n", Status::kNotImplemented},

      {"no Host", "GET / HTTP/1.1\r\n\r\n"},
      {"two Hosts", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n"},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: x/y\r\n\r\n"},
      {"Host with a user", "GET / HTTP/1.1\r\nHost: a@x\r\n\r\n"},
      {"two names in one Host", "GET / HTTP/1.1\r\nHost: x, y\r\n\r\n"},

      {"bare line feeds", "GET / HTTP/1.1\nHost: x\n\n"},
      {"bare line feed after the request line", "GET / HTTP/1.1\nHost: x\r\n\r\n"},
      {"bare line feed in the headers", post("A: b\nC: d\r\n")},
      {"bare line feed at the end", "GET / HTTP/1.1\r\nHost: x\r\n\n"},
      {"bare carriage return", post("A: b\rC: d\r\n")},
      {"folded header", post("A: b\r\n c\r\n")},
      {"folded by a tab", post("A: b\r\n\tc\r\n")},
      {"fold before the first header", "GET / HTTP/1.1\r\n Host: x\r\n\r\n"},
      {"blank before the colon", post("A : b\r\n")},
      {"tab before the colon", post("A\t: b\r\n")},
      {"no colon", post("A\r\n")},
      {"empty name", post(": b\r\n")},
      {"name with a blank", post("A B: c\r\n")},
      {"name with a parenthesis", post("A(: c\r\n")},
      {"name beyond ASCII", post("\xC3\xA9: c\r\n")},
      {"NUL in a value", post("A: b\0c\r\n"s)},
      {"control character in a value", post("A: b\x01\r\n")},
      {"DEL in a value", post("A: b\x7F\r\n")},

      {"both length and coding", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"both, the other way round", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
      {"two lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")},
      {"two equal lengths", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")},
      {"list of lengths", post("Content-Length: 5, 5\r\n", "hello")},
      {"negative length", post("Content-Length: -5\r\n")},
      {"signed length", post("Content-Length: +5\r\n", "hello")},
      {"hexadecimal length", post("Content-Length: 0x5\r\n", "hello")},
      {"length with a blank inside", post("Content-Length: 1 1\r\n")},
      {"empty length", post("Content-Length:\r\n")},
      {"length beyond 64 bits", post("Content-Length: 18446744073709551616\r\n")},
      {"coding gzip", post("Transfer-Encoding: gzip\r\n")},
      {"coding gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")},
      {"coding chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")},
      {"coding twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
      {"coding identity", post("Transfer-Encoding: identity\r\n")},
      {"empty coding", post("Transfer-Encoding:\r\n")},
      {"coding with a vertical tab", post("Transfer-Encoding: \x0B"
                                          "chunked\r\n",
                                          "0\r\n\r\n")},
      {"coding quoted", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")},
      {"coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
      {"unknown expectation", post("Expect: 200-ok\r\nContent-Length: 1\r\n", "x"), Status::kExpectationFailed},

      {"chunk size that is no number", chunked("x\r\n")},
      {"empty chunk size", chunked("\r\n0\r\n\r\n")},
      {"negative chunk size", chunked("-1\r\nx\r\n")},
      {"chunk size with 0x", chunked("0x1\r\nx\r\n0\r\n\r\n")},
      {"chunk size beyond 64 bits", chunked("10000000000000001\r\nx\r\n")},
      {"blank before the chunk size", chunked(" 1\r\nx\r\n0\r\n\r\n")},
      {"chunk longer than its size", chunked("1\r\nxy\r\n0\r\n\r\n")},
      {"bare line feed after the chunk size", chunked("1\nx\r\n0\r\n\r\n")},
      {"bare carriage return in a chunk size", chunked("1\rx\r\n0\r\n\r\n")},
      {"broken chunk extension", chunked("1;=\r\nx\r\n0\r\n\r\n")},
      {"chunk extension without a name", chunked("1;\r\nx\r\n0\r\n\r\n")},
      {"chunk extension without a semicolon", chunked("1 a\r\nx\r\n0\r\n\r\n")},
      {"chunk extension with an open quote", chunked("1;a=\"\r\nx\r\n0\r\n\r\n")},
      {"chunk extension with a control character", chunked("1;a=\"\x01\"\r\nx\r\n0\r\n\r\n")},
      {"endless chunk extension", chunked("1;" + std::string(2000, 'a') + "\r\nx\r\n0\r\n\r\n")},
      {"blank after the chunk size", chunked("1 \r\nx\r\n0\r\n\r\n")},
      {"folded trailer", chunked("0\r\nA: b\r\n c\r\n\r\n")},
      {"trailer without a colon", chunked("0\r\nA\r\n\r\n")},
      {"NUL in a trailer", chunked("0\r\nA: \0\r\n\r\n"s)},
      {"endless trailers", chunked("0\r\n" + many("A: b\r\n", 3000)), Status::kHeaderFieldsTooLarge},
      {"broken trailer", chunked("0\r\nA b: c\r\n\r\n")},
  };
  return cases;
}

TEST(RequestParser, RefusesWhatIsMalformedHoweverItArrives) {
  for (const Malformed& c : malformed()) {
    const std::string bytes = c.bytes + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
      const Outcome outcome = parse(bytes, piece);
      EXPECT_EQ(outcome.state, State::kFailed) << c.name << ", " << piece << " at a time";
      EXPECT_EQ(outcome.error, c.status) << c.name << ", " << piece << " at a time";
      EXPECT_TRUE(outcome.requests.empty()) << c.name << ", " << piece << " at a time";
    }
  }
}

TEST(RequestParser, LimitsTheHead) {
  const Limits limits{.header_bytes = 200};
  const std::string fits = "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(200 - 32, 'a') + "\r\n\r\n";
  ASSERT_EQ(fits.size(), 200U);
  const std::string over = "GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(200 - 31, 'a') + "\r\n\r\n";
  for (const std::size_t piece : {1UL, 50UL, 1000UL}) {
    EXPECT_EQ(parse(fits, piece, limits).requests.size(), 1U);
    EXPECT_EQ(parse(over, piece, limits).error, Status::kHeaderFieldsTooLarge);
    EXPECT_EQ(parse(std::string(300, 'a'), piece, limits).error, Status::kHeaderFieldsTooLarge);
  }
}

TEST(RequestParser, LimitsTheBody) {
  const Limits limits{.body_bytes = 10};
  EXPECT_EQ(parse(post("Content-Length: 10\r\n", "0123456789"), 1, limits).requests.size(), 1U);
  EXPECT_EQ(parse(post("Content-Length: 11\r\n"), 1, limits).error, Status::kPayloadTooLarge);
  EXPECT_EQ(parse(chunked("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), 1, limits).requests.size(), 1U);
  EXPECT_EQ(parse(chunked("5\r\n01234\r\n6\r\n"), 1, limits).error, Status::kPayloadTooLarge);
  EXPECT_EQ(parse(chunked("ffffffffffffffff\r\n"), 1, limits).error, Status::kPayloadTooLarge);
}

TEST(RequestParser, APromiseOfALargeBodyReservesLittle) {
  RequestParser parser{Limits{.body_bytes = 1UL << 40}};
  RequestParts parts;
  parser.start(parts);
  const std::string head = post("Content-Length: 1000000000000\r\n");
  parser.feed(head + "x");
  EXPECT_EQ(parser.state(), State::kBody);
  EXPECT_LT(parts.body.capacity(), 1'000'000U);
}

/// However a stream is cut, the outcome is the same: cutting must never turn one reading into another.
TEST(RequestParser, MutatedStreamsReadTheSameHoweverTheyAreCut) {
  const std::vector<std::string> seeds{
      get("/posts?page=2"),
      post("Content-Length: 11\r\nX-Header: value\r\n", "hello world"),
      chunked("5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nTrailer: x\r\n\r\n"),
      "GET http://news.example/a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      post("Expect: 100-continue\r\nContent-Length: 2\r\n", "ok"),
  };
  using namespace std::string_view_literals;
  constexpr std::string_view kAlphabet = "\r\n :;,\t\0 0159afAFG/\x7F\xC3-+\"="sv;
  base::SeededRng rng(20261120);
  const auto below = [&rng](std::size_t n) {
    return static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(n) - 1));
  };
  std::size_t accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = seeds[below(seeds.size())] + seeds[below(seeds.size())];
    for (std::size_t change = below(4); change > 0; --change) {
      const std::size_t at = below(bytes.size());
      const char c = kAlphabet[below(kAlphabet.size())];
      switch (below(3)) {
        case 0:
          bytes[at] = c;
          break;
        case 1:
          bytes.insert(at, 1, c);
          break;
        default:
          bytes.erase(at, 1);
      }
    }
    const std::string whole = text_of(parse(bytes, bytes.size()));
    ASSERT_EQ(text_of(parse(bytes, 1)), whole) << ::testing::PrintToString(bytes);
    ASSERT_EQ(text_of(parse(bytes, 1 + below(40))), whole) << ::testing::PrintToString(bytes);
    accepted += parse(bytes, bytes.size()).requests.size();
  }
  EXPECT_GT(accepted, 10'000U);  // else the mutations would test nothing but the first check
}

}  // namespace
}  // namespace monolite::http

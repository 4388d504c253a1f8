#include <set>

#include <gmock/gmock.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/byte_range.h>
#include <monolite/http/detail/http_date.h>
#include <monolite/http/detail/response_head.h>
#include <monolite/http/error_pages.h>
#include <monolite/http/headers.h>
#include <monolite/http/method.h>
#include <monolite/http/response.h>
#include <monolite/http/stack.h>
#include <monolite/http/testing.h>

namespace monolite::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using view::operator""_html;

base::ErrorCode code_thrown_by(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::Error& error) {
    return error.code();
  }
  return base::ErrorCode::kClosed;  // nothing here throws that: it stands for "nothing was thrown"
}

TEST(Headers, FindsNamesWithoutCaseAndKeepsTheOrder) {
  Headers headers;
  headers.add("Accept", "text/html");
  headers.add("X-One", "1");
  headers.add("accept", "text/plain");
  EXPECT_EQ(headers.find("ACCEPT"), "text/html");
  EXPECT_THAT(headers.all("Accept"), ElementsAre("text/html", "text/plain"));
  EXPECT_FALSE(headers.has("Accep"));
  EXPECT_EQ(headers[1].name, "X-One");
}

TEST(Headers, SetReplacesAllOfThatNameAlsoFromItsOwnValue) {
  Headers headers;
  headers.add("ETag", "\"abc\"");
  headers.add("etag", "\"def\"");
  headers.set("ETag", headers.find("ETag").value());
  EXPECT_THAT(headers.all("ETag"), ElementsAre("\"abc\""));
}

TEST(Headers, AValueCannotSmuggleInAnotherHeader) {
  for (const char bad : {'\r', '\n', '\0', '\x01', '\x7F'}) {
    Headers headers;
    EXPECT_EQ(code_thrown_by([&] { headers.add("X", std::string("a") + bad + "b"); }), base::ErrorCode::kInvalid)
        << static_cast<int>(bad);
    EXPECT_TRUE(headers.empty());
  }
  Headers headers;
  headers.add("X", "tab\tand \xC3\xA9 are fine");
  EXPECT_EQ(headers.size(), 1U);
}

TEST(Headers, ANameMustBeAToken) {
  for (const std::string_view bad : {"", "a b", "a:", "a\r", "\xC3\xA9"}) {
    Headers headers;
    EXPECT_EQ(code_thrown_by([&] { headers.add(bad, "x"); }), base::ErrorCode::kInvalid) << bad;
  }
}

TEST(Headers, HasTokenLooksIntoListsOfAllFields) {
  Headers headers;
  headers.add("Connection", "keep-alive , Upgrade");
  headers.add("Connection", "close");
  EXPECT_TRUE(headers.has_token("connection", "upgrade"));
  EXPECT_TRUE(headers.has_token("connection", "close"));
  EXPECT_FALSE(headers.has_token("connection", "keep"));
}

TEST(Headers, ACopyStandsAlone) {
  Headers first;
  first.add("A", "1");
  const Headers second = first;
  first.set("A", "2");
  EXPECT_EQ(second.find("A"), "1");
}

TEST(Method, NamesAndMethodsMatch) {
  for (std::size_t i = 0; i < kMethodCount; ++i) {
    const auto method = static_cast<Method>(i);
    EXPECT_EQ(find_method(name_of(method)), method);
  }
  EXPECT_EQ(find_method("get"), std::nullopt);
  EXPECT_EQ(find_method("TRACE"), std::nullopt);
}

TEST(Response, FactoriesSetTypeAndStatus) {
  EXPECT_EQ(html("x"_html).headers().find("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(text("x", Status::kUnprocessable).status(), Status::kUnprocessable);
  EXPECT_EQ(json("{}").headers().find("Content-Type"), "application/json");
  const Response away = redirect("/posts/1#comment_2");
  EXPECT_EQ(away.status(), Status::kFound);
  EXPECT_EQ(away.headers().find("Location"), "/posts/1#comment_2");
  EXPECT_EQ(redirect("/", Status::kSeeOther).status(), Status::kSeeOther);
}

TEST(Response, ALocationWithLineEndsIsRefused) {
  EXPECT_EQ(code_thrown_by([] { static_cast<void>(redirect("/a\r\nSet-Cookie: x=1")); }), base::ErrorCode::kInvalid);
}

TEST(Response, ChainsOnATemporary) {
  const Response response =
      redirect("/").notice("Saved.").alert("Or not.").header("X-A", "1").status(Status::kSeeOther);
  EXPECT_THAT(response.pending_flash(), ElementsAre(std::pair<std::string, std::string>("notice", "Saved."),
                                                    std::pair<std::string, std::string>("alert", "Or not.")));
  EXPECT_EQ(response.headers().find("X-A"), "1");
  EXPECT_EQ(response.status(), Status::kSeeOther);
}

std::string head_of(const Response& response, detail::HttpVersion version = detail::HttpVersion::k11,
                    detail::AfterAnswer after = detail::AfterAnswer::kKeepAlive) {
  std::string out;
  detail::append_head(out, response, version, after, "D");
  return out;
}

TEST(ResponseHead, HasStatusDateHeadersAndLength) {
  EXPECT_EQ(head_of(text("four")),
            "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 4\r\n\r\n");
}

TEST(ResponseHead, SaysWhatHappensToTheConnection) {
  using detail::AfterAnswer;
  using detail::HttpVersion;
  EXPECT_THAT(head_of(text(""), HttpVersion::k11, AfterAnswer::kClose), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(head_of(text(""), HttpVersion::k10), HasSubstr("\r\nConnection: keep-alive\r\n"));
  EXPECT_THAT(head_of(text("")), Not(HasSubstr("Connection")));
}

TEST(ResponseHead, FramingIsTheServersAlone) {
  Response response = text("four");
  response.headers().add("content-length", "9");
  response.headers().add("Transfer-Encoding", "chunked");
  response.headers().add("Connection", "upgrade");
  response.headers().add("Keep-Alive", "timeout=5");
  response.headers().add("DATE", "never");
  EXPECT_EQ(head_of(response), head_of(text("four")));
}

TEST(ResponseHead, StatusesWithoutABodyHaveNoLength) {
  EXPECT_EQ(head_of(Response(Status::kNoContent)), "HTTP/1.1 204 No Content\r\nDate: D\r\n\r\n");
  EXPECT_EQ(head_of(Response(Status::kNotModified)), "HTTP/1.1 304 Not Modified\r\nDate: D\r\n\r\n");
}

TEST(ErrorPages, StandAloneAndShowTheId) {
  for (const Status status : {Status::kForbidden, Status::kNotFound, Status::kNotAcceptable, Status::kUnprocessable,
                              Status::kInternalServerError, Status::kServiceUnavailable}) {
    const Response page = error_page(status);
    EXPECT_EQ(page.status(), status);
    EXPECT_THAT(std::string(page.body_text()), HasSubstr("border-top: 4px solid #b00"));
    EXPECT_THAT(std::string(page.body_text()), Not(HasSubstr("Error id")));
    EXPECT_THAT(std::string(page.body_text()), Not(::testing::ContainsRegex("src=|href=|@import")));
  }
  EXPECT_THAT(std::string(error_page(Status::kInternalServerError, "0a1b2c3d").body_text()),
              HasSubstr("<code>0a1b2c3d</code>"));
  EXPECT_EQ(error_page(Status::kBadRequest).body_size(), 0U);
}

TEST(HttpDate, IsWrittenAndReadBack) {
  const std::chrono::sys_seconds time(std::chrono::seconds(1'795'183'140));
  EXPECT_EQ(detail::http_date(time), "Fri, 20 Nov 2026 13:59:00 GMT");
  EXPECT_EQ(detail::parse_http_date("Fri, 20 Nov 2026 13:59:00 GMT"), time);
}

TEST(HttpDate, AnythingElseIsNoDate) {
  for (const std::string_view bad :
       {"", "Friday, 20-Nov-26 13:59:00 GMT", "Fri Nov 20 13:59:00 2026", "Fri, 20 Nov 2026 13:59:00 CET",
        "Fri, 31 Feb 2026 13:59:00 GMT", "Fri, 20 Nov 2026 24:59:00 GMT", "Fri, 20 Nov 2026 13:60:00 GMT",
        "Fri, -1 Nov 2026 13:59:00 GMT", "Xyz, 20 Nov 2026 13:59:00 GMT", "Fri, 20 Xyz 2026 13:59:00 GMT"}) {
    EXPECT_EQ(detail::parse_http_date(bad), std::nullopt) << bad;
  }
}

TEST(ByteRange, FollowsTheTable) {
  using Kind = detail::ByteRange::Kind;
  struct Case {
    std::string_view header;
    Kind kind;
    std::uint64_t first;
    std::uint64_t length;
  };
  // Of 10 bytes.
  for (const Case& c : {Case{"bytes=0-3", Kind::kPart, 0, 4}, Case{"bytes=9-9", Kind::kPart, 9, 1},
                        Case{"bytes=4-", Kind::kPart, 4, 6}, Case{"bytes=4-99", Kind::kPart, 4, 6},
                        Case{"bytes=4-18446744073709551615", Kind::kPart, 4, 6}, Case{"bytes=-3", Kind::kPart, 7, 3},
                        Case{"bytes=-99", Kind::kPart, 0, 10}, Case{"bytes=10-", Kind::kUnsatisfiable, 0, 0},
                        Case{"bytes=-0", Kind::kUnsatisfiable, 0, 0}, Case{"bytes=5-4", Kind::kWhole, 0, 0},
                        Case{"bytes=0-1,3-4", Kind::kWhole, 0, 0}, Case{"bytes=a-4", Kind::kWhole, 0, 0},
                        Case{"bytes=4-b", Kind::kWhole, 0, 0}, Case{"bytes=-", Kind::kWhole, 0, 0},
                        Case{"bytes=", Kind::kWhole, 0, 0}, Case{"bytes=99999999999999999999-", Kind::kWhole, 0, 0},
                        Case{"lines=0-3", Kind::kWhole, 0, 0}, Case{"", Kind::kWhole, 0, 0}}) {
    const auto range = detail::parse_range(c.header, 10);
    EXPECT_EQ(range.kind, c.kind) << c.header;
    EXPECT_EQ(range.first, c.first) << c.header;
    EXPECT_EQ(range.length, c.length) << c.header;
  }
}

TEST(ByteRange, OfAnEmptyFileThereIsNone) {
  EXPECT_EQ(detail::parse_range("bytes=0-", 0).kind, detail::ByteRange::Kind::kUnsatisfiable);
  EXPECT_EQ(detail::parse_range("bytes=-5", 0).kind, detail::ByteRange::Kind::kUnsatisfiable);
}

TEST(Stack, LayersWrapFromTheOutsideIn) {
  std::string trace;
  const auto layer = [&trace](char name) -> Layer {
    return [&trace, name](Request& request, const Handler& next) {
      trace.push_back(name);
      Response response = next(request);
      trace.push_back(name);
      return response;
    };
  };
  testing::Client client(stack({layer('a'), layer('b')}, [&trace](Request&) {
    trace.push_back('h');
    return text("done");
  }));
  EXPECT_EQ(client.get("/").body, "done");
  EXPECT_EQ(trace, "abhba");
}

TEST(Stack, DefaultHeadersDoNotOverride) {
  testing::Client client(stack({default_headers(recommended_headers())},
                               [](Request&) { return text("x").header("X-Frame-Options", "DENY"); }));
  const auto reply = client.get("/");
  EXPECT_EQ(reply.header("X-Frame-Options"), "DENY");
  EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
}

}  // namespace
}  // namespace monolite::http


#include <limits>
#include <vector>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <unistd.h>

#include <monolite/base/log.h>

namespace monolite::base {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::MatchesRegex;

class Lines final : public Log::Sink {
 public:
  void write(LogLevel level, std::string_view line) override {
    levels.push_back(level);
    texts.emplace_back(line);
  }
  std::vector<LogLevel> levels;
  std::vector<std::string> texts;
};

class LogTest : public testing::Test {
 protected:
  Log make(LogFormat format, LogLevel level = LogLevel::kDebug) { return Log({level, format}, lines_); }

  /// The line of one event with one field `v`, from the field on.
  template <class T>
  std::string logfmt_of(const T& value) {
    make(LogFormat::kLogfmt).info("e", {{"v", value}});
    const std::string& line = lines_->texts.back();
    return line.substr(line.find(" v=") + 3);
  }

  /// What a JSON reader gets out of the field `v`.
  template <class T>
  boost::json::value json_of(const T& value) {
    make(LogFormat::kJson).info("e", {{"v", value}});
    return boost::json::parse(lines_->texts.back()).at("v");
  }

  std::shared_ptr<Lines> lines_ = std::make_shared<Lines>();
};

TEST_F(LogTest, LogfmtBeginsWithTimeLevelAndEvent) {
  make(LogFormat::kLogfmt).info("server.started", {{"port", 3000}});
  EXPECT_THAT(lines_->texts, ElementsAre(MatchesRegex(
                                 "time=20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]\\.[0-9]{6}Z "
                                 "level=info event=server\\.started port=3000")));
}

TEST_F(LogTest, JsonHoldsTheSameFieldsWithTheirTypes) {
  make(LogFormat::kJson).warn("queue.full", {{"waiting", 7u}, {"share", 0.5}, {"closed", true}, {"name", "primary"}});
  const auto line = boost::json::parse(lines_->texts.at(0)).as_object();
  EXPECT_EQ(line.at("level"), "warn");
  EXPECT_EQ(line.at("event"), "queue.full");
  EXPECT_EQ(line.at("waiting"), 7);
  EXPECT_EQ(line.at("share"), 0.5);
  EXPECT_EQ(line.at("closed"), true);
  EXPECT_EQ(line.at("name"), "primary");
  EXPECT_EQ(line.begin()->key(), "time");
}

TEST_F(LogTest, LogfmtWritesNumbersAndWordsBare) {
  EXPECT_EQ(logfmt_of(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(logfmt_of(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(logfmt_of(1.25), "1.25");
  EXPECT_EQ(logfmt_of(false), "false");
  EXPECT_EQ(logfmt_of("/posts/7?a"), "/posts/7?a");
}

TEST_F(LogTest, LogfmtQuotesWhatAReaderWouldSplit) {
  EXPECT_EQ(logfmt_of(""), R"("")");
  EXPECT_EQ(logfmt_of("two words"), R"("two words")");
  EXPECT_EQ(logfmt_of("a=b"), R"("a=b")");
  EXPECT_EQ(logfmt_of(R"(say "hi" \o/)"), R"("say \"hi\" \\o/")");
  EXPECT_EQ(logfmt_of("für"), R"("für")");
}

TEST_F(LogTest, NoValueCanBreakOutOfItsLine) {
  EXPECT_EQ(logfmt_of("a\nlevel=error\r\t"), R"("a\nlevel=error\r\t")");
  EXPECT_EQ(logfmt_of(std::string_view("\0\x1b[2J\x7f", 6)), R"("\u0000\u001b[2J\u007f")");
  EXPECT_EQ(logfmt_of("\u009b2J \u2028"), R"("\u009b2J \u2028")");  // terminals obey C1 controls too
}

TEST_F(LogTest, BytesThatAreNotUtf8StayVisible) {
  EXPECT_EQ(logfmt_of("\xff\xfe"), R"("\xff\xfe")");
  EXPECT_EQ(logfmt_of("ok \xc3"), R"("ok \xc3")");                            // cut off
  EXPECT_EQ(logfmt_of("\xc0\xaf"), R"("\xc0\xaf")");                          // overlong
  EXPECT_EQ(logfmt_of("\xe0\x80\xaf"), R"("\xe0\x80\xaf")");                  // overlong
  EXPECT_EQ(logfmt_of("\xed\xa0\x80"), R"("\xed\xa0\x80")");                  // surrogate
  EXPECT_EQ(logfmt_of("\xf4\x90\x80\x80"), R"("\xf4\x90\x80\x80")");          // beyond Unicode
  EXPECT_EQ(logfmt_of("\xf0\x9f\x98\x80\x80"), "\"\xf0\x9f\x98\x80\\x80\"");  // a good one, then a stray byte
}

TEST_F(LogTest, JsonReadsBackWhatWasWritten) {
  for (const std::string text : {"", "plain", "a \"b\" \\ c", "line\nbreak\r\t", "\x01\x7f", "für 😀 \u0085"})
    EXPECT_EQ(json_of(text), text.c_str());
  EXPECT_EQ(json_of(std::string_view("\0x", 2)).as_string(), std::string_view("\0x", 2));
  EXPECT_EQ(json_of("a\xff\x62"), "a\xef\xbf\xbd\x62");
}

TEST_F(LogTest, EveryByteInEveryPlaceGivesValidJsonAndOneLine) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = std::string("\xe2\x82") + static_cast<char>(byte) + "z";
    EXPECT_TRUE(json_of(text).is_string());
    EXPECT_EQ(lines_->texts.back().find_first_of("\n\r\x1b"), std::string::npos);
    EXPECT_EQ(logfmt_of(text).find_first_of("\n\r\x1b"), std::string::npos);
  }
}

TEST_F(LogTest, NumbersWithoutANameInJsonBecomeNull) {
  EXPECT_TRUE(json_of(std::numeric_limits<double>::quiet_NaN()).is_null());
  EXPECT_TRUE(json_of(std::numeric_limits<double>::infinity()).is_null());
  EXPECT_EQ(json_of(1e300), 1e300);
}

TEST_F(LogTest, WithCarriesItsFieldsOnEveryLine) {
  const Log request = make(LogFormat::kLogfmt).with({{"request_id", "r 1"}}).with({{"user", 7}});
  request.info("a");
  request.error("b", {{"v", 1}});
  EXPECT_THAT(lines_->texts, ElementsAre(EndsWith(R"(event=a request_id="r 1" user=7)"),
                                         EndsWith(R"(event=b request_id="r 1" user=7 v=1)")));
  const Log json = make(LogFormat::kJson).with({{"request_id", "r 1"}});
  json.info("c");
  EXPECT_EQ(boost::json::parse(lines_->texts.back()).at("request_id"), "r 1");
}

TEST_F(LogTest, DropsWhatIsBelowItsLevel) {
  const Log log = make(LogFormat::kLogfmt, LogLevel::kWarn);
  log.debug("d");
  log.info("i");
  log.warn("w");
  log.error("e");
  EXPECT_THAT(lines_->levels, ElementsAre(LogLevel::kWarn, LogLevel::kError));
  EXPECT_FALSE(log.enabled(LogLevel::kInfo));
  EXPECT_TRUE(log.enabled(LogLevel::kWarn));
}

TEST_F(LogTest, ASilentLogTakesEverythingAndWritesNothing) {
  const Log log = Log::silent();
  log.error("e", {{"v", 1}});
  log.with({{"a", 1}}).error("e");
  EXPECT_FALSE(log.enabled(LogLevel::kError));
  EXPECT_THAT(lines_->texts, IsEmpty());
}

TEST(LogDeathTest, TheDefaultSinkIsStandardError) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto write_and_leave = [] {
    Log().warn("disk.slow", {{"percent", "90 %s %d {}"}});
    _exit(0);
  };
  EXPECT_EXIT(write_and_leave(), testing::ExitedWithCode(0),
              "^time=[^ ]* level=warn event=disk\\.slow percent=\"90 %s %d \\{\\}\"\n$");
}

}  // namespace
}  // namespace monolite::base

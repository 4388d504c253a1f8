#include <algorithm>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/app/config.h>
#include <monolite/base/error.h>
#include <monolite/base/temporary_folder.h>

namespace monolite::app {
namespace {

using testing::HasSubstr;

/// A folder with config files, and the variables of a process that does not exist.
class ConfigTest : public testing::Test {
 protected:
  ConfigTest() {
    surroundings_.root = folder_.path();
    std::filesystem::create_directories(surroundings_.root / "config");
  }

  void file(const std::string& name, const std::string& text) {
    std::ofstream(surroundings_.root / "config" / name) << text;
  }
  Config load(const std::vector<Flag>& flags = {}) { return load_config(surroundings_, flags); }
  std::string problems() {
    try {
      load();
    } catch (const base::Error& error) {
      EXPECT_EQ(error.code(), base::ErrorCode::kConfig);
      return error.what();
    }
    return "";
  }

  const base::TemporaryFolder folder_;
  Surroundings surroundings_;
};

TEST_F(ConfigTest, HasRecommendedDefaultsWithoutAnyFile) {
  const auto config = load();
  EXPECT_EQ(config.primary.path, (surroundings_.root / "storage/development.sqlite3").string());
  EXPECT_EQ(config.primary.synchronous, db::sqlite::Synchronous::kFull);
  EXPECT_EQ(config.server.port, 3000);
  EXPECT_EQ(config.secure_cookies, http::Secure::kNo);
}

TEST_F(ConfigTest, ReadsTheTierOfItsEnvironmentOverTheDefaultTier) {
  file("database.yml", R"(
default: &default
  synchronous: normal
  timeout: 250
development:
  <<: *default
  database: storage/dev.sqlite3
production:
  <<: *default
  synchronous: full
)");
  EXPECT_EQ(load().primary.synchronous, db::sqlite::Synchronous::kNormal);
  EXPECT_EQ(load().primary.path, (surroundings_.root / "storage/dev.sqlite3").string());
  EXPECT_EQ(load().write_timeout, std::chrono::milliseconds(250));
  surroundings_.environment = Environment::kProduction;
  EXPECT_EQ(load().primary.synchronous, db::sqlite::Synchronous::kFull);
  EXPECT_EQ(load().primary.path, (surroundings_.root / "storage/production.sqlite3").string());
}

TEST_F(ConfigTest, ExpandsVariables) {
  surroundings_.variables = {{"DB_NAME", "news"}};
  file("database.yml", "development:\n  database: ${DB_DIR:-data}/${DB_NAME}.sqlite3\n");
  EXPECT_EQ(load().primary.path, (surroundings_.root / "data/news.sqlite3").string());
  file("database.yml", "development:\n  database: ${DB_DIR}/x\n");
  EXPECT_THAT(problems(), HasSubstr("config/database.yml:2: the environment variable DB_DIR is not set"));
}

TEST_F(ConfigTest, ReportsEveryProblemOfEveryFileAtOnce) {
  file("database.yml", "development:\n  databse: x\n  synchronous: fulll\ndevelopmnt:\n  timeout: 1\n");
  file("server.yml", "development:\n  port: 70000\n  threads: many\n");
  const auto text = problems();
  EXPECT_THAT(text, HasSubstr("config/database.yml:2: unknown setting 'databse', did you mean 'database'?"));
  EXPECT_THAT(text, HasSubstr("config/database.yml:3: 'synchronous' is 'fulll' but must be one of full, normal, off"));
  EXPECT_THAT(text, HasSubstr("config/database.yml:4: unknown environment 'developmnt', did you mean 'development'?"));
  EXPECT_THAT(text, HasSubstr("config/server.yml:2: 'port' is '70000' but must be a whole number from 0 to 65535"));
  EXPECT_THAT(text, HasSubstr("config/server.yml:3: 'threads' is 'many'"));
}

TEST_F(ConfigTest, SaysWhereYamlIsBroken) {
  file("server.yml", "development:\n  port: [3000\n");
  EXPECT_THAT(problems(), HasSubstr("config/server.yml:"));
  file("server.yml", "- a\n- b\n");
  EXPECT_THAT(problems(), HasSubstr("must be a map"));
}

TEST_F(ConfigTest, LetsVariablesWinOverFilesAndFlagsOverVariables) {
  file("server.yml", "development:\n  port: 4000\n");
  EXPECT_EQ(load().server.port, 4000);
  surroundings_.variables = {{"PORT", "5000"}, {"LOG_LEVEL", "warn"}};
  EXPECT_EQ(load().server.port, 5000);
  EXPECT_EQ(load().log.level, base::LogLevel::kWarn);
  EXPECT_EQ(load({{"port", "6000", "--port"}}).server.port, 6000);
}

TEST_F(ConfigTest, RefusesAVariableThatIsNoPort) {
  surroundings_.variables = {{"PORT", "http"}};
  EXPECT_THAT(problems(), HasSubstr("PORT is 'http' but must be a whole number"));
}

TEST_F(ConfigTest, ExplainsValueAndOriginButNoSecret) {
  surroundings_.variables = {{"PORT", "5000"}, {"SECRET_KEY_BASE", std::string(40, 'k')}};
  file("database.yml", "development:\n  sqlite:\n    allow_unsafe_version: true\n");
  const auto config = load();
  EXPECT_EQ(config.primary.unsafe_version, db::sqlite::UnsafeVersion::kAllow);
  EXPECT_EQ(config.secret_key_base, std::string(40, 'k'));
  bool port_seen = false;
  for (const auto& setting : config.settings) {
    EXPECT_THAT(setting.value, testing::Not(HasSubstr("kkkk")));
    if (setting.name != "port") continue;
    port_seen = true;
    EXPECT_EQ(setting.value, "5000");
    EXPECT_EQ(setting.origin, "PORT");
  }
  EXPECT_TRUE(port_seen);
}

TEST_F(ConfigTest, MergesTheMapsOfItsTiersAndReplacesTheLists) {
  file("database.yml", R"(
default:
  extensions: [lib/a.so, /opt/b.so]
  pragmas:
    cache_size: -1000
    temp_store: file
development:
  extensions: lib/c.so
  pragmas:
    cache_size: -2000
    readers:
      cache_size: ${CACHE:--3000}
)");
  const auto config = load();
  EXPECT_THAT(config.primary.extensions, testing::ElementsAre((surroundings_.root / "lib/c.so").string()));
  const auto& pragmas = config.primary.pragmas;
  ASSERT_EQ(pragmas.size(), 3U);
  EXPECT_EQ(pragmas[0].name + "=" + pragmas[0].value, "temp_store=file");
  EXPECT_EQ(pragmas[1].name + "=" + pragmas[1].value, "cache_size=-2000");
  EXPECT_EQ(pragmas[2].name + "=" + pragmas[2].value, "cache_size=-3000");
  EXPECT_EQ(pragmas[2].connections, db::sqlite::PragmaFor::kReaders);
  const auto explained = [&](std::string_view name) {
    const auto found = std::ranges::find(config.settings, name, &Setting::name);
    return found == config.settings.end() ? "" : found->value + " from " + found->origin;
  };
  EXPECT_EQ(explained("pragmas.cache_size"), "-2000 from config/database.yml");
  EXPECT_EQ(explained("pragmas.readers.cache_size"), "-3000 from config/database.yml");
  EXPECT_EQ(explained("extensions"), "lib/c.so from config/database.yml");
}

TEST_F(ConfigTest, RefusesPragmasThatAreUnknownOrLoseData) {
  file("database.yml", "development:\n  pragmas:\n    cache_sise: 1\n    foreign_keys: off\n");
  const auto text = problems();
  EXPECT_THAT(text, HasSubstr("config/database.yml:3: 'pragmas.cache_sise' is '1' but is no pragma of SQLite"));
  EXPECT_THAT(text, HasSubstr("did you mean 'cache_size'?"));
  EXPECT_THAT(text, HasSubstr("config/database.yml:4: 'pragmas.foreign_keys' is 'off' but must be on"));
  file("database.yml", "development:\n  pragmas: 5\n  extensions: {a: b}\n");
  EXPECT_THAT(problems(),
              testing::AllOf(HasSubstr("'pragmas' must be a map"), HasSubstr("unknown setting 'extensions.a'")));
}

TEST_F(ConfigTest, AnEmptyMapOrListIsNone) {
  file("database.yml", "default:\n  extensions: [a.so]\ndevelopment:\n  pragmas:\n  extensions:\n");
  const auto config = load();
  EXPECT_THAT(config.primary.pragmas, testing::IsEmpty());
  EXPECT_THAT(config.primary.extensions, testing::IsEmpty());
}

TEST_F(ConfigTest, RefusesInProductionToGoOnWithoutALostWal) {
  EXPECT_EQ(load().primary.lost_wal, db::sqlite::LostWal::kWarn);
  surroundings_.environment = Environment::kProduction;
  EXPECT_EQ(load().primary.lost_wal, db::sqlite::LostWal::kRefuse);
  file("database.yml", "production:\n  lost_wal: warn\n  readonly: immutable\n");
  EXPECT_EQ(load().primary.lost_wal, db::sqlite::LostWal::kWarn);
  EXPECT_EQ(load().primary.access, db::sqlite::Access::kImmutable);
}

TEST_F(ConfigTest, WantsSecureCookiesInProductionUnlessRelaxed) {
  surroundings_.environment = Environment::kProduction;
  EXPECT_EQ(load().secure_cookies, http::Secure::kYes);
  surroundings_.variables = {{"RELAX_SSL", "true"}};
  EXPECT_EQ(load().secure_cookies, http::Secure::kNo);
}

}  // namespace
}  // namespace monolite::app

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <monolite/app/config_file.h>
#include <monolite/app/environment.h>
#include <monolite/base/log.h>
#include <monolite/db/query_scope.h>
#include <monolite/db/sqlite/open.h>
#include <monolite/http/server.h>

namespace monolite::app {

/// Everything that can be set, with the recommended production values as defaults.
struct Config {
  Environment environment = Environment::kDevelopment;
  std::filesystem::path root = ".";

  // config/database.yml
  db::sqlite::Options primary;
  std::chrono::milliseconds write_timeout{5'000};
  db::QueryLimits queries{.time = std::chrono::seconds(5)};  ///< of one request; repeats are counted in development

  // config/server.yml
  http::ServerOptions server;
  std::chrono::milliseconds shutdown_grace{10'000};
  base::LogOptions log;
  std::size_t workers = 2;
  std::string secret_key_base;  ///< empty: kept in storage/<environment>.secret, made on first use
  http::Secure secure_cookies = http::Secure::kNo;

  std::vector<Setting> settings;  ///< what `config explain` prints
};

/// A value given on the command line: wins over the file and over variables.
struct Flag {
  std::string setting;  ///< of server.yml: "port"
  std::string value;
  std::string origin;  ///< "--port"
};

/// Reads config/ and the variables. Errors: kConfig with every problem of every file, one per line.
Config load_config(const Surroundings& surroundings, const std::vector<Flag>& flags = {});

}  // namespace monolite::app

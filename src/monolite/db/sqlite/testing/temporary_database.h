#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <monolite/base/temporary_folder.h>
#include <monolite/db/sqlite/open.h>

/// For tests of every room: real files in a folder that goes with the test.
namespace monolite::db::sqlite::testing {

using base::TemporaryFolder;

/// A database in a folder of its own.
class TemporaryDatabase {
 public:
  explicit TemporaryDatabase(Options options = {}) : options_(with_path(std::move(options))) { reopen(); }

  Database& operator*() const noexcept { return *database_; }
  Database* operator->() const noexcept { return database_.get(); }

  void close() { database_.reset(); }
  void reopen() {
    database_.reset();
    database_ = open(options_);
  }
  const std::string& path() const noexcept { return options_.path; }
  const Options& options() const noexcept { return options_; }

 private:
  Options with_path(Options options) const {
    options.path = folder_.file("test.sqlite3");
    options.create = CreateFile::kIfMissing;
    options.self_test = SelfTest::kSkip;  // of the machine, not of the code
    return options;
  }

  TemporaryFolder folder_;
  Options options_;
  std::unique_ptr<Database> database_;
};

}  // namespace monolite::db::sqlite::testing

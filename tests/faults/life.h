#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <monolite/base/error.h>
#include <monolite/base/temporary_folder.h>
#include <monolite/db/sqlite/open.h>

namespace monolite::db::sqlite {

/// Everything a program does with a database, each step whether or not the ones before failed.
class Life {
 public:
  /// Through the VFS of that name; empty = the system's.
  explicit Life(std::string vfs = {}) : vfs_(std::move(vfs)) {}

  void run() {
    attempt([&] { database_ = open(options()); });
    if (!database_) return;
    const auto create = [&] { create_tables(*database_); };
    if (!attempt(create)) attempt(create);
    for (int id = 1; id <= 3; ++id) insert(id);
    attempt([&] { read(*database_); });
    attempt([&] { back_up(); });
    insert(4);
  }

  /// With a healthy disk: the database goes on, or opens again where it did not open; then it holds what was
  /// acknowledged and nothing that was refused.
  void expect_unharmed() {
    if (!database_) database_ = open(options());
    expect_unharmed_now();
    database_.reset();
    database_ = open(options());
    expect_unharmed_now();
    for (const char* const ending : {"", "-wal", "-shm"}) std::filesystem::remove(folder_.file("copy") + ending);
    back_up();
  }

 private:
  Options options() const {
    Options options;
    options.path = folder_.file("life.sqlite3");
    options.create = CreateFile::kIfMissing;
    options.vfs = vfs_;
    options.checkpoint_frames = 4;
    options.writer_cache_kib = 16;  // units spill into the WAL
    return options;
  }

  template <class F>
  bool attempt(F step) {
    try {
      step();
      return true;
    } catch (const base::Error& error) {
      EXPECT_NE(error.hint(), "") << error.what();
      EXPECT_NE(error.scope(), base::ErrorScope::kBug) << error.what();
      return false;
    }
  }

  static void create_tables(Database& database) {
    database.write([](WriteSession& tx) {
      tx.run(R"(
        CREATE TABLE IF NOT EXISTS units (id INTEGER PRIMARY KEY, filling BLOB) STRICT;
        CREATE TABLE IF NOT EXISTS halves (unit_id INTEGER REFERENCES units (id), side TEXT) STRICT;
      )"_script);
    });
  }

  void insert(int id) {
    const bool stored = attempt([&] {
      database_->write([&](WriteSession& tx) {
        tx.exec("INSERT INTO units VALUES (?, zeroblob(9000))"_sql, id);
        tx.exec("INSERT INTO halves VALUES (?, 'left'), (?, 'right')"_sql, id, id);
      });
    });
    if (stored) acknowledged_.push_back(id);
  }

  static std::vector<int> read(Database& database) {
    return database.read([](ReadSession& s) { return s.all<int>("SELECT id FROM units ORDER BY id"_sql); });
  }

  void back_up() {
    database_->back_up(folder_.file("copy"), [](const BackupProgress&) {});
    const auto copy = open({.path = folder_.file("copy")});
    EXPECT_THAT(copy->integrity_problems(), ::testing::IsEmpty());
  }

  void expect_unharmed_now() {
    create_tables(*database_);
    EXPECT_EQ(read(*database_), acknowledged_);
    insert(next_id_++);
    EXPECT_EQ(read(*database_), acknowledged_);
    EXPECT_THAT(database_->integrity_problems(), ::testing::IsEmpty());
    database_->read([&](ReadSession& s) {
      EXPECT_EQ(s.scalar<std::size_t>("SELECT count(*) FROM halves"_sql), 2 * acknowledged_.size());
    });
  }

  const std::string vfs_;
  const base::TemporaryFolder folder_;
  std::vector<int> acknowledged_;
  int next_id_ = 100;
  std::unique_ptr<Database> database_;
};

}  // namespace monolite::db::sqlite

#include <bench/locks/writer.h>

#include <monolite/db/errors.h>

namespace bench::locks {
namespace {

namespace db = monolite::db;
using db::operator""_sql;

class Lane final : public Writer {
 public:
  explicit Lane(const Round& round) : database_(db::sqlite::open(options_of(round))) {}

  bool write(const Row& row) override {
    try {
      database_->write([&](db::WriteSession& tx) {
        tx.exec("INSERT INTO rows (worker, number, body) VALUES (?, ?, ?)"_sql, row.worker(), row.number(), row.text());
      });
      return true;
    } catch (const db::Busy&) {  // counted
      return false;
    }
  }

 private:
  static db::sqlite::Options options_of(const Round& round) {
    db::sqlite::Options options{.path = round.file.string(), .synchronous = round.synchronous};
    if (round.policy == Policy::kLaneSingle) options.max_batch = 1;
    return options;
  }

  std::unique_ptr<db::Database> database_;
};

}  // namespace

std::unique_ptr<Writer> make_lane(const Round& round) { return std::make_unique<Lane>(round); }

}  // namespace bench::locks

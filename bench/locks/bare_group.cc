#include <stdexcept>

#include <bench/locks/bare.h>
#include <bench/locks/writer.h>
#include <bench/rivals/group_commit.h>

namespace bench::locks {
namespace {

struct CloseGroup {
  void operator()(rival_group* group) const noexcept { rival_group_close(group); }
};

class BareGroup final : public Writer {
 public:
  explicit BareGroup(const Round& round) {
    auto connection = open_bare(round.file, round.synchronous);
    group_.reset(rival_group_open(connection.get()));
    if (!group_) throw std::runtime_error("the rival did not start");
    connection.release();  // NOLINT(bugprone-unused-return-value): the group closes it
  }

  bool write(const Row& row) override {
    const int result = rival_group_write(group_.get(), row.worker(), row.number(), row.text().data(),
                                         static_cast<int>(row.text().size()));
    if (result == SQLITE_OK) return true;
    if ((result & 0xff) != SQLITE_BUSY) throw std::runtime_error(sqlite3_errstr(result));
    return false;
  }

 private:
  std::unique_ptr<rival_group, CloseGroup> group_;
};

}  // namespace

std::unique_ptr<Writer> make_bare_group(const Round& round) { return std::make_unique<BareGroup>(round); }

}  // namespace bench::locks

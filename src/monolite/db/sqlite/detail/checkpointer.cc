#include <utility>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/checkpointer.h>
#include <monolite/db/sqlite/failpoints.h>

namespace monolite::db::sqlite {
namespace {

constexpr std::int64_t kFrameHeaderBytes = 24;
/// A log that holds a few times what a checkpoint waits for is kept: to write over a file costs less than to grow it.
constexpr int kKeptCheckpoints = 4;

}  // namespace

Checkpointer::Checkpointer(const CheckpointOptions& options, std::unique_ptr<WalSyncer> syncer, Snapshots& snapshots,
                           const Database& database)
    : options_(options),
      syncer_(std::move(syncer)),
      database_(database),
      barrier_(options.barrier, snapshots, database),
      optimizer_(options.optimize_every) {}

void Checkpointer::guarded(base::FunctionRef<void()> work) noexcept {
  try {
    work();
  } catch (const std::exception& error) {  // tried again; the commits are safe in the WAL
    database_.checkpoint_failed.emit({base::describe(std::current_exception())});
  }
}

void Checkpointer::note(const CheckpointResult& result) {
  frames_ = result.frames;
  copied_ = result.copied;
}

void Checkpointer::after_batch(Connection& connection) noexcept {
  const int frames = connection.wal_frames();
  if (frames < frames_) copied_ = frames_at_copy_ = 0;  // the log began anew
  frames_ = frames;
  wrote_since_idle_ = true;
  last_batch_ = base::Monotonic::now();
  optimizer_.wrote();
  guarded([&] {
    if (syncer_) syncer_->committed();
    if (frames - frames_at_copy_ >= options_.frames) {
      frames_at_copy_ = frames;
      reach(options_.failpoints, "lane.checkpointing");
      note(connection.checkpoint(CheckpointMode::kPassive));
      reach(options_.failpoints, "lane.checkpointed");
    }
    const double over = times_over_limit(connection);
    if (over <= 1 || !barrier_.is_due(over) || !barrier_.run(connection, over)) return;
    ++restarts_;
    frames_ = copied_ = frames_at_copy_ = 0;
  });
}

double Checkpointer::times_over_limit(Connection& connection) {
  if (frame_bytes_ == 0) frame_bytes_ = std::stoll(connection.pragma("PRAGMA page_size")) + kFrameHeaderBytes;
  return static_cast<double>(frames_ * frame_bytes_) / static_cast<double>(options_.max_wal_bytes);
}

std::optional<base::Monotonic::time_point> Checkpointer::idle_work_at() const {
  if (wrote_since_idle_) return last_batch_ + options_.rest;
  return optimizer_.due_at();
}

void Checkpointer::when_idle(Connection& connection) noexcept {
  guarded([&] { optimizer_.run(connection); });  // first: what it writes is copied and cut as well
  guarded([&] {
    last_batch_ = base::Monotonic::now();
    wrote_since_idle_ = !copy_and_cut(connection);
  });
}

/// False when readers or other processes were in the way.
bool Checkpointer::copy_and_cut(Connection& connection) {
  connection.set_lock_deadline(base::Deadline(base::Monotonic::now()));  // nobody is waited for
  const auto copied = connection.checkpoint(CheckpointMode::kPassive);
  note(copied);
  if (copied.copied < copied.frames) return false;
  if (connection.wal_bytes() <= kKeptCheckpoints * options_.frames * frame_bytes_) return true;
  const auto cut = connection.checkpoint(CheckpointMode::kTruncate);
  if (cut.done) frames_ = copied_ = frames_at_copy_ = 0;
  return cut.done;
}

void Checkpointer::before_close(Connection& connection) noexcept {
  guarded([&] {
    connection.set_lock_deadline(base::Deadline(base::Monotonic::now()));
    reach(options_.failpoints, "lane.cutting");
    connection.checkpoint(CheckpointMode::kTruncate);
    reach(options_.failpoints, "lane.cut");
  });
}

CheckpointStatus Checkpointer::status() const noexcept {
  return {.wal_frames = frames_, .copied_frames = copied_, .restarts = restarts_};
}

}  // namespace monolite::db::sqlite

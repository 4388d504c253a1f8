#pragma once

#include <functional>
#include <memory>

#include <bench/locks/writer.h>
#include <pthread.h>

namespace bench::locks {

/// Where all workers of a round stand before it begins: memory that threads and processes share.
class StartLine {
 public:
  explicit StartLine(int workers);
  ~StartLine();
  StartLine(const StartLine&) = delete;
  StartLine& operator=(const StartLine&) = delete;

  /// Returns when `workers` and the one who started them are here.
  void arrive() noexcept { pthread_barrier_wait(&barrier_); }

 private:
  pthread_barrier_t barrier_{};
};

/// The workers of a round at work. `finish` waits for their end; the tallies are complete then.
class Crew {
 public:
  explicit Crew(int workers);
  virtual ~Crew() = default;

  /// Between the last preparation and the first write.
  void start() noexcept { board_->line.arrive(); }
  virtual void finish() = 0;
  const Tally& tally(int worker) const noexcept { return board_->tallies.at(static_cast<std::size_t>(worker)); }

 protected:
  struct Board {
    explicit Board(int workers) : line(workers) {}
    StartLine line;
    std::array<Tally, kMostWriters> tallies{};
  };
  /// Memory that is not copied when a process forks.
  struct Unmap {
    void operator()(Board* board) const noexcept;
  };

  /// Makes the worker's writer, waits for the start and writes until the round is over. Leaves what went wrong in the
  /// tally.
  static void work(Board& board, const Round& round, int worker, const std::function<Writer&()>& writer) noexcept;
  Board& board() noexcept { return *board_; }

 private:
  std::unique_ptr<Board, Unmap> board_;
};

/// Starts them; they wait at the start line.
std::unique_ptr<Crew> gather(const Round& round);

}  // namespace bench::locks

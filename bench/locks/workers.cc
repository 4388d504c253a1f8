#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <thread>

#include <bench/locks/workers.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <monolite/base/clock.h>

namespace bench::locks {
namespace {

using monolite::base::Monotonic;

[[noreturn]] void throw_system_error(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::uint64_t nanoseconds_since(Monotonic::time_point begun) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(Monotonic::now() - begun).count());
}

void note(Tally& tally, const char* failure) noexcept {
  std::strncpy(tally.failure.data(), failure, tally.failure.size() - 1);
}

void write_until_over(const Round& round, int worker, Writer& writer, Tally& tally) {
  const auto begun = Monotonic::now();
  const auto end = begun + round.duration;
  Row row(worker);
  for (auto now = begun; now < end; now = Monotonic::now()) {
    row.advance();
    if (writer.write(row)) {
      ++tally.acknowledged;
      tally.latencies.add(nanoseconds_since(now));
    } else {
      ++tally.refused;
    }
  }
  tally.ended_ns = nanoseconds_since(begun);
  tally.wal_bytes = log_bytes(round.file);
}

}  // namespace

StartLine::StartLine(int workers) {
  pthread_barrierattr_t attributes{};
  pthread_barrierattr_init(&attributes);
  pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_barrier_init(&barrier_, &attributes, static_cast<unsigned>(workers) + 1);
  pthread_barrierattr_destroy(&attributes);
}

StartLine::~StartLine() { pthread_barrier_destroy(&barrier_); }

Crew::Crew(int workers) {
  void* memory = mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw_system_error("mmap");
  board_.reset(new (memory) Board(workers));
}

void Crew::Unmap::operator()(Board* board) const noexcept {
  board->~Board();
  munmap(board, sizeof(Board));
}

void Crew::work(Board& board, const Round& round, int worker, const std::function<Writer&()>& writer) noexcept {
  Tally& tally = board.tallies.at(static_cast<std::size_t>(worker));
  Writer* own = nullptr;
  try {
    own = &writer();
  } catch (const std::exception& error) {  // reported with the result; the others must not wait for this one
    note(tally, error.what());
  }
  board.line.arrive();
  if (!own) return;
  try {
    write_until_over(round, worker, *own, tally);
  } catch (const std::exception& error) {  // reported with the result
    note(tally, error.what());
  }
}

namespace {

/// Threads of this process that share one writer.
class Threads final : public Crew {
 public:
  explicit Threads(const Round& round) : Crew(round.writers), round_(round), writer_(make_writer(round)) {
    for (int i = 0; i < round.writers; ++i) {
      threads_.emplace_back([this, i] { work(board(), round_, i, [this]() -> Writer& { return *writer_; }); });
    }
  }
  void finish() override {
    for (auto& thread : threads_) thread.join();
  }

 private:
  const Round round_;
  std::unique_ptr<Writer> writer_;
  std::vector<std::thread> threads_;
};

/// Processes with a writer each.
class Processes final : public Crew {
 public:
  explicit Processes(const Round& round) : Crew(round.writers) {
    for (int i = 0; i < round.writers; ++i) {
      const pid_t process = fork();
      if (process < 0) throw_system_error("fork");
      if (process == 0) serve(round, i);
      processes_.push_back(process);
    }
  }
  void finish() override {
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      int status = 0;
      waitpid(processes_[i], &status, 0);
      if (status != 0) note(board().tallies.at(i), "the process did not end well");
    }
  }

 private:
  [[noreturn]] void serve(const Round& round, int worker) noexcept {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    {
      std::unique_ptr<Writer> writer;
      work(board(), round, worker, [&]() -> Writer& { return *(writer = make_writer(round)); });
    }
    _exit(0);  // neither the destructors nor the buffers of the process that forked
  }

  std::vector<pid_t> processes_;
};

}  // namespace

std::unique_ptr<Crew> gather(const Round& round) {
  if (workers_of(round.policy) == Workers::kThreads) return std::make_unique<Threads>(round);
  return std::make_unique<Processes>(round);
}

}  // namespace bench::locks

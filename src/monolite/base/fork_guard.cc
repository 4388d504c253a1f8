#include <atomic>

#include <fmt/format.h>
#include <pthread.h>

#include <monolite/base/error.h>
#include <monolite/base/fork_guard.h>

namespace monolite::base {
namespace {

/// How many forks lie between the first process and this one. A fact of the process like its id, hence not in an
/// object.
std::atomic<std::uint64_t> forks{0};

void count_forks() {
  static const int registered = pthread_atfork(nullptr, nullptr, [] { forks.fetch_add(1, std::memory_order_relaxed); });
  ML_REQUIRE(registered == 0, "no memory for a fork handler");
}

}  // namespace

ForkGuard::ForkGuard() {
  count_forks();
  generation_ = forks.load(std::memory_order_relaxed);
}

bool ForkGuard::in_child() const noexcept { return forks.load(std::memory_order_relaxed) != generation_; }

void ForkGuard::require_parent(const char* what) const {
  if (!in_child()) [[likely]]
    return;
  throw Error({.code = ErrorCode::kInternal,
               .scope = ErrorScope::kBug,
               .what = fmt::format("{} was carried over a fork", what),
               .hint = "start another program instead (posix_spawn, or exec after the fork)"});
}

}  // namespace monolite::base

#include <cerrno>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <monolite/base/detail/fiber_stack.h>
#include <monolite/base/detail/sanitizers.h>
#include <monolite/base/error.h>

#if ML_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace monolite::base::detail {
namespace {

// A function touches its frame anywhere, so a guard of a single page could be jumped by one large array. Address space
// is all that the larger guard costs.
constexpr std::size_t kGuardBytes = 64 * 1024;

std::size_t round_to_pages(std::size_t bytes) {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

[[noreturn]] void throw_no_stack(std::size_t bytes, int error) {
  throw Error({.code = ErrorCode::kFull,
               .scope = ErrorScope::kRetry,
               .what = fmt::format("no address space for a task stack of {} bytes", bytes),
               .hint = "limit the connections, or raise vm.max_map_count (each stack takes two mappings)",
               .system_code = error});
}

}  // namespace

StackBounds map_stack(std::size_t bytes) {
  const std::size_t usable = round_to_pages(bytes);
  void* memory = mmap(nullptr, kGuardBytes + usable, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) throw_no_stack(usable, errno);
  if (mprotect(memory, kGuardBytes, PROT_NONE) != 0) {
    const int error = errno;
    munmap(memory, kGuardBytes + usable);
    throw_no_stack(usable, error);
  }
  const auto guard = reinterpret_cast<std::uintptr_t>(memory);
  const StackBounds stack{.guard = guard, .bottom = guard + kGuardBytes, .bytes = usable};
#if ML_ASAN
  // What only a waiting task refers to is not leaked.
  __lsan_register_root_region(reinterpret_cast<void*>(stack.bottom), stack.bytes);
#endif
  return stack;
}

void unmap_stack(const StackBounds& stack) noexcept {
#if ML_ASAN
  __lsan_unregister_root_region(reinterpret_cast<void*>(stack.bottom), stack.bytes);
  // The next mapping at this address must not inherit the red zones of frames that never returned.
  __asan_unpoison_memory_region(reinterpret_cast<void*>(stack.bottom), stack.bytes);
#endif
  munmap(reinterpret_cast<void*>(stack.guard), stack.bottom - stack.guard + stack.bytes);
}

boost::context::stack_context FiberStack::allocate() const {
  boost::context::stack_context context;
  context.size = stack_.bytes;
  context.sp = reinterpret_cast<void*>(stack_.bottom + stack_.bytes);
  return context;
}

void FiberStack::deallocate(boost::context::stack_context&) noexcept { unmap_stack(stack_); }

}  // namespace monolite::base::detail

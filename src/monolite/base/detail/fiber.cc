#include <cstring>
#include <utility>

#include <cxxabi.h>

#include <monolite/base/detail/fiber.h>
#include <monolite/base/detail/sanitizers.h>

#if ML_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

namespace monolite::base::detail {
namespace {

/// Tells the address sanitizer that the next instruction runs on another stack. A null `fake_stack` says that the
/// current stack is never entered again.
void leave_stack([[maybe_unused]] void** fake_stack, [[maybe_unused]] const void* bottom,
                 [[maybe_unused]] std::size_t bytes) noexcept {
#if ML_ASAN
  __sanitizer_start_switch_fiber(fake_stack, bottom, bytes);
#endif
}

void enter_stack([[maybe_unused]] void* fake_stack, [[maybe_unused]] const void** from_bottom,
                 [[maybe_unused]] std::size_t* from_bytes) noexcept {
#if ML_ASAN
  __sanitizer_finish_switch_fiber(fake_stack, from_bottom, from_bytes);
#endif
}

}  // namespace

constinit thread_local const StackBounds* running_stack = nullptr;

Fiber::Fiber(std::size_t stack_bytes, void (*body)(void*), void* argument)
    : body_(body),
      argument_(argument),
      bounds_(map_stack(stack_bytes)),
      context_(std::allocator_arg, FiberStack(bounds_),
               [this](boost::context::fiber&& caller) { return run(std::move(caller)); }) {}

// Boost.Context frees the stack when `run` returns, and would unwind one that still waits.
Fiber::~Fiber() = default;

void Fiber::resume() noexcept {
  const StackBounds* const outer = std::exchange(running_stack, &bounds_);
  swap_exceptions(exceptions_);
  void* fake_stack = nullptr;
  leave_stack(&fake_stack, reinterpret_cast<void*>(bounds_.bottom), bounds_.bytes);
  context_ = std::move(context_).resume();
  enter_stack(fake_stack, nullptr, nullptr);
  swap_exceptions(exceptions_);
  running_stack = outer;
}

void Fiber::suspend() noexcept {
  leave_stack(&outside_.fake_stack, outside_.bottom, outside_.bytes);
  caller_ = std::move(caller_).resume();
  enter_stack(outside_.fake_stack, &outside_.bottom, &outside_.bytes);
}

boost::context::fiber Fiber::run(boost::context::fiber&& caller) noexcept {
  caller_ = std::move(caller);
  enter_stack(nullptr, &outside_.bottom, &outside_.bytes);
  body_(argument_);
  leave_stack(nullptr, outside_.bottom, outside_.bytes);
  return std::move(caller_);
}

void Fiber::swap_exceptions(ExceptionState& other) noexcept {
  void* const globals = abi::__cxa_get_globals();
  ExceptionState mine;
  std::memcpy(&mine, globals, sizeof mine);
  std::memcpy(globals, &other, sizeof other);
  other = mine;
}

}  // namespace monolite::base::detail

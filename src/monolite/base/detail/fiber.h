#pragma once

#include <cstddef>

#include <boost/context/fiber.hpp>

#include <monolite/base/detail/fiber_stack.h>

namespace monolite::base::detail {

/// The stack that the current thread runs on, null when that is its own. Read by the fault handler.
extern constinit thread_local const StackBounds* running_stack;

/// A stack of its own on which a function runs, with a switch in and a switch out.
/// Each switch carries along what belongs to a stack rather than to its thread: the exceptions being handled and the
/// address sanitizer's idea of the stack.
/// Threads: one. Lifetime: `body` must have returned before the destructor runs; a suspended fiber is never destroyed.
class Fiber {
 public:
  /// Prepares a fiber that will run `body(argument)` at the first `resume`.
  Fiber(std::size_t stack_bytes, void (*body)(void* argument), void* argument);
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Outside of the fiber: runs it until it suspends or `body` returns.
  void resume() noexcept;
  /// Inside of the fiber: goes back to the caller of `resume`.
  void suspend() noexcept;

 private:
  /// The Itanium C++ ABI's __cxa_eh_globals: the chain of caught exceptions and the number of uncaught ones.
  struct ExceptionState {
    void* caught = nullptr;
    std::size_t uncaught = 0;  // an unsigned int and its padding
  };
  /// One side of a switch as the address sanitizer sees it.
  struct SanitizerState {
    void* fake_stack = nullptr;
    const void* bottom = nullptr;
    std::size_t bytes = 0;
  };

  boost::context::fiber run(boost::context::fiber&& caller) noexcept;
  static void swap_exceptions(ExceptionState& other) noexcept;

  void (*body_)(void*);
  void* argument_;
  StackBounds bounds_;
  ExceptionState exceptions_;
  SanitizerState outside_;
  boost::context::fiber caller_;   // while it runs
  boost::context::fiber context_;  // while it is suspended
};

}  // namespace monolite::base::detail

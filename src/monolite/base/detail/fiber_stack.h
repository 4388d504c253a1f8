#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/context/stack_context.hpp>

namespace monolite::base::detail {

/// Where a fiber's stack and the guard below it lie. A plain value: the fault handler reads it.
struct StackBounds {
  std::uintptr_t guard = 0;   ///< lowest address of the guard
  std::uintptr_t bottom = 0;  ///< lowest usable address, right above the guard
  std::size_t bytes = 0;      ///< usable size

  bool guards(std::uintptr_t address) const noexcept { return address >= guard && address < bottom; }
};

/// Maps one fiber stack of `bytes` (rounded up to pages) with an unmapped guard below. Only touched pages use memory.
/// Errors: kFull when the process may not map more.
StackBounds map_stack(std::size_t bytes);
void unmap_stack(const StackBounds& stack) noexcept;

/// The stack allocator that Boost.Context wants, for one fiber.
class FiberStack {
 public:
  explicit FiberStack(const StackBounds& stack) : stack_(stack) {}
  boost::context::stack_context allocate() const;
  void deallocate(boost::context::stack_context& context) noexcept;

 private:
  StackBounds stack_;
};

}  // namespace monolite::base::detail

#pragma once

#include <cstddef>
#include <memory>

namespace monolite::base::detail {

/// Makes the overflow of a task's stack a crash with one clear line on standard error, from the first call on and for
/// the whole process. Every other fault goes to the handler that was there before. Threads: any.
void install_fault_handler();

/// Gives the current thread a stack to handle faults on, unless it has one: the overflown stack cannot serve.
/// Threads: made and destroyed on the same one.
class FaultStack {
 public:
  FaultStack();
  ~FaultStack();
  FaultStack(const FaultStack&) = delete;
  FaultStack& operator=(const FaultStack&) = delete;

 private:
  std::unique_ptr<std::byte[]> memory_;  // null: the thread had one
};

}  // namespace monolite::base::detail

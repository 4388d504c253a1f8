#pragma once

#include <cstdint>
#include <utility>

namespace monolite::base {

/// Remembers the process it was made in. Cost of a question: one load. Threads: any.
class ForkGuard {
 public:
  ForkGuard();

  /// True in a process that was forked from the one this was made in.
  bool in_child() const noexcept;

  /// Throws the kBug error of a use in a child; `what` names the object: "a database".
  void require_parent(const char* what) const;

 private:
  std::uint64_t generation_;
};

/// A T that a fork must not carry along, because it holds threads, file locks or shared memory: a forked child that
/// uses it gets a kBug error, and its copy is never destroyed, since that would act on the parent's files.
template <class T>
class ProcessBound {
 public:
  template <class... Args>
  explicit ProcessBound(const char* what, Args&&... args) : what_(what), value_(std::forward<Args>(args)...) {}
  ~ProcessBound() {
    if (!process_.in_child()) value_.~T();
  }
  ProcessBound(const ProcessBound&) = delete;
  ProcessBound& operator=(const ProcessBound&) = delete;

  T* operator->() {
    process_.require_parent(what_);
    return &value_;
  }
  const T* operator->() const {
    process_.require_parent(what_);
    return &value_;
  }

 private:
  const ForkGuard process_;
  const char* const what_;
  union {  // destroyed by hand
    T value_;
  };
};

}  // namespace monolite::base

#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace monolite::base {

/// Stops a listener when it goes out of scope.
class Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  Subscription(Subscription&& other) noexcept : cancel_(std::exchange(other.cancel_, nullptr)) {}
  Subscription& operator=(Subscription&& other) noexcept {
    std::swap(cancel_, other.cancel_);
    return *this;
  }
  ~Subscription() {
    if (cancel_) cancel_();
  }

 private:
  std::function<void()> cancel_;
};

/// A typed event: code emits it once, the log line, the metric and the error report are listeners.
/// Listeners run on the emitting thread, in the order they were added, and must neither block nor throw.
/// An emit reaches those who listened when it began: a listener may be called once more, on the emitting thread, while
/// or right after another thread ends its subscription.
/// Threads: any. Lifetime: outlives its subscriptions. Cost without a listener: one atomic load.
template <class E>
class Event {
 public:
  using Listener = std::function<void(const E&)>;

  [[nodiscard]] Subscription listen(Listener listener) {
    const std::lock_guard lock(mutex_);
    const auto id = ++last_id_;
    auto next = listeners_ ? std::make_shared<List>(*listeners_) : std::make_shared<List>();
    next->emplace_back(id, std::move(listener));
    publish(std::move(next));
    return Subscription([this, id] { remove(id); });
  }

  void emit(const E& event) const {
    if (!any_.load(std::memory_order_acquire)) return;
    std::shared_ptr<const List> current;
    {
      const std::lock_guard lock(mutex_);
      current = listeners_;
    }
    for (const auto& [id, listener] : *current) listener(event);
  }

 private:
  using List = std::vector<std::pair<std::uint64_t, Listener>>;

  void remove(std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    auto next = std::make_shared<List>(*listeners_);
    std::erase_if(*next, [id](const auto& entry) { return entry.first == id; });
    publish(std::move(next));
  }

  void publish(std::shared_ptr<const List> next) {
    any_.store(!next->empty(), std::memory_order_release);
    listeners_ = std::move(next);
  }

  mutable std::mutex mutex_;
  std::shared_ptr<const List> listeners_ = std::make_shared<const List>();
  std::atomic<bool> any_{false};
  std::uint64_t last_id_ = 0;
};

}  // namespace monolite::base

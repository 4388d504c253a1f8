#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace monolite::base {

/// A named moment at which a test may end the process or make the operation fail.
struct Failpoint {
  /// What else than killing the process an action may do here.
  enum class Kind {
    kKill,   ///< nothing: from here on the operation cannot fail any more
    kThrow,  ///< it may throw a base::Error too, which then is the operation's failure
  };

  std::string_view name;  ///< "lane.committed": a constant of static storage
  std::string_view when;  ///< what has happened here, and what has not
  Kind kind = Kind::kKill;
};

/// What a test does at the failpoints of the objects that it gives this to (`db::sqlite::Options::failpoints`).
/// Production has none of them: a null pointer, which costs a branch per point.
///
/// Each room that has failpoints lists them in a constexpr table, so that tests/crash can loop over all of them, and a
/// name that is not listed does not compile. Threads: any. Lifetime: outlives the objects it is given to.
class Failpoints {
 public:
  using Action = std::function<void(const Failpoint& at)>;

  /// Replaces what was armed: `action` runs once, on the thread that reaches `name` for the `nth` time from now (1 =
  /// the next time).
  void arm(std::string_view name, std::uint64_t nth, Action action);
  void disarm();

  /// How often the point was reached since construction.
  std::uint64_t reached(std::string_view name) const;

  /// Called by the code under test.
  void reach(const Failpoint& at);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> reached_;
  std::string armed_;
  std::uint64_t left_ = 0;  // 0: nothing is armed
  Action action_;
};

/// A failpoint of the room whose table is `kTable`, by name: `reach(failpoints, "lane.committed")`.
template <const auto& kTable>
class FailpointOf {
 public:
  consteval FailpointOf(const char* name)  // NOLINT(google-explicit-constructor): a checked name
      : index_(index_of(name)) {}

  const Failpoint& operator*() const noexcept { return kTable[index_]; }

 private:
  static consteval std::size_t index_of(std::string_view name) {
    for (std::size_t i = 0; i < kTable.size(); ++i) {
      if (kTable[i].name == name) return i;
    }
    throw "this name is not in the room's table of failpoints";
  }

  std::size_t index_;
};

}  // namespace monolite::base

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <vector>

#include <monolite/base/event.h>
#include <monolite/db/database.h>
#include <monolite/http/server.h>

namespace bench {

/// Counts what a server answered and what its database committed, from their events.
/// Threads: any. Lifetime: `listen_to` the things that outlive it.
class Tally {
 public:
  void listen_to(monolite::http::Server& server);
  void listen_to(monolite::db::Database& database);

  /// Answers per status.
  std::map<int, std::uint64_t> statuses() const;
  std::uint64_t batches() const noexcept { return batches_; }
  std::uint64_t units() const noexcept { return units_; }

 private:
  static constexpr std::size_t kStatuses = 600;

  std::array<std::atomic<std::uint64_t>, kStatuses> statuses_{};  // 0: a status outside of the table
  std::atomic<std::uint64_t> batches_{0};
  std::atomic<std::uint64_t> units_{0};
  std::vector<monolite::base::Subscription> subscriptions_;  // last: they count into the members above
};

}  // namespace bench

#include <bench/tally.h>

namespace bench {

namespace db = monolite::db;
namespace http = monolite::http;

void Tally::listen_to(http::Server& server) {
  subscriptions_.push_back(server.events().finished.listen([this](const http::RequestFinished& finished) {
    const auto status = static_cast<std::size_t>(finished.status);
    statuses_[status < kStatuses ? status : 0].fetch_add(1, std::memory_order_relaxed);
  }));
}

void Tally::listen_to(db::Database& database) {
  subscriptions_.push_back(database.batch_committed.listen([this](const db::BatchCommitted& batch) {
    batches_.fetch_add(1, std::memory_order_relaxed);
    units_.fetch_add(static_cast<std::uint64_t>(batch.units), std::memory_order_relaxed);
  }));
}

std::map<int, std::uint64_t> Tally::statuses() const {
  std::map<int, std::uint64_t> counted;
  for (std::size_t status = 0; status < kStatuses; ++status) {
    if (const auto count = statuses_[status].load(); count > 0) counted.emplace(static_cast<int>(status), count);
  }
  return counted;
}

}  // namespace bench

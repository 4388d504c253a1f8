#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <monolite/app/detail/request_queries.h>
#include <monolite/base/attached.h>
#include <monolite/http/request.h>
#include <monolite/http/router.h>

namespace monolite::app::detail {
namespace {

std::string_view handler_of(const http::Request* request) {
  return request != nullptr && request->route() != nullptr ? std::string_view(request->route()->label) : "";
}

/// A log whose lines carry the id of the request for which this thread works, if there is one.
base::Log log_for(const base::Log& log, const http::Request* request) {
  return request != nullptr ? log.with({{"request_id", request->request_id()}}) : log;
}

/// "posts_controller.cc:31"; empty when no target collected the literal.
std::string place_of(const SqlSites& sites, std::string_view sql) {
  for (const auto& target : sites) {
    const auto found = std::ranges::find(target, sql, &db::SqlSite::text);
    if (found != target.end()) return fmt::format("{}:{}", found->file, found->line);
  }
  return {};
}

void tell(const base::Log& log, const http::Request& request, const db::RepeatedQuery& query, const SqlSites& sites) {
  log_for(log, &request)
      .warn("db.repeated_query", {{"handler", handler_of(&request)},
                                  {"times", query.times},
                                  {"at", place_of(sites, query.sql)},
                                  {"sql", query.sql},
                                  {"others", query.others},
                                  {"hint", "read the rows for the whole list with one statement: preload"}});
}

void tell_slow_query(const base::Log& log, const db::SlowQuery& slow) {
  const auto* const request = base::attached<const http::Request>();
  log_for(log, request)
      .warn("db.slow_query", {{"handler", handler_of(request)},
                              {"duration_ms", slow.duration.count()},
                              {"rows", slow.rows},
                              {"vm_steps", slow.vm_steps},
                              {"full_scan_steps", slow.full_scan_steps},
                              {"sorts", slow.sorts},
                              {"autoindex_rows", slow.autoindex_rows},
                              {"plan", slow.plan.line()},
                              {"sql", slow.sql}});
}

void tell_slow_unit(const base::Log& log, const db::SlowUnit& slow) {
  const auto* const request = base::attached<const http::Request>();
  log_for(log, request)
      .warn("db.slow_unit", {{"handler", handler_of(request)}, {"duration_ms", slow.duration.count()}});
}

}  // namespace

http::Layer request_queries(const db::QueryLimits& limits, SqlSites sites, base::Log log) {
  return [limits, sites = std::move(sites), log = std::move(log)](http::Request& request, const http::Handler& next) {
    const base::Attached<const http::Request> attach(request);
    const db::QueryScope scope(limits, [&request] { return request.is_client_gone(); });
    http::Response response = next(request);
    if (const auto repeated = scope.most_repeated()) tell(log, request, *repeated, sites);
    return response;
  };
}

std::vector<base::Subscription> log_slow_queries(db::Database& database, const base::Log& log) {
  std::vector<base::Subscription> subscriptions;
  subscriptions.push_back(database.slow_query.listen([log](const db::SlowQuery& slow) { tell_slow_query(log, slow); }));
  subscriptions.push_back(database.slow_unit.listen([log](const db::SlowUnit& slow) { tell_slow_unit(log, slow); }));
  return subscriptions;
}

}  // namespace monolite::app::detail

#pragma once

#include <span>
#include <vector>

#include <monolite/base/event.h>
#include <monolite/base/log.h>
#include <monolite/db/database.h>
#include <monolite/db/query_scope.h>
#include <monolite/http/stack.h>

namespace monolite::app::detail {

/// The literals of a program, a span per target.
using SqlSites = std::vector<std::span<const db::SqlSite>>;

/// The outermost layer of all requests: gives their reads a budget, ends them when the client has gone, and writes one
/// line, `db.repeated_query`, when a request ran the same literal again and again. Threads: any.
http::Layer request_queries(const db::QueryLimits& limits, SqlSites sites, base::Log log);

/// Writes `db.slow_query` and `db.slow_unit`, with the handler and the request_id when a request ran them.
/// Lifetime: the subscriptions end before `database`.
std::vector<base::Subscription> log_slow_queries(db::Database& database, const base::Log& log);

}  // namespace monolite::app::detail

#include <bench/audit.h>
#include <boost/json/object.hpp>

namespace bench {

namespace db = monolite::db;
namespace json = boost::json;

using db::operator""_sql;

namespace {

json::object to_json(const RowCounts& rows) {
  return {{"users", rows.users}, {"posts", rows.posts}, {"comments", rows.comments}, {"sessions", rows.sessions}};
}

}  // namespace

RowCounts RowCounts::of(db::Database& database) {
  return database.read([](db::ReadSession& session) {
    return session.one<RowCounts>(
        "SELECT (SELECT count(*) FROM users) AS users, (SELECT count(*) FROM posts) AS posts, "
        "(SELECT count(*) FROM comments) AS comments, (SELECT count(*) FROM sessions) AS sessions"_sql);
  });
}

Audit Audit::of(db::Database& database) {
  return database.read([](db::ReadSession& session) {
    const auto users = session.scalar<std::int64_t>(
        "SELECT count(*) FROM users "
        "WHERE posts_count IS NOT (SELECT count(*) FROM posts WHERE user_id = users.id)"_sql);
    const auto posts = session.scalar<std::int64_t>(
        "SELECT count(*) FROM posts "
        "WHERE comments_count IS NOT (SELECT count(*) FROM comments WHERE post_id = posts.id)"_sql);
    return Audit{.quick_check = session.scalar<std::string>("PRAGMA quick_check(1)"_sql),
                 .wrong_counters = users + posts};
  });
}

json::object report(db::Database& database, const RowCounts& before, const Tally& tally) {
  const auto audit = Audit::of(database);
  json::object statuses;
  for (const auto& [status, count] : tally.statuses()) statuses.emplace(std::to_string(status), count);
  return {{"statuses", std::move(statuses)},
          {"rows", {{"before", to_json(before)}, {"after", to_json(RowCounts::of(database))}}},
          {"counters", audit.wrong_counters == 0 ? "exact" : "wrong"},
          {"wrong_counters", audit.wrong_counters},
          {"quick_check", audit.quick_check},
          {"batches", tally.batches()},
          {"units", tally.units()}};
}

}  // namespace bench

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <monolite/base/error.h>
#include <monolite/db/schema.h>
#include <monolite/db/schema_reader.h>

namespace monolite::db {
namespace {

/// The three triggers that repeat each change of the content in its index.
class ContentTriggers {
 public:
  ContentTriggers(std::string_view name, const FullText& index) : name_(name), index_(index) {}

  std::vector<std::string> all() const {
    // An update of a column that is not indexed costs nothing; one of the row's id does.
    const auto watched =
        fmt::format("UPDATE OF {}, {}", identifier(index_.content_row_id), identifiers(index_.columns));
    return {trigger("after_insert", "INSERT", add()), trigger("after_delete", "DELETE", remove()),
            trigger("after_update", watched, remove() + ' ' + add())};
  }

  static std::vector<std::string> names(std::string_view name) {
    return {fmt::format("{}_after_insert", name), fmt::format("{}_after_delete", name),
            fmt::format("{}_after_update", name)};
  }

 private:
  std::string trigger(std::string_view suffix, std::string_view event, std::string_view body) const {
    return fmt::format("CREATE TRIGGER {} AFTER {} ON {} BEGIN {} END", identifier(fmt::format("{}_{}", name_, suffix)),
                       event, identifier(index_.content), body);
  }

  std::string values(std::string_view row) const {
    std::string list = fmt::format("{}.{}", row, identifier(index_.content_row_id));
    for (const auto& column : index_.columns) list += fmt::format(", {}.{}", row, identifier(column));
    return list;
  }

  std::string add() const {
    return fmt::format("INSERT INTO {} (rowid, {}) VALUES ({});", identifier(name_), identifiers(index_.columns),
                       values("new"));
  }

  std::string remove() const {
    return fmt::format("INSERT INTO {0} ({0}, rowid, {1}) VALUES ('delete', {2});", identifier(name_),
                       identifiers(index_.columns), values("old"));
  }

  std::string_view name_;
  const FullText& index_;
};

void require_row_id(ReadSession& session, const FullText& index) {
  const auto table = find_table(session, index.content);
  if (!table || table->kind != TableKind::kTable) {
    throw base::Error({.code = base::ErrorCode::kInvalid,
                       .what = fmt::format("there is no table {} to index", index.content),
                       .hint = "create it first"});
  }
  const auto definition = parse_table(table->sql);
  const auto* const row_id = definition.row_id_column();
  if (row_id && is_same_name(row_id->name, index.content_row_id)) return;
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .what = fmt::format("{}.{} is no INTEGER PRIMARY KEY", index.content, index.content_row_id),
                     .hint = "a full-text index finds rows by their rowid, which only such a key keeps as it is"});
}

}  // namespace

void Schema::create_full_text(std::string_view name, const FullText& index) {
  ML_REQUIRE(!index.columns.empty(), "a full-text index has columns");
  std::vector<std::string> arguments{identifiers(index.columns)};
  if (!index.content.empty()) {
    require_row_id(session_, index);
    arguments.push_back(fmt::format("content={}", text_literal(index.content)));
    arguments.push_back(fmt::format("content_rowid={}", text_literal(index.content_row_id)));
  }
  if (!index.tokenize.text().empty()) {
    arguments.push_back(fmt::format("tokenize={}", text_literal(index.tokenize.text())));
  }
  if (!index.options.text().empty()) arguments.emplace_back(index.options.text());
  run(fmt::format("CREATE VIRTUAL TABLE {} USING fts5({})", identifier(name), fmt::join(arguments, ", ")));
  if (index.content.empty()) return;
  for (auto& trigger : ContentTriggers(name, index).all()) run(std::move(trigger));
  run(fmt::format("INSERT INTO {0} ({0}) VALUES ('rebuild')", identifier(name)));
}

void Schema::drop_full_text(std::string_view name) {
  for (const auto& trigger : ContentTriggers::names(name)) {
    run(fmt::format("DROP TRIGGER IF EXISTS {}", identifier(trigger)));
  }
  drop_table(name);
}

}  // namespace monolite::db

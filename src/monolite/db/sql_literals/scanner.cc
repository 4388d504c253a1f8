#include <map>
#include <utility>

#include <monolite/db/sql_literals/detail/calls.h>
#include <monolite/db/sql_literals/detail/structs.h>
#include <monolite/db/sql_literals/detail/tables.h>
#include <monolite/db/sql_literals/scanner.h>

namespace monolite::db::sql_literals {
namespace {

/// Reads one file, twice: a literal may have its name before or behind the function that uses it.
class FileReader {
 public:
  FileReader(std::string path, std::string_view source) : tokens_(tokens_of(source)) { file_.path = std::move(path); }

  SourceFile run() {
    for (std::size_t at = 0; at < tokens_.size(); ++at) collect(at);
    Surroundings around;
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      around.pass(tokens_[at]);
      if (auto call = call_at(tokens_, at)) keep(std::move(*call), around);
      if (auto table = table_at(tokens_, at)) {
        table->space = around.space();
        file_.tables.push_back(std::move(*table));
      }
      if (auto clause = clause_at(tokens_, at)) {
        clause->space = around.space();
        file_.clauses.push_back(std::move(*clause));
      }
      if (auto described = described_at(tokens_, at, around)) file_.structs.push_back(std::move(*described));
      if (auto name = declared_at(tokens_, at)) file_.declared.push_back(std::move(*name));
    }
    return std::move(file_);
  }

 private:
  void collect(std::size_t at) {
    if (!tokens_[at].is_sql()) return;
    by_token_[at] = file_.literals.size();
    file_.literals.push_back({tokens_[at].text, tokens_[at].line});
    if (const Token* name = name_of(at)) {
      const auto [known, is_new] = by_name_.emplace(name->text, at);
      if (!is_new) known->second = kTwice;
    }
  }

  /// The name that `… NAME = "…"_sql;` gives the literal at `at`; null when it has none.
  const Token* name_of(std::size_t at) const {
    if (at < 2 || at + 1 >= tokens_.size() || !tokens_[at + 1].is(";") || !tokens_[at - 1].is("=")) return nullptr;
    return tokens_[at - 2].kind == TokenKind::kWord ? &tokens_[at - 2] : nullptr;
  }

  void keep(FoundCall found, const Surroundings& around) {
    std::size_t literal = found.sql;
    if (const auto named = by_name_.find(tokens_[literal].text);
        tokens_[literal].kind == TokenKind::kWord && named != by_name_.end()) {
      literal = named->second;
    }
    const auto index = by_token_.find(literal);
    if (index == by_token_.end()) return;
    found.call.space = around.space();
    file_.literals[index->second].calls.push_back(std::move(found.call));
  }

  static constexpr std::size_t kTwice = static_cast<std::size_t>(-1);  // no token: the name means two literals

  const std::vector<Token> tokens_;
  std::map<std::size_t, std::size_t> by_token_;  // index into `literals`
  std::map<std::string, std::size_t> by_name_;   // the literal's token
  SourceFile file_;
};

}  // namespace

SourceFile scan(std::string path, std::string_view source) { return FileReader(std::move(path), source).run(); }

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < ' ') {  // octal: its three digits cannot swallow what follows
      for (const char part : {'\\', '0', static_cast<char>('0' + c / 8), static_cast<char>('0' + c % 8)}) out += part;
    } else {
      out += c;
    }
  }
  return out += '"';
}

}  // namespace monolite::db::sql_literals

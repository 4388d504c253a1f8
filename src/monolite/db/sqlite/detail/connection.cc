#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include <monolite/base/error.h>
#include <monolite/db/sqlite/detail/connection.h>
#include <monolite/db/sqlite/detail/errors.h>
#include <monolite/db/sqlite/detail/library.h>

namespace monolite::db::sqlite {
namespace {

constexpr auto kLockPoll = std::chrono::milliseconds(1);

constexpr std::array kControls{"BEGIN",           "BEGIN IMMEDIATE",    "COMMIT", "SAVEPOINT ml_unit",
                               "RELEASE ml_unit", "ROLLBACK TO ml_unit"};
/// What WriteSession::savepoint uses inside of a closure.
constexpr std::string_view kSavepointOfClosures = "ml_nested";

/// `path` as the name of an immutable file, which only a URI can say.
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    c == '%' || c == '?' || c == '#' ? uri += fmt::format("%{:02X}", c) : uri += c;
  }
  return uri + "?immutable=1";
}

/// The statement that fails, not the whole script, which may be a file.
std::string first_lines(std::string_view script) {
  constexpr std::size_t kMost = 300;
  script.remove_prefix(std::min(script.find_first_not_of(" \t\r\n"), script.size()));
  return script.size() <= kMost ? std::string(script) : fmt::format("{}…", script.substr(0, kMost));
}

/// What a pragma answers, as the shell prints it.
std::string text_of(const Cell& cell) {
  return cell.type == ColumnType::kInteger ? std::to_string(cell.integer) : std::string(cell.bytes);
}

}  // namespace

/// A cached statement. `busy` marks one that a lease holds.
class Connection::PreparedStatement final : public Statement {
 public:
  PreparedStatement(Connection& connection, sqlite3_stmt* handle) : connection_(connection), handle_(handle) {}
  ~PreparedStatement() override { sqlite3_finalize(handle_); }
  PreparedStatement(const PreparedStatement&) = delete;
  PreparedStatement& operator=(const PreparedStatement&) = delete;

  std::string_view sql() const noexcept override { return sqlite3_sql(handle_); }
  int parameter_count() const noexcept override { return sqlite3_bind_parameter_count(handle_); }
  Effect effect() const noexcept override { return sqlite3_stmt_readonly(handle_) ? Effect::kReads : Effect::kWrites; }
  void bind_null(int index) override { check(sqlite3_bind_null(handle_, index)); }
  void bind_integer(int index, std::int64_t value) override { check(sqlite3_bind_int64(handle_, index, value)); }
  void bind_real(int index, double value) override { check(sqlite3_bind_double(handle_, index, value)); }
  void bind_text(int index, std::string_view value, BoundBytes bytes) override {
    check(sqlite3_bind_text64(handle_, index, value.data() ? value.data() : "", value.size(), lifetime(bytes),
                              SQLITE_UTF8));
  }
  void bind_blob(int index, std::span<const std::byte> value, BoundBytes bytes) override {
    static constexpr std::byte kEmpty{};  // a null pointer would bind NULL
    check(sqlite3_bind_blob64(handle_, index, value.data() ? value.data() : &kEmpty, value.size(), lifetime(bytes)));
  }

  bool step() override {
    if (connection_.poison_) std::rethrow_exception(connection_.poison_);
    int result = sqlite3_step(handle_);
    if (result == SQLITE_PROTOCOL) {  // a hundred tries to read the WAL's index failed; nothing ran yet
      sqlite3_reset(handle_);
      result = sqlite3_step(handle_);
    }
    if (result == SQLITE_ROW) {
      ++execution.rows;
      return true;
    }
    if (result != SQLITE_DONE) connection_.fail(result, sql());
    return false;
  }
  std::int64_t changes() const noexcept override {
    return sqlite3_stmt_readonly(handle_) ? 0 : sqlite3_changes64(connection_.handle_);
  }
  void reset() noexcept override { sqlite3_reset(handle_); }  // repeats the error of step, which was thrown there

  int column_count() const noexcept override { return sqlite3_column_count(handle_); }
  std::string_view column_name(int column) const noexcept override { return sqlite3_column_name(handle_, column); }
  /// Through sqlite3_column_value, which finds the column once. That value is "unprotected", which means: not to be
  /// used by two threads at a time; a connection of ours never is.
  Cell cell(int column) const override {
    sqlite3_value* value = sqlite3_column_value(handle_, column);
    switch (sqlite3_value_type(value)) {
      case SQLITE_INTEGER:
        return {.type = ColumnType::kInteger, .integer = sqlite3_value_int64(value)};
      case SQLITE_FLOAT:
        return {.type = ColumnType::kReal, .real = sqlite3_value_double(value)};
      case SQLITE_TEXT:
        return {.type = ColumnType::kText, .bytes = text_of(value)};
      case SQLITE_BLOB:
        return {.type = ColumnType::kBlob, .bytes = view(sqlite3_value_blob(value), value)};
      default:
        return {};
    }
  }

  sqlite3_stmt* handle() const noexcept { return handle_; }

  bool busy = false;
  Execution execution;

 protected:
  int generation() const noexcept override { return sqlite3_stmt_status(handle_, SQLITE_STMTSTATUS_REPREPARE, 0); }

 private:
  static sqlite3_destructor_type lifetime(BoundBytes bytes) {
    return bytes == BoundBytes::kBorrowed ? SQLITE_STATIC : SQLITE_TRANSIENT;  // NOLINT: SQLite's own cast
  }
  /// A null pointer means no memory here: an empty text has an address.
  std::string_view text_of(sqlite3_value* value) const {
    const auto* const text = sqlite3_value_text(value);
    if (text == nullptr) [[unlikely]]
      connection_.fail(SQLITE_NOMEM, sql());
    return view(text, value);
  }
  static std::string_view view(const void* data, sqlite3_value* value) noexcept {
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_value_bytes(value))};
  }
  void check(int result) const {
    if (result != SQLITE_OK) connection_.fail(result, sql());
  }

  Connection& connection_;
  sqlite3_stmt* handle_;
};

Connection::Connection(const std::string& path, Role role, const std::string& vfs)
    : watch_(role == Role::kCreator || role == Role::kWriter ? StoppedBy::kUnitTime : StoppedBy::kQueryScope) {
  initialize_library();
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (role == Role::kCreator ? SQLITE_OPEN_CREATE : 0) |
                    (role == Role::kImmutable ? SQLITE_OPEN_URI : 0);
  const auto name = role == Role::kImmutable ? immutable_uri(path) : path;
  const int result = sqlite3_open_v2(name.c_str(), &handle_, flags, vfs.empty() ? nullptr : vfs.c_str());
  try {
    if (result != SQLITE_OK) throw_error(handle_, result, fmt::format("opening {}", path));
    set_up(path, role);
  } catch (...) {  // the handle exists even after a failed open
    sqlite3_close_v2(handle_);
    throw;
  }
}

void Connection::set_up(const std::string& path, Role role) {
  sqlite3_busy_handler(handle_, on_busy, this);
  sqlite3_wal_hook(handle_, on_wal_commit, this);  // also ends SQLite's own checkpoints inside COMMIT
  sqlite3_set_authorizer(handle_, on_compile, this);
  watch_.guard(handle_);
  // For libraries that were not built with our flags; "" is never a string, and nobody writes the schema by hand.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  // Without it a statement whose plan used the statistics is compiled anew for each new value of a parameter.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  if (role == Role::kReadOnly || role == Role::kImmutable) {
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);  // it would write to the file
    return;
  }
  if (sqlite3_db_readonly(handle_, "main") != 1) return;
  throw base::Error({.code = base::ErrorCode::kForbidden,
                     .scope = base::ErrorScope::kDatabase,
                     .what = fmt::format("{} is not writable", path),
                     .hint = "give the user of this process write permission on the file and its folder"});
}

Connection::~Connection() {
  for (auto& statement : controls_) statement.reset();
  cache_.clear();
  one_offs_.clear();
  sqlite3_close_v2(handle_);
}

std::unique_ptr<Connection::PreparedStatement> Connection::prepare(std::string_view text, unsigned flags) {
  sqlite3_stmt* handle = nullptr;
  const char* tail = nullptr;
  const int result = sqlite3_prepare_v3(handle_, text.data(), static_cast<int>(text.size()), flags, &handle, &tail);
  if (result != SQLITE_OK) fail(result, text);
  auto statement = std::make_unique<PreparedStatement>(*this, handle);
  ML_REQUIRE(handle != nullptr, fmt::format("there is no statement in: {}", text));
  const auto rest = text.substr(static_cast<std::size_t>(tail - text.data()));
  ML_REQUIRE(rest.find_first_not_of(" \t\r\n;") == std::string_view::npos,
             fmt::format("one statement at a time, use _script for several: {}", text));
  return statement;
}

/// The statement of a literal, compiled on first use; null while somebody reads from it.
Connection::PreparedStatement* Connection::cached(const Sql& sql) {
  auto found = cache_.find(sql.text().data());
  if (found == cache_.end()) {
    auto statement = prepare(sql.text(), SQLITE_PREPARE_PERSISTENT);  // may throw: before the entry exists
    found = cache_.emplace(sql.text().data(), std::move(statement)).first;
  }
  return found->second->busy ? nullptr : found->second.get();
}

Statement& Connection::acquire(const Sql& sql) {
  if (poison_) std::rethrow_exception(poison_);
  PreparedStatement* statement = sql.is_literal() ? cached(sql) : nullptr;
  if (!statement) statement = one_offs_.emplace_back(prepare(sql.text(), 0)).get();
  watch_.began(statement->execution, statement->handle(), sql);
  statement->busy = true;
  ++leases_;
  return *statement;
}

void Connection::release(Statement& statement) noexcept {
  statement.reset();
  auto& prepared = static_cast<PreparedStatement&>(statement);
  prepared.busy = false;
  watch_.ended(prepared.execution, prepared.handle());
  --leases_;
  if (!one_offs_.empty()) {
    std::erase_if(one_offs_, [&](const auto& entry) { return entry.get() == &prepared; });
  }
}

QueryPlan Connection::explain(std::string_view sql) {
  if (poison_) std::rethrow_exception(poison_);
  prepare(sql, 0);  // says what is wrong with it, in the terms of `acquire`
  auto plan = query_plan(handle_, sql);
  if (!plan) fail(sqlite3_extended_errcode(handle_), sql);
  return std::move(*plan);
}

void Connection::run(const Script& script) {
  if (poison_) std::rethrow_exception(poison_);
  const char* next = script.text().data();
  const char* const end = next + script.text().size();
  while (next < end) {
    const char* const begin = next;
    sqlite3_stmt* handle = nullptr;
    const int prepared = sqlite3_prepare_v3(handle_, next, static_cast<int>(end - next), 0, &handle, &next);
    if (prepared != SQLITE_OK) fail(prepared, first_lines({begin, static_cast<std::size_t>(end - begin)}));
    if (!handle) continue;  // white space or a comment
    PreparedStatement statement(*this, handle);
    while (statement.step()) {
    }
  }
}

std::string Connection::pragma(const std::string& text) {
  const StatementLease statement(*this, Sql::audited(text, "pragmas take no parameters; values come from Options"));
  std::string value;
  while (statement->step()) value = text_of(statement->cell(0));
  return value;
}

/// While one lives the authorizer lets transaction control pass; it is asked again when a statement is compiled anew.
class Connection::ControlScope {
 public:
  explicit ControlScope(Connection& connection) noexcept : connection_(connection) { connection_.controlling_ = true; }
  ~ControlScope() { connection_.controlling_ = false; }
  ControlScope(const ControlScope&) = delete;
  ControlScope& operator=(const ControlScope&) = delete;

 private:
  Connection& connection_;
};

void Connection::control(Control what) {
  const ControlScope scope(*this);
  const auto index = static_cast<std::size_t>(what);
  auto& statement = controls_.at(index);
  if (!statement) statement = prepare(kControls.at(index), SQLITE_PREPARE_PERSISTENT);
  struct Reset {
    ~Reset() { stepped.reset(); }
    PreparedStatement& stepped;
  } const reset{*statement};
  statement->step();
  if (what == Control::kBeginWrite) writing_ = true;
  if (what == Control::kCommit) writing_ = false;
}

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_) == 0; }

void Connection::recover() noexcept {
  poison_ = nullptr;
  writing_ = false;
  if (!in_transaction()) return;
  const ControlScope scope(*this);
  // A rollback that fails leaves the transaction open, which the next BEGIN reports.
  sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Connection::require_no_open_statement() {
  if (leases_ == 0) [[likely]]
    return;
  std::string open;
  for (sqlite3_stmt* s = sqlite3_next_stmt(handle_, nullptr); s; s = sqlite3_next_stmt(handle_, s)) {
    if (!sqlite3_stmt_busy(s)) continue;
    open = sqlite3_sql(s);
    sqlite3_reset(s);
  }
  if (open.empty()) return;
  throw base::Error({.code = base::ErrorCode::kInternal,
                     .scope = base::ErrorScope::kBug,
                     .what = fmt::format("a statement outlives its closure: {}", open),
                     .hint = "read the rows inside of the closure and return values, not Rows"});
}

bool Connection::has_unresolved_foreign_keys() const noexcept {
  int current = 0;
  int highest = 0;
  sqlite3_db_status(handle_, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0);
  return current != 0;
}

std::int64_t Connection::wal_bytes() const noexcept {
  sqlite3_file* file = nullptr;
  sqlite3_int64 bytes = 0;
  sqlite3_file_control(handle_, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (file && file->pMethods) file->pMethods->xFileSize(file, &bytes);
  return bytes;
}

CheckpointResult Connection::checkpoint(CheckpointMode mode) {
  static constexpr std::array kModes{SQLITE_CHECKPOINT_PASSIVE, SQLITE_CHECKPOINT_FULL, SQLITE_CHECKPOINT_RESTART,
                                     SQLITE_CHECKPOINT_TRUNCATE};
  CheckpointResult outcome;
  const int result = sqlite3_wal_checkpoint_v2(handle_, "main", kModes.at(static_cast<std::size_t>(mode)),
                                               &outcome.frames, &outcome.copied);
  outcome.done = result == SQLITE_OK;
  if (result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY) fail(result, "checkpoint");
  if (outcome.done && mode >= CheckpointMode::kRestart) wal_frames_ = 0;
  return outcome;
}

void Connection::fail(int result, std::string_view doing) {
  try {
    if ((result & 0xff) == SQLITE_INTERRUPT) watch_.throw_if_stopped(doing);
    throw_error(handle_, result, doing);
  } catch (...) {  // noted here, handled by whoever asked
    remember_failure(result);
    throw;
  }
}

void Connection::remember_failure(int result) noexcept {
  if (writing_ && !in_transaction() && !poison_) poison_ = std::current_exception();
  switch (result & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      if (!corruption_) corruption_ = std::current_exception();
      [[fallthrough]];
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_NOMEM:
      broken_ = true;
      break;
    default:
      break;
  }
}

int Connection::on_busy(void* self, int /*attempts*/) noexcept {
  if (static_cast<Connection*>(self)->lock_deadline_.passed()) return 0;
  std::this_thread::sleep_for(kLockPoll);
  return 1;
}

int Connection::on_wal_commit(void* self, sqlite3* /*handle*/, const char* /*name*/, int frames) noexcept {
  static_cast<Connection*>(self)->wal_frames_ = frames;
  return SQLITE_OK;
}

int Connection::on_compile(void* self, int action, const char* /*operation*/, const char* name,
                           const char* /*database*/, const char* /*trigger*/) noexcept {
  if (action != SQLITE_TRANSACTION && action != SQLITE_SAVEPOINT) return SQLITE_OK;
  if (static_cast<Connection*>(self)->controlling_) return SQLITE_OK;
  return action == SQLITE_SAVEPOINT && name && name == kSavepointOfClosures ? SQLITE_OK : SQLITE_DENY;
}

}  // namespace monolite::db::sqlite

#include <algorithm>
#include <array>
#include <span>
#include <unordered_map>

#include <fmt/format.h>

#include <monolite/base/error.h>
#include <monolite/http/detail/route_pattern.h>
#include <monolite/http/error_pages.h>
#include <monolite/http/router.h>

namespace monolite::http {
namespace {

using detail::PathSegments;
using detail::RoutePattern;

/// The predicates around a route, innermost last.
using Conditions = std::vector<std::shared_ptr<const Router::Predicate>>;

struct Entry {
  RoutePattern pattern;
  Handler handler;
  Conditions conditions;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>()(text); }
};

/// The routes of one method: whole literal paths by hash, patterns by their number of segments. Both lists of
/// candidates are in order of declaration, so merging them finds the route that was declared first.
struct MethodTable {
  using Indexes = std::vector<std::size_t>;
  std::unordered_map<std::string, Indexes, TextHash, std::equal_to<>> literal;
  std::array<Indexes, PathSegments::kMax + 1> patterns;

  void add(const RoutePattern& pattern, std::size_t index) {
    if (pattern.is_literal()) {
      literal[pattern.literal_path()].push_back(index);
      return;
    }
    const std::size_t last = pattern.has_rest() ? PathSegments::kMax : pattern.size();
    for (std::size_t count = pattern.size(); count <= last; ++count) patterns[count].push_back(index);
  }
};

[[noreturn]] void throw_undecodable() {
  throw base::Error({.code = base::ErrorCode::kInvalid,
                     .what = "the path is not percent-encoded UTF-8 text",
                     .hint = "encode it as the URL standard says"});
}

Method table_method(Method method) noexcept { return method == Method::kHead ? Method::kGet : method; }

/// HTML forms know only GET and POST; `_method` carries the rest.
void apply_method_override(Request& request) {
  if (request.method() != Method::kPost) return;
  const auto wanted = request.form().find("_method");
  if (!wanted) return;
  for (const Method method : {Method::kPatch, Method::kPut, Method::kDelete})
    if (equal_ignoring_case(*wanted, name_of(method))) request.override_method(method);
}

}  // namespace

struct Router::Impl {
  /// What the surrounding scope(), nested() and constrain() calls add to a declaration.
  struct Surroundings {
    std::string path;
    std::string name;
    std::string label;
    Conditions conditions;
  };

  std::vector<Route> routes;
  std::vector<Entry> entries;
  std::array<MethodTable, kMethodCount> tables;
  std::vector<Guard> guards;
  Handler fallback;
  Surroundings around;

  Response run(Request& request, std::size_t index) const {
    const Route& route = routes[index];
    request.route(&route);
    for (const Guard& guard : guards)
      if (auto answer = guard(request, route)) return std::move(*answer);
    return entries[index].handler(request);
  }

  bool matches(Request& request, const PathSegments& path, std::size_t index) const {
    const Entry& entry = entries[index];
    request.params().clear();
    if (!entry.pattern.match(path, request.params())) return false;
    return std::all_of(entry.conditions.begin(), entry.conditions.end(),
                       [&request](const auto& condition) { return (*condition)(request); });
  }

  std::optional<std::size_t> find(Request& request) const {
    const auto path = PathSegments::split(request.path());
    if (!path) throw_undecodable();
    const MethodTable& table = tables[static_cast<std::size_t>(table_method(request.method()))];
    const auto known = table.literal.find(path->text());
    std::span<const std::size_t> literal;
    if (known != table.literal.end()) literal = known->second;
    const std::span<const std::size_t> patterns = table.patterns[path->size()];
    for (std::size_t l = 0, p = 0; l < literal.size() || p < patterns.size();) {
      const bool literal_first = p == patterns.size() || (l < literal.size() && literal[l] < patterns[p]);
      const std::size_t index = literal_first ? literal[l++] : patterns[p++];
      if (matches(request, *path, index)) return index;
    }
    request.params().clear();
    return std::nullopt;
  }

  void within(Surroundings inner, base::FunctionRef<void()> declare) {
    // Put back also when `declare` throws: a test may go on with the router.
    struct Restore {
      Surroundings& place;
      Surroundings outer;
      ~Restore() { place = std::move(outer); }
    } restore{around, std::exchange(around, std::move(inner))};
    declare();
  }
};

Router::Router() : impl_(std::make_unique<Impl>()) {}
Router::~Router() = default;

Router::Declared& Router::Declared::name(std::string name) {
  router_.impl_->routes[index_].name = std::move(name);
  return *this;
}

Router::Declared& Router::Declared::label(std::string label) {
  router_.impl_->routes[index_].label = std::move(label);
  return *this;
}

Router::Declared& Router::Declared::without_csrf() {
  router_.impl_->routes[index_].csrf = CsrfCheck::kExempt;
  return *this;
}

Router::Declared Router::add(Method method, std::string_view pattern, Handler handler) {
  std::string full = impl_->around.path;
  if (pattern != "/" || full.empty()) full.append(pattern);
  const std::size_t index = impl_->routes.size();
  RoutePattern compiled(full);
  ML_REQUIRE(handler != nullptr, fmt::format("the route {} {} has no handler", name_of(method), full));
  impl_->tables[static_cast<std::size_t>(table_method(method))].add(compiled, index);
  impl_->entries.push_back({std::move(compiled), std::move(handler), impl_->around.conditions});
  impl_->routes.push_back({.method = method, .pattern = std::move(full)});
  return {*this, index};
}

Router::Declared Router::get(std::string_view pattern, Handler handler) {
  return add(Method::kGet, pattern, std::move(handler));
}

Router::Declared Router::post(std::string_view pattern, Handler handler) {
  return add(Method::kPost, pattern, std::move(handler));
}

Router::Declared Router::put(std::string_view pattern, Handler handler) {
  return add(Method::kPut, pattern, std::move(handler));
}

Router::Declared Router::patch(std::string_view pattern, Handler handler) {
  return add(Method::kPatch, pattern, std::move(handler));
}

Router::Declared Router::delete_(std::string_view pattern, Handler handler) {
  return add(Method::kDelete, pattern, std::move(handler));
}

void Router::scope(std::string_view prefix, base::FunctionRef<void()> declare) {
  ML_REQUIRE(prefix.size() > 1 && prefix.front() == '/' && prefix.back() != '/',
             fmt::format("the scope '{}' must look like \"/admin\"", prefix));
  Impl::Surroundings inner = impl_->around;
  std::string word(prefix.substr(1));
  inner.path.append(prefix);
  inner.label.append(word).push_back('/');
  std::replace(word.begin(), word.end(), '/', '_');
  inner.name.append(word).push_back('_');
  impl_->within(std::move(inner), declare);
}

void Router::constrain(Predicate predicate, base::FunctionRef<void()> declare) {
  Impl::Surroundings inner = impl_->around;
  inner.conditions.push_back(std::make_shared<const Predicate>(std::move(predicate)));
  impl_->within(std::move(inner), declare);
}

void Router::nested(const ResourceName& name, base::FunctionRef<void()> declare) {
  Impl::Surroundings inner = impl_->around;
  inner.path.append(fmt::format("/{}/:{}_id", name.plural, name.singular));
  inner.name.append(name.singular).push_back('_');
  impl_->within(std::move(inner), declare);
}

void Router::before(Guard guard) { impl_->guards.push_back(std::move(guard)); }

void Router::fallback(Handler handler) { impl_->fallback = std::move(handler); }

Response Router::handle(Request& request) const {
  apply_method_override(request);
  if (const auto index = impl_->find(request)) return impl_->run(request, *index);
  return impl_->fallback ? impl_->fallback(request) : error_page(Status::kNotFound);
}

const std::vector<Route>& Router::routes() const noexcept { return impl_->routes; }

namespace {

/// How an action appears in the table: `on_item` paths end in the id, `prefix` and `suffix` surround the name.
struct ActionShape {
  Action action;
  Method method;
  std::string_view word;  ///< of the label
  bool on_item;
  std::string_view suffix;       ///< of the path
  std::string_view name_prefix;  ///< of the name
};

constexpr std::array<ActionShape, 8> kShapes{{
    {Action::kIndex, Method::kGet, "index", false, "", ""},
    {Action::kNew, Method::kGet, "new", false, "/new", "new_"},
    {Action::kCreate, Method::kPost, "create", false, "", ""},
    {Action::kShow, Method::kGet, "show", true, "", ""},
    {Action::kEdit, Method::kGet, "edit", true, "/edit", "edit_"},
    {Action::kUpdate, Method::kPatch, "update", true, "", ""},
    {Action::kUpdate, Method::kPut, "update", true, "", ""},
    {Action::kDestroy, Method::kDelete, "destroy", true, "", ""},
}};

bool wants(const ActionShape& shape, bool has_handler, std::optional<Actions> actions, std::string_view resource) {
  if (!actions) return has_handler;
  if (!actions->contains(shape.action)) return false;
  ML_REQUIRE(has_handler, fmt::format("the controller of '{}' has no method for '{}'", resource, shape.word));
  return true;
}

}  // namespace

ResourceName::ResourceName(std::string_view plural_name) : plural(plural_name), singular(plural_name) {
  if (singular.ends_with("ies")) {
    singular.replace(singular.size() - 3, 3, "y");
  } else if (singular.ends_with("s")) {
    singular.pop_back();
  }
}

void Router::declare_resources(const ResourceName& name, ActionHandlers handlers, std::optional<Actions> actions) {
  const Impl::Surroundings& around = impl_->around;
  for (const ActionShape& shape : kShapes) {
    const Handler& handler = handlers[static_cast<std::size_t>(shape.action)];
    if (!wants(shape, handler != nullptr, actions, name.plural)) continue;
    const bool one = shape.on_item || shape.action == Action::kNew;
    add(shape.method, fmt::format("/{}{}{}", name.plural, shape.on_item ? "/:id" : "", shape.suffix), handler)
        .name(fmt::format("{}{}{}", shape.name_prefix, around.name, one ? name.singular : name.plural))
        .label(fmt::format("{}{}#{}", around.label, name.plural, shape.word));
  }
}

void Router::declare_resource(std::string_view name, ActionHandlers handlers, std::optional<Actions> actions) {
  const Impl::Surroundings& around = impl_->around;
  for (const ActionShape& shape : kShapes) {
    if (shape.action == Action::kIndex) continue;
    const Handler& handler = handlers[static_cast<std::size_t>(shape.action)];
    if (!wants(shape, handler != nullptr, actions, name)) continue;
    add(shape.method, fmt::format("/{}{}", name, shape.suffix), handler)
        .name(fmt::format("{}{}{}", shape.name_prefix, around.name, name))
        .label(fmt::format("{}{}#{}", around.label, name, shape.word));
  }
}

}  // namespace monolite::http

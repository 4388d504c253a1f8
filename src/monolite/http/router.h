#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <monolite/base/function_ref.h>
#include <monolite/http/method.h>
#include <monolite/http/request.h>
#include <monolite/http/response.h>

namespace monolite::http {

enum class CsrfCheck : std::uint8_t { kRequired, kExempt };

/// A line of the routing table, as `routes` of the command line shows it.
struct Route {
  Method method = Method::kGet;
  std::string pattern = {};  ///< "/posts/:id"
  std::string name = {};     ///< "post"; may be empty
  std::string label = {};    ///< "posts#show"; may be empty
  CsrfCheck csrf = CsrfCheck::kRequired;
};

/// The seven actions of a resource, in the order they are declared.
enum class Action : std::uint8_t { kIndex, kNew, kCreate, kShow, kEdit, kUpdate, kDestroy };

/// A set of actions: `only(Action::kIndex, Action::kShow)`.
class Actions {
 public:
  constexpr bool contains(Action action) const noexcept { return ((bits_ >> static_cast<unsigned>(action)) & 1U) != 0; }

 private:
  constexpr explicit Actions(unsigned bits) noexcept : bits_(bits) {}
  unsigned bits_;

  template <std::same_as<Action>... A>
  friend constexpr Actions only(A... actions) noexcept;
  template <std::same_as<Action>... A>
  friend constexpr Actions except(A... actions) noexcept;
};

template <std::same_as<Action>... A>
constexpr Actions only(A... actions) noexcept {
  return Actions((0U | ... | (1U << static_cast<unsigned>(actions))));
}
template <std::same_as<Action>... A>
constexpr Actions except(A... actions) noexcept {
  return Actions(0x7FU & ~(0U | ... | (1U << static_cast<unsigned>(actions))));
}

/// The names of a resource. The singular is the plural without its `s` (`ies` gives `y`); name both when that is wrong.
struct ResourceName {
  ResourceName(const char* plural_name) : ResourceName(std::string_view(plural_name)) {}
  ResourceName(std::string_view plural_name);
  ResourceName(std::string plural_name, std::string singular_name)
      : plural(std::move(plural_name)), singular(std::move(singular_name)) {}

  std::string plural;
  std::string singular;
};

/// Finds the handler of a request by method and path.
///
/// Patterns: literal segments, `:name` for one segment, `*name` as the last one for the rest of the path. A trailing
/// slash means nothing. The route declared first wins. A path that only other methods serve is a 404, not a 405: a
/// guest must not learn from the status which paths exist. HEAD is served by GET routes. A POST form may carry
/// `_method` (patch, put, delete).
///
/// Threads: declare on one; `handle` from any once nothing is declared any more. Lifetime: outlives its requests.
class Router {
 public:
  /// Runs after a route was found and before its handler; an answer ends the request there.
  using Guard = std::function<std::optional<Response>(Request&, const Route&)>;
  using Predicate = std::function<bool(Request&)>;

  /// Completes the route that was just declared.
  class Declared {
   public:
    Declared& name(std::string name);
    Declared& label(std::string label);
    Declared& without_csrf();

   private:
    friend class Router;
    Declared(Router& router, std::size_t index) : router_(router), index_(index) {}
    Router& router_;
    std::size_t index_;
  };

  Router();
  ~Router();
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Throws an Error of scope kBug for a pattern that is not one.
  Declared add(Method method, std::string_view pattern, Handler handler);
  Declared get(std::string_view pattern, Handler handler);
  Declared post(std::string_view pattern, Handler handler);
  Declared put(std::string_view pattern, Handler handler);
  Declared patch(std::string_view pattern, Handler handler);
  Declared delete_(std::string_view pattern, Handler handler);

  /// What `declare` declares lies under `prefix` ("/admin") and has it in names ("admin_posts") and labels.
  void scope(std::string_view prefix, base::FunctionRef<void()> declare);

  /// Where `predicate` is false, the routes that `declare` declares do not exist. May wait, as a handler may.
  void constrain(Predicate predicate, base::FunctionRef<void()> declare);

  /// `/posts`, `/posts/new`, `/posts/:id`, `/posts/:id/edit` … to the methods of `controller` called index, new_page,
  /// create, show, edit, update and destroy: those it has, or those that `actions` names (throws when one is missing).
  /// Lifetime: the controller outlives the router; it is used by all threads at once.
  template <class C>
  void resources(const ResourceName& name, C& controller, std::optional<Actions> actions = std::nullopt);

  /// The same for something there is one of: `/user`, `/user/new`, `/user/edit`, without an id and without an index.
  template <class C>
  void resource(std::string_view name, C& controller, std::optional<Actions> actions = std::nullopt);

  /// What `declare` declares belongs to one of the resources: nested("posts", …) puts it under `/posts/:post_id`.
  void nested(const ResourceName& name, base::FunctionRef<void()> declare);

  void before(Guard guard);
  /// Answers what no route matches; without one it is the 404 page.
  void fallback(Handler handler);

  Response handle(Request& request) const;

  /// The table in order of declaration. Lifetime: until the next declaration.
  const std::vector<Route>& routes() const noexcept;

 private:
  struct Impl;
  using ActionHandlers = std::array<Handler, 7>;

  template <class C>
  static ActionHandlers handlers_of(C& controller);
  void declare_resources(const ResourceName& name, ActionHandlers handlers, std::optional<Actions> actions);
  void declare_resource(std::string_view name, ActionHandlers handlers, std::optional<Actions> actions);

  std::unique_ptr<Impl> impl_;
};

/// A handler out of an object and its method: `routes.get("/", action(posts, &PostsController::index))`.
/// Lifetime: the object outlives the handler.
template <class C, class Object, class Result>
Handler action(Object& object, Result (C::*method)(Request&)) {
  return [&object, method](Request& request) -> Response { return (object.*method)(request); };
}
template <class C, class Object, class Result>
Handler action(Object& object, Result (C::*method)(Request&) const) {
  return [&object, method](Request& request) -> Response { return (object.*method)(request); };
}

template <class C>
Router::ActionHandlers Router::handlers_of(C& c) {
  ActionHandlers found;
  const auto at = [&found](Action action) -> Handler& { return found[static_cast<std::size_t>(action)]; };
  if constexpr (requires(Request & r) { c.index(r); }) at(Action::kIndex) = [&c](Request& r) { return c.index(r); };
  if constexpr (requires(Request & r) { c.new_page(r); }) at(Action::kNew) = [&c](Request& r) { return c.new_page(r); };
  if constexpr (requires(Request & r) { c.create(r); }) at(Action::kCreate) = [&c](Request& r) { return c.create(r); };
  if constexpr (requires(Request & r) { c.show(r); }) at(Action::kShow) = [&c](Request& r) { return c.show(r); };
  if constexpr (requires(Request & r) { c.edit(r); }) at(Action::kEdit) = [&c](Request& r) { return c.edit(r); };
  if constexpr (requires(Request & r) { c.update(r); }) at(Action::kUpdate) = [&c](Request& r) { return c.update(r); };
  if constexpr (requires(Request & r) { c.destroy(r); }) {
    at(Action::kDestroy) = [&c](Request& r) { return c.destroy(r); };
  }
  return found;
}

template <class C>
void Router::resources(const ResourceName& name, C& controller, std::optional<Actions> actions) {
  declare_resources(name, handlers_of(controller), actions);
}

template <class C>
void Router::resource(std::string_view name, C& controller, std::optional<Actions> actions) {
  declare_resource(name, handlers_of(controller), actions);
}

}  // namespace monolite::http

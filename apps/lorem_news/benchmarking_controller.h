#pragma once

#include <array>
#include <string_view>

#include <lorem_news/page.h>

namespace lorem_news {

/// The load-test actions. Each first signs a random user in, as a browser would with a form, and renders a whole page.
/// Random rows that are then changed are drawn inside the writing transaction, so that no other request can take them
/// away in between. Threads: any. Lifetime: borrows what it is given.
class BenchmarkingController {
 public:
  using Action = monolite::http::Response (BenchmarkingController::*)(monolite::http::Request&, const User&);
  struct Named {
    std::string_view name;
    Action action;
  };
  /// All ten, by the last part of their path.
  static const std::array<Named, 10> kActions;

  BenchmarkingController(monolite::app::App& app, const Authentication& authentication, const Pages& pages)
      : app_(app), authentication_(authentication), pages_(pages) {}

  monolite::http::Response run(monolite::http::Request& request, Action action);

 private:
  using Response = monolite::http::Response;
  using Request = monolite::http::Request;
  using Weights = std::array<double, 7>;

  Response post_create(Request& request, const User& user);
  Response comment_create(Request& request, const User& user);
  Response post_destroy(Request& request, const User& user);
  Response comment_destroy(Request& request, const User& user);
  Response post_show(Request& request, const User& user);
  Response posts_index(Request& request, const User& user);
  Response user_show(Request& request, const User& user);
  Response read_heavy(Request& request, const User& user);
  Response write_heavy(Request& request, const User& user);
  Response balanced(Request& request, const User& user);

  Response weighted(Request& request, const User& user, const Weights& weights);
  Response render_post(Request& request, const Post& post);

  monolite::app::App& app_;
  const Authentication& authentication_;
  const Pages& pages_;
};

}  // namespace lorem_news

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <lorem_news/authentication.h>
#include <lorem_news/page.h>

#include <monolite/app/app.h>

namespace bench {

/// A new post as `POST /bench/create` and the ceiling both write it: a unique title, 300 bytes of text, an author
/// drawn from the users there were at the start. Threads: any. Lifetime: borrows the app.
class NewPosts {
 public:
  /// Reads the users. Throws base::NotFound when there are none.
  explicit NewPosts(monolite::app::App& app);

  /// Returns once the commit is durable. Gives the post's id.
  std::int64_t create(std::string_view unique) const;

 private:
  monolite::app::App& app_;
  std::vector<std::int64_t> users_;
  std::string text_;
};

/// What only a benchmark mounts, next to the routes of Lorem News and behind the same layers:
///   GET /bench/hello     a short plain text
///   GET /bench/index     the list page of 100 posts, always the same ones; no sign-in
///   GET /bench/show      the page of a random post; no sign-in
///   POST /bench/create   one new post; answered after the commit with a short text
/// Threads: any. Lifetime: borrows the app; outlives its router's last request.
class BenchRoutes {
 public:
  explicit BenchRoutes(monolite::app::App& app);

  void declare();

 private:
  using Request = monolite::http::Request;
  using Response = monolite::http::Response;

  Response hello(Request& request) const;
  Response index(Request& request) const;
  Response show(Request& request) const;
  Response create(Request& request) const;

  monolite::app::App& app_;
  lorem_news::Authentication authentication_;
  lorem_news::Pages pages_;
  NewPosts new_posts_;
  std::int64_t first_post_;
};

}  // namespace bench

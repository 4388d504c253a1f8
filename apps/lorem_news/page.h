#pragma once

#include <optional>
#include <string>

#include <lorem_news/authentication.h>
#include <lorem_news/viewer.h>

#include <monolite/app/app.h>
#include <monolite/http/request.h>
#include <monolite/http/response.h>
#include <monolite/view/helpers.h>
#include <monolite/view/page.h>

namespace lorem_news {

/// Which controller asked for a page; a few texts depend on it ("by …" only where posts are the subject).
enum class Variant { kPosts, kComments, kBenchmarking };

/// What every template may use of the request. Lifetime: one rendering.
struct PageContext {
  const Viewer& viewer;
  monolite::view::Csrf csrf;
  monolite::db::Timestamp now;
  Variant variant = Variant::kPosts;
  std::string path = {};  ///< of the request
  std::optional<std::string> notice = {};
  std::optional<std::string> alert = {};
};

/// Builds pages: the context for the templates, and the layout around what they made. Threads: any.
class Pages {
 public:
  Pages(monolite::app::App& app, const Authentication& authentication) : app_(app), authentication_(authentication) {}

  PageContext context(monolite::http::Request& request, Variant variant = Variant::kPosts) const;

  static monolite::http::Response render(monolite::view::Page page, const PageContext& context,
                                         monolite::http::Status status = monolite::http::Status::kOk);

 private:
  monolite::app::App& app_;
  const Authentication& authentication_;
};

}  // namespace lorem_news

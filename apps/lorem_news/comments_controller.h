#pragma once

#include <lorem_news/page.h>

namespace lorem_news {

/// Threads: any. Lifetime: borrows what it is given.
class CommentsController {
 public:
  CommentsController(monolite::app::App& app, const Pages& pages) : app_(app), pages_(pages) {}

  monolite::http::Response create(monolite::http::Request& request);

 private:
  monolite::app::App& app_;
  const Pages& pages_;
};

}  // namespace lorem_news

#pragma once

#include <lorem_news/page.h>

namespace lorem_news {

/// Threads: any. Lifetime: borrows what it is given.
class SessionsController {
 public:
  SessionsController(const Authentication& authentication, const Pages& pages)
      : authentication_(authentication), pages_(pages) {}

  monolite::http::Response new_page(monolite::http::Request& request);
  monolite::http::Response create(monolite::http::Request& request);
  monolite::http::Response destroy(monolite::http::Request& request);

 private:
  const Authentication& authentication_;
  const Pages& pages_;
};

}  // namespace lorem_news

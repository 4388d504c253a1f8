#pragma once

#include <vector>

#include <lorem_news/page.h>

namespace lorem_news {

/// All that a profile page shows.
struct Profile {
  User user;
  db::RowSet<PostItem> posts;
  db::RowSet<Comment> comments;
  std::vector<Session> sessions;  ///< only for the user themself

  static Profile of(db::ReadSession& session, User user, const Viewer& viewer);
};

/// Threads: any. Lifetime: borrows what it is given.
class UsersController {
 public:
  UsersController(monolite::app::App& app, const Pages& pages) : app_(app), pages_(pages) {}

  monolite::http::Response show(monolite::http::Request& request);

 private:
  monolite::app::App& app_;
  const Pages& pages_;
};

}  // namespace lorem_news

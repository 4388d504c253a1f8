#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <lorem_news/models.h>

namespace lorem_news {

/// Who looks at a page: a guest, or a user with the session they came by.
struct Viewer {
  std::optional<User> user;
  std::int64_t session_id = 0;

  bool is_guest() const { return !user; }
  bool is(std::int64_t user_id) const { return user && user->id == user_id; }
};

}  // namespace lorem_news

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the sample templates show.
namespace blog {

struct Post {
  std::int64_t id = 0;
  std::string title;
  std::string body;
  std::optional<std::string> author;
  std::chrono::sys_time<std::chrono::microseconds> created_at;
  std::int64_t comments_count = 0;
};

inline std::string path_to(const Post& post) { return "/posts/" + std::to_string(post.id); }

}  // namespace blog

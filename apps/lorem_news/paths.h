#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// The addresses of Lorem News: the one place where they are spelled, besides the routes.
namespace lorem_news::paths {

inline constexpr std::string_view root = "/";
inline constexpr std::string_view posts = "/posts";
inline constexpr std::string_view new_post = "/posts/new";
inline constexpr std::string_view sessions = "/sessions";
inline constexpr std::string_view sign_in = "/sign_in";

inline std::string post(std::int64_t id) { return "/posts/" + std::to_string(id); }
inline std::string post_comments(std::int64_t post_id) { return post(post_id) + "/comments"; }
inline std::string comment(std::int64_t post_id, std::int64_t id) {
  return post(post_id) + "#comment_" + std::to_string(id);
}
inline std::string user(std::int64_t id) { return "/users/" + std::to_string(id); }
inline std::string session(std::int64_t id) { return "/sessions/" + std::to_string(id); }

}  // namespace lorem_news::paths

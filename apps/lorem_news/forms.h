#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <monolite/http/request.h>

/// What visitors send, and what is wrong with it. Errors are values that the form shows.
namespace lorem_news {

/// Full sentences: "Title can't be blank".
using Errors = std::vector<std::string>;

struct PostForm {
  std::string title;
  std::string description;

  /// Throws kInvalid (400) when the request has no `post[…]`.
  static PostForm from(const monolite::http::Request& request);
  Errors errors() const;
};

struct CommentForm {
  std::string body;

  static CommentForm from(const monolite::http::Request& request);
  Errors errors() const;
};

/// The number of code points in UTF-8 text.
std::size_t length(std::string_view text);

}  // namespace lorem_news

#pragma once

#include <string>

#include <monolite/db/validation.h>
#include <monolite/http/request.h>

/// What visitors send, and what is wrong with it. Errors are values that the form shows.
namespace lorem_news {

using monolite::db::Errors;

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

}  // namespace lorem_news

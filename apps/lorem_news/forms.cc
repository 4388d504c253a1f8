#include <lorem_news/forms.h>

namespace lorem_news {
namespace {

constexpr std::size_t kShortest = 5;

std::string field(const monolite::http::Fields& fields, std::string_view name) {
  return std::string(fields.find(name).value_or(""));
}

}  // namespace

PostForm PostForm::from(const monolite::http::Request& request) {
  const auto fields = request.form().group("post");
  return {field(fields, "title"), field(fields, "description")};
}

Errors PostForm::errors() const {
  monolite::db::Validation v;
  v.check("title", title).present().length({.min = kShortest});
  return v.errors();
}

CommentForm CommentForm::from(const monolite::http::Request& request) {
  return {field(request.form().group("comment"), "body")};
}

Errors CommentForm::errors() const {
  monolite::db::Validation v;
  v.check("body", body).present().length({.min = kShortest});
  return v.errors();
}

}  // namespace lorem_news

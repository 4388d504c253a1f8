#include <algorithm>

#include <fmt/format.h>
#include <lorem_news/forms.h>

namespace lorem_news {
namespace {

constexpr std::size_t kShortest = 5;

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

std::string field(const monolite::http::Fields& fields, std::string_view name) {
  return std::string(fields.find(name).value_or(""));
}

/// A blank text is too short as well: it gets both sentences.
Errors present_and_long_enough(std::string_view label, std::string_view text) {
  Errors errors;
  if (is_blank(text)) errors.push_back(fmt::format("{} can't be blank", label));
  if (length(text) < kShortest) {
    errors.push_back(fmt::format("{} is too short (minimum is {} characters)", label, kShortest));
  }
  return errors;
}

}  // namespace

std::size_t length(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

PostForm PostForm::from(const monolite::http::Request& request) {
  const auto fields = request.form().group("post");
  return {field(fields, "title"), field(fields, "description")};
}

Errors PostForm::errors() const { return present_and_long_enough("Title", title); }

CommentForm CommentForm::from(const monolite::http::Request& request) {
  return {field(request.form().group("comment"), "body")};
}

Errors CommentForm::errors() const { return present_and_long_enough("Body", body); }

}  // namespace lorem_news

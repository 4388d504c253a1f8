#pragma once

#include <string_view>
#include <vector>

#include <monolite/view/html.h>

namespace monolite::view {

/// What a page template returns: its body, and the named blocks that its layout places (`content_for`).
/// Lifetime: a value that owns its text.
class Page {
 public:
  /// What templates of pages keep free before their output, for the head of a layout.
  static constexpr std::size_t kFrontBytes = 4096;

  Page() = default;
  explicit Page(SafeHtml body) : body_(std::move(body)) {}
  /// Takes the output of `out`, which is empty afterwards.
  explicit Page(Buffer& out) : body_(out.take_body()), blocks_(out.take_blocks()) {}

  const SafeHtml& body() const& noexcept { return body_; }
  /// The body itself: a layout that takes `Page&&` and writes `std::move(page).body()` comes around it without a copy.
  SafeHtml body() && noexcept { return std::move(body_); }

  bool has_block(std::string_view name) const noexcept;
  /// The block `name`, or `otherwise`, escaped, when the page does not have it.
  SafeHtml block(std::string_view name, std::string_view otherwise = {}) const;

 private:
  SafeHtml body_;
  std::vector<Buffer::NamedBlock> blocks_;
};

}  // namespace monolite::view

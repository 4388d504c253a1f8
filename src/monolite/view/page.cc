#include <algorithm>

#include <monolite/view/page.h>

namespace monolite::view {

bool Page::has_block(std::string_view name) const noexcept {
  return std::any_of(blocks_.begin(), blocks_.end(), [&](const auto& block) { return block.name == name; });
}

SafeHtml Page::block(std::string_view name, std::string_view otherwise) const {
  const auto found =
      std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& block) { return block.name == name; });
  if (found != blocks_.end()) return found->html;
  Buffer out;
  out.text(otherwise);
  return std::move(out).html();
}

}  // namespace monolite::view

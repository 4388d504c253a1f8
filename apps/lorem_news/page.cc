#include <lorem_news/page.h>
#include <views/layouts/application.h>

namespace lorem_news {

namespace http = monolite::http;

namespace {

std::optional<std::string> owned(std::optional<std::string_view> text) {
  return text ? std::optional<std::string>(*text) : std::nullopt;
}

}  // namespace

PageContext Pages::context(http::Request& request, Variant variant) const {
  const auto& flash = request.flash();
  return {.viewer = authentication_.viewer(request),
          .csrf = {.param = std::string(http::Csrf::kParam),
                   .token = monolite::view::LazyText([this, &request] { return app_.csrf().token(request); })},
          .now = app_.clock().now(),
          .variant = variant,
          .path = std::string(request.path()),
          .notice = owned(flash.notice()),
          .alert = owned(flash.alert())};
}

http::Response Pages::render(monolite::view::Page page, const PageContext& context, http::Status status) {
  return http::html(views::layouts::application_layout(std::move(page), context), status);
}

}  // namespace lorem_news

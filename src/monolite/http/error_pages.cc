#include <fmt/format.h>

#include <monolite/http/error_pages.h>

namespace monolite::http {
namespace {

struct Text {
  std::string_view headline;
  std::string_view advice;
};

Text text_for(Status status) noexcept {
  switch (status) {
    case Status::kForbidden:
      return {"You may not do that.", "It belongs to somebody else, or you need to sign in with another account."};
    case Status::kNotFound:
      return {"This page does not exist.", "The address may be mistyped, or what was here is gone."};
    case Status::kNotAcceptable:
      return {"Your browser is too old for this site.", "Please update it and come back."};
    case Status::kUnprocessable:
      return {"The change was refused.", "The form may have expired: go back, reload the page and try again."};
    case Status::kServiceUnavailable:
      return {"Too busy right now.", "Please try again in a moment."};
    case Status::kInternalServerError:
      return {"Something went wrong on our side.", "It has been recorded. Please try again later."};
    default:
      return {reason(status), "The request could not be served."};
  }
}

constexpr std::string_view kPage = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{0} {1}</title>
<style>
body {{ margin: 0; background: #eee; color: #333; font: 16px/1.5 system-ui, sans-serif; text-align: center }}
main {{ max-width: 32rem; margin: 5rem auto 1rem; padding: 1.5rem 2rem; background: #fff; border: 1px solid #ccc;
border-top: 4px solid #b00; border-radius: 6px; box-shadow: 0 3px 8px rgba(0,0,0,.12) }}
h1 {{ margin: 0 0 .5rem; font-size: 1.4rem; color: #b00 }}
p {{ margin: 0 }}
small {{ color: #767676 }}
</style>
</head>
<body>
<main><h1>{1}</h1><p>{2}</p></main>
{3}</body>
</html>
)";

}  // namespace

Response error_page(Status status, std::string_view error_id) {
  if (status == Status::kBadRequest) return Response(status);
  const Text text = text_for(status);
  const std::string trace =
      error_id.empty() ? std::string() : fmt::format("<small>Error id: <code>{}</code></small>\n", error_id);
  // Our own texts, and an id of hexadecimal digits.
  Response page =
      html(view::SafeHtml::trusted(fmt::format(kPage, code(status), text.headline, text.advice, trace)), status);
  if (status == Status::kServiceUnavailable) page.header("Retry-After", "1");
  return page;
}

}  // namespace monolite::http

#include <monolite/view/helpers.h>
#include <monolite/view/html_syntax.h>

namespace monolite::view {

namespace {

std::string lower_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), syntax::lower);
  return result;
}

void write_attributes(Buffer& out, Attributes attributes) {
  for (const auto& [name, value] : attributes) {
    out.raw(" "_html);
    out.text(name.view());
    out.raw("=\""_html);
    if (syntax::holds_url(lower_case(name.view()))) {
      out.append_url(value);
    } else {
      out.text(value);
    }
    out.raw("\""_html);
  }
}

void write_hidden(Buffer& out, std::string_view name, std::string_view value) {
  out.raw("<input type=\"hidden\" name=\""_html);
  out.text(name);
  out.raw("\" value=\""_html);
  out.text(value);
  out.raw("\" autocomplete=\"off\" />"_html);
}

// What travels in the field `_method`, empty when the browser can send it itself.
std::string_view method_override(FormMethod method) {
  switch (method) {
    case FormMethod::kPatch:
      return "patch";
    case FormMethod::kPut:
      return "put";
    case FormMethod::kDelete:
      return "delete";
    case FormMethod::kGet:
    case FormMethod::kPost:
      break;
  }
  return {};
}

void write_form_start(Buffer& out, std::string_view action, FormMethod method, Attributes attributes) {
  out.raw("<form action=\""_html);
  out.append_url(action);
  out.raw(method == FormMethod::kGet ? "\" accept-charset=\"UTF-8\" method=\"get\""_html
                                     : "\" accept-charset=\"UTF-8\" method=\"post\""_html);
  write_attributes(out, attributes);
  out.raw(">"_html);
}

void write_form_fields(Buffer& out, FormMethod method, const Csrf& csrf) {
  if (const auto name = method_override(method); !name.empty()) write_hidden(out, "_method", name);
  if (method != FormMethod::kGet) write_hidden(out, csrf.param, csrf.token.get());
}

}  // namespace

void to_html(Buffer& out, Link&& link) {
  out.raw("<a href=\""_html);
  out.append_url(link.href_);
  out.raw("\""_html);
  write_attributes(out, link.attributes_);
  out.raw(">"_html);
  if (link.content_ != nullptr) {
    out.raw(*link.content_);
  } else {
    out.text(link.text_);
  }
  out.raw("</a>"_html);
}

Link::operator SafeHtml() && {
  Buffer out;
  to_html(out, std::move(*this));
  return std::move(out).html();
}

SafeHtml form_open(std::string_view action, FormMethod method, const Csrf& csrf, Attributes attributes) {
  Buffer out;
  write_form_start(out, action, method, attributes);
  write_form_fields(out, method, csrf);
  return std::move(out).html();
}

SafeHtml button_to(std::string_view label, std::string_view action, FormMethod method, const Csrf& csrf,
                   Attributes attributes) {
  Buffer out;
  write_form_start(out, action, method, {{"class", "button_to"}});
  write_form_fields(out, method, csrf);
  out.raw("<button type=\"submit\""_html);
  write_attributes(out, attributes);
  out.raw(">"_html);
  out.text(label);
  out.raw("</button></form>"_html);
  return std::move(out).html();
}

SafeHtml hidden_field(std::string_view name, std::string_view value) {
  Buffer out;
  write_hidden(out, name, value);
  return std::move(out).html();
}

SafeHtml csrf_meta_tags(const Csrf& csrf) {
  Buffer out;
  out.raw("<meta name=\"csrf-param\" content=\""_html);
  out.text(csrf.param);
  out.raw("\" />\n<meta name=\"csrf-token\" content=\""_html);
  out.text(csrf.token.get());
  out.raw("\" />"_html);
  return std::move(out).html();
}

}  // namespace monolite::view

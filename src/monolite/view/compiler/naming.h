#pragma once

#include <string>
#include <string_view>

#include <monolite/view/compiler/template_error.h>

namespace monolite::view::compiler {

/// What a template becomes, told by its place and file name alone.
struct Naming {
  enum class Kind {
    kPartial,  ///< `posts/_post.html.ecpp`           → `posts::post`, gives SafeHtml
    kPage,     ///< `posts/new.html.ecpp`             → `posts::new_page`, gives Page
    kLayout,   ///< `layouts/application.html.ecpp`   → `layouts::application_layout`, gives SafeHtml
  };
  Kind kind = Kind::kPage;
  std::string path;        ///< the template below its folder: `posts/_post.html.ecpp`
  std::string name_space;  ///< `lorem_news::views::posts`
  std::string function;    ///< `post`
  std::string stem;        ///< `views/posts/_post`: add `.h` to include it, `.cc` for its source
};

/// Names the template at `path` (below the views folder, with `/`) in the namespace `name_space`, to be included as
/// `<prefix/…>`. Errors: TemplateError for a path that cannot become a C++ name.
Naming name_template(std::string_view path, std::string_view name_space, std::string_view prefix);

}  // namespace monolite::view::compiler

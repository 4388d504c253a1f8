#pragma once

#include <string>
#include <string_view>
#include <vector>

/// For tests of views: put `kHostile` into everything a template shows, render, and expect `breakouts` to be empty.
namespace monolite::view::testing {

/// One text that tries every way out of its place: it is a `javascript:` URL, ends attributes, elements, comments, raw
/// text and tags, brings handlers and scripts of its own, and writes some of that in character references. Wherever a
/// name or code of its own would take effect it is called `mlhostile`.
inline constexpr std::string_view kHostile =
    "javascript:mlhostile()//\"><mlhostile onfocus=\"mlhostile()\"><script>mlhostile()</script>"
    "' onmouseover='mlhostile()' mlhostile='1` onfocus=mlhostile() "
    "</textarea></title></style></script></mlhostile>--><!--mlhostile--><img src=x onerror=mlhostile()>"
    "<a href=\"java&#115;cript:mlhostile()\">&lt;mlhostile&gt;&quot;&#39;]]>{{mlhostile}}\x01\xE2\x80\xA8";

/// Every place of `html` where `kHostile` became more than text, in words for a test's message: an element or attribute
/// of its name, its code in a handler, script or style, a URL that is not safe, an unquoted value, markup left open.
/// Reads `html` as a browser does, so also use it on what a sanitiser let through.
std::vector<std::string> breakouts(std::string_view html);

}  // namespace monolite::view::testing

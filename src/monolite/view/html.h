#pragma once

#include <algorithm>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <monolite/view/text_block.h>

/// HTML that is safe by construction: text is escaped on its way into a Buffer, and what comes out of one is a
/// SafeHtml. Everything here is pure: no files, no clock, no globals. Threads: each object is used by one at a time.
namespace monolite::view {

/// HTML written as a literal in the source, so by the programmer: `"<br>"_html`. Borrows the literal, costs nothing.
class HtmlLiteral {
 public:
  constexpr std::string_view view() const noexcept { return text_; }

 private:
  friend consteval HtmlLiteral operator""_html(const char* text, std::size_t size);
  consteval HtmlLiteral(const char* text, std::size_t size) : text_(text, size) {}
  std::string_view text_;
};

consteval HtmlLiteral operator""_html(const char* text, std::size_t size) { return {text, size}; }

/// A string that is HTML already and is never escaped again. Comes out of a Buffer, a template or a helper, from a
/// literal, or through the one door for everything else: `SafeHtml::trusted`.
class SafeHtml {
 public:
  SafeHtml() = default;
  SafeHtml(HtmlLiteral literal) : block_(literal.view()) {}  // NOLINT(google-explicit-constructor): is HTML already

  /// Declares that `html` is harmless. Each call is a place for a reviewer to look at: say beside it why it holds.
  static SafeHtml trusted(std::string_view html) { return SafeHtml(TextBlock(html)); }

  std::string_view view() const noexcept { return block_.view(); }
  std::string str() const { return std::string(view()); }
  bool empty() const noexcept { return block_.empty(); }
  std::size_t size() const noexcept { return block_.size(); }

  friend bool operator==(const SafeHtml& a, const SafeHtml& b) noexcept { return a.view() == b.view(); }

 private:
  friend class Buffer;
  explicit SafeHtml(TextBlock block) noexcept : block_(std::move(block)) {}
  TextBlock block_;
};

class Buffer;

namespace detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
concept Html = std::same_as<std::remove_cvref_t<T>, SafeHtml> || std::same_as<std::remove_cvref_t<T>, HtmlLiteral>;
template <class T>
concept Bool = std::same_as < std::remove_cvref_t<T>,
bool > ;
template <class T>
concept Text = std::convertible_to<T, std::string_view>;
template <class T>
concept Number = (std::integral<std::remove_cvref_t<T>> || std::floating_point<std::remove_cvref_t<T>>)&&!Bool<T> &&
                 !std::same_as<std::remove_cvref_t<T>, wchar_t> && !std::same_as<std::remove_cvref_t<T>, char8_t> &&
                 !std::same_as<std::remove_cvref_t<T>, char16_t> && !std::same_as<std::remove_cvref_t<T>, char32_t>;
template <class T>
concept WritesItself = requires(Buffer& out, T&& value) {
  to_html(out, std::forward<T>(value));
};
template <class T>
constexpr bool printable() {
  if constexpr (IsOptional<std::remove_cvref_t<T>>::value) {
    return printable<decltype(*std::declval<T>())>();
  } else {
    return Html<T> || Text<T> || Number<T> || WritesItself<T>;
  }
}
template <class T>
constexpr bool printable_in_url() {
  if constexpr (IsOptional<std::remove_cvref_t<T>>::value) {
    return printable_in_url<decltype(*std::declval<T>())>();
  } else {
    return Html<T> || Text<T> || Number<T>;
  }
}

}  // namespace detail

/// What `<%= … %>` takes: text, numbers, SafeHtml, an optional of these, and every type with a function
/// `void to_html(view::Buffer& out, const T& value)` in its own namespace.
template <class T>
concept Printable = detail::printable<T>();

/// What may stand in `href="<%= … %>"` and its like.
template <class T>
concept PrintableInUrl = detail::printable_in_url<T>();

/// What `<%== … %>` takes.
template <class T>
concept AlreadyHtml = detail::Html<T>;

/// Collects the output of templates and helpers. Append-only: whatever is in it is HTML, so `html()` needs no door.
/// Errors: std::bad_alloc, and std::logic_error where said. Lifetime: neither copied nor moved; lives on the stack.
class Buffer {
 public:
  /// Diverts what is written to a Buffer into one of its named blocks until it is destroyed.
  class [[nodiscard]] Block {
   public:
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;
    ~Block();

   private:
    friend class Buffer;
    Block(Buffer& out, std::string_view name);
    bool is_or_lies_in(std::size_t index) const noexcept;
    Buffer& out_;
    std::size_t index_;
    Block* around_;    // the block that was open before, or null
    TextBlock outer_;  // what the Buffer wrote to before
  };

  /// What a block of a page holds.
  struct NamedBlock {
    std::string name;
    SafeHtml html;
  };

  Buffer() : Buffer(0) {}
  /// Reserves for an output of about `expected_bytes`, and for `front_bytes` that a layout will write before it.
  explicit Buffer(std::size_t expected_bytes, std::size_t front_bytes = 0) : storage_(expected_bytes, front_bytes) {
    use_storage();
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /// Writes `text` so that it stays text, also inside a quoted attribute: & < > " ' become character references.
  void text(std::string_view text);

  /// Writes HTML as it is.
  void raw(HtmlLiteral html) { copy(html.view()); }
  void raw(const SafeHtml& html) { copy(html.view()); }
  /// The same, and goes on writing into the memory of `html` when what was written so far fits in front of it: a
  /// layout comes around a page without a copy of the page.
  void raw(SafeHtml&& html);

  /// Writes `value` as a template does: text escaped, numbers in decimal digits (floating point: the shortest form
  /// that reads back), SafeHtml as it is, an empty optional as nothing, other types through their `to_html`.
  template <Printable T>
  void append(T&& value);
  /// A bool has no text of its own; write `flag ? "yes" : "no"`.
  template <detail::Bool T>
  void append(T&& value) = delete;

  /// Like `append`, for the beginning of an attribute that holds a URL: text with a scheme that can run code
  /// (`javascript:`, `data:` …, see `is_safe_url` in helpers.h) is replaced by `#unsafe-url`.
  template <PrintableInUrl T>
  void append_url(T&& value);

  /// Until the result is destroyed, output goes to the end of the block `name`. Blocks may nest, not in themselves
  /// (std::logic_error).
  Block content_for(std::string_view name) { return {*this, name}; }
  /// Appends one value to the block `name`.
  template <Printable T>
  void content_for(std::string_view name, T&& value) {
    const auto block = content_for(name);
    append(std::forward<T>(value));
  }

  /// Bytes that this Buffer made room for: what it wrote into the memory of a body that a layout went on in is not
  /// counted. For SizeHint.
  std::size_t room_used() const noexcept { return adopted_at_.value_or(size()); }

  /// Bytes written, without the named blocks.
  std::size_t size() const noexcept { return static_cast<std::size_t>(at_ - storage_.data()); }

  /// The output. Errors: std::logic_error when a named block was written, which would be lost: write the partial with
  /// its `Buffer&` form, or take a `Page`.
  SafeHtml html() &&;

  /// The output without its named blocks, and these alone, in the order of first use; for Page. The Buffer is empty
  /// afterwards. Errors: std::logic_error while a block is open.
  SafeHtml take_body();
  std::vector<NamedBlock> take_blocks() noexcept { return std::exchange(blocks_, {}); }

 private:
  void copy(std::string_view bytes) {
    if (static_cast<std::size_t>(end_ - at_) < bytes.size()) grow(bytes.size());
    std::memcpy(at_, bytes.data(), bytes.size());
    at_ += bytes.size();
  }
  [[gnu::cold, gnu::noinline]] void grow(std::size_t needed);
  void use_storage() noexcept;
  TextBlock take_storage() noexcept;
  std::size_t block_index(std::string_view name);

  void character(char value) { text(std::string_view(&value, 1)); }
  void number(long long value);
  void number(unsigned long long value);
  void number(double value);
  void number(float value);
  void number(long double value);
  void url(std::string_view text);
  template <class T>
  void append_number(T value);

  TextBlock storage_;
  char* at_;   // next byte to write, inside storage_, whose own size counts only where nothing is being written
  char* end_;  // end of storage_
  std::optional<std::size_t> adopted_at_;  // size when it went on in the memory of a body
  std::vector<NamedBlock> blocks_;
  Block* open_ = nullptr;  // the innermost open block
};

/// Remembers how much a template wrote last, so that its next output begins with enough room. Threads: any.
class SizeHint {
 public:
  std::size_t expected() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  void learn(std::size_t written) noexcept {
    bytes_.store(std::min(written + written / 8, kMost), std::memory_order_relaxed);
  }

 private:
  // One huge page must not make every small one after it clear a megabyte.
  static constexpr std::size_t kMost = std::size_t{96} * 1024;
  std::atomic<std::size_t> bytes_{0};
};

template <class T>
void Buffer::append_number(T value) {
  if constexpr (std::same_as<T, char>) {
    character(value);
  } else if constexpr (std::floating_point<T>) {
    number(value);
  } else if constexpr (std::is_signed_v<T>) {
    number(static_cast<long long>(value));
  } else {
    number(static_cast<unsigned long long>(value));
  }
}

template <Printable T>
void Buffer::append(T&& value) {
  using Plain = std::remove_cvref_t<T>;
  if constexpr (detail::Html<T>) {
    raw(std::forward<T>(value));
  } else if constexpr (detail::IsOptional<Plain>::value) {
    if (value) append(*std::forward<T>(value));
  } else if constexpr (detail::WritesItself<T>) {
    to_html(*this, std::forward<T>(value));
  } else if constexpr (detail::Number<T>) {
    append_number<Plain>(value);
  } else {
    text(std::string_view(value));
  }
}

template <PrintableInUrl T>
void Buffer::append_url(T&& value) {
  if constexpr (detail::IsOptional<std::remove_cvref_t<T>>::value) {
    if (value) append_url(*std::forward<T>(value));
  } else if constexpr (detail::Text<T>) {
    url(std::string_view(value));
  } else {
    append(std::forward<T>(value));
  }
}

}  // namespace monolite::view

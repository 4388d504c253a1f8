#pragma once

namespace monolite::base {

namespace detail {

/// A value that somebody attached, by its type. Lives in an Attached, on a stack.
struct Attachment {
  const void* type;
  const void* value;
  Attachment* outer;
};

/// The innermost attachment of the current task or, outside of tasks, of this thread.
Attachment*& innermost_attachment() noexcept;

template <class T>
inline constexpr char kAttachmentType = 0;

}  // namespace detail

/// While it lives, whatever the current task (or plain thread) calls finds `value` by its type, `attached<T>()`. For
/// what a piece of work carries along through rooms that must not know who made it: the budget of a request, its log.
/// Threads: one task or thread; it begins and ends on the same one, the last begun first. Lifetime: `value` outlives
/// it.
template <class T>
class Attached {
 public:
  explicit Attached(T& value) noexcept
      : attachment_{&detail::kAttachmentType<T>, &value, detail::innermost_attachment()} {
    detail::innermost_attachment() = &attachment_;
  }
  ~Attached() { detail::innermost_attachment() = attachment_.outer; }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  detail::Attachment attachment_;
};

/// The innermost T that is attached here; null when there is none.
template <class T>
T* attached() noexcept {
  for (const auto* at = detail::innermost_attachment(); at != nullptr; at = at->outer) {
    if (at->type == &detail::kAttachmentType<T>) return static_cast<T*>(const_cast<void*>(at->value));
  }
  return nullptr;
}

/// What is attached to a task, for another thread that does a part of its work. Lifetime: the task waits meanwhile.
class Attachments {
 public:
  static Attachments here() noexcept { return Attachments(detail::innermost_attachment()); }

 private:
  friend class AdoptAttachments;
  explicit Attachments(detail::Attachment* innermost) noexcept : innermost_(innermost) {}

  detail::Attachment* innermost_;
};

/// Lends a thread the attachments of the task for which it works, instead of its own.
class AdoptAttachments {
 public:
  explicit AdoptAttachments(Attachments of) noexcept : own_(detail::innermost_attachment()) {
    detail::innermost_attachment() = of.innermost_;
  }
  ~AdoptAttachments() { detail::innermost_attachment() = own_; }
  AdoptAttachments(const AdoptAttachments&) = delete;
  AdoptAttachments& operator=(const AdoptAttachments&) = delete;

 private:
  detail::Attachment* own_;
};

}  // namespace monolite::base

#include <sodium.h>

#include <monolite/base/detail/sodium.h>
#include <monolite/base/error.h>

namespace monolite::base::detail {

void init_sodium() {
  static const bool ready = [] {
    // Its own generator, seeded by the kernel: the default asks the kernel for each token, a system call at a time.
    randombytes_set_implementation(&randombytes_internal_implementation);
    return sodium_init() >= 0;
  }();
  if (!ready)
    throw Error({.code = ErrorCode::kUnsupported,
                 .scope = ErrorScope::kBug,
                 .what = "libsodium cannot start: the kernel gives no random bytes",
                 .hint = "run where getrandom(2) or /dev/urandom is reachable"});
}

}  // namespace monolite::base::detail

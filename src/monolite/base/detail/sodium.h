#pragma once

namespace monolite::base::detail {

/// Makes libsodium ready; cheap after the first call. Threads: any.
/// Errors: kUnsupported when the kernel gives no randomness.
void init_sodium();

}  // namespace monolite::base::detail

#pragma once

#include <bench/options.h>

namespace bench {

/// Serves until SIGTERM or SIGINT. Prints {"port":n,…} once it listens and, after the drain, the report (audit.h).
/// Call before any thread was started: they inherit the signal mask.
void serve(const Options& options);

}  // namespace bench

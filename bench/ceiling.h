#pragma once

#include <bench/options.h>

namespace bench {

/// Creates posts from `options.clients` threads for `options.seconds`, then prints one line of JSON: what a server
/// could reach if HTTP cost nothing. Latencies are those of each call.
void run_ceiling(const Options& options);

}  // namespace bench

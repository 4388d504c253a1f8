#include <malloc.h>

#include <monolite/app/process.h>

namespace monolite::app {

void tune_process() {
  constexpr int kMiB = 1024 * 1024;
  // NOLINTBEGIN(concurrency-mt-unsafe): main calls this before it makes threads
  mallopt(M_TRIM_THRESHOLD, 32 * kMiB);
  mallopt(M_MMAP_THRESHOLD, kMiB);
  // NOLINTEND(concurrency-mt-unsafe)
}

}  // namespace monolite::app

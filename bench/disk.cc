#include <algorithm>
#include <string>
#include <vector>

#include <bench/disk.h>
#include <fcntl.h>
#include <unistd.h>

#include <monolite/base/clock.h>

namespace bench {

double bare_sync_us(const std::filesystem::path& folder) {
  const auto path = folder / "sync";
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  const std::string frame(4120, 'x');
  std::vector<double> took;
  for (int i = 0; i < 100; ++i) {
    const auto begun = monolite::base::Monotonic::now();
    if (write(file, frame.data(), frame.size()) < 0 || fdatasync(file) != 0) break;
    took.push_back(std::chrono::duration<double, std::micro>(monolite::base::Monotonic::now() - begun).count());
  }
  close(file);
  std::filesystem::remove(path);
  std::ranges::sort(took);
  return took.empty() ? -1 : took[took.size() / 2];
}

}  // namespace bench

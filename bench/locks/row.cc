#include <cstring>

#include <bench/locks/row.h>

namespace bench::locks {

/// Eight letters from a to p at a time (xorshift).
void Row::advance() noexcept {
  ++number_;
  for (std::size_t i = 0; i < kBytes; i += sizeof state_) {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    const std::uint64_t letters = (state_ & 0x0f0f0f0f0f0f0f0fULL) + 0x6161616161616161ULL;
    std::memcpy(text_.data() + i, &letters, sizeof letters);
  }
}

}  // namespace bench::locks

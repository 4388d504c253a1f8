#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <monolite/db/sqlite/detail/process.h>

namespace monolite::db::sqlite {

/// The bytes of the file `<database>-fifo`, mapped into each process: docs/formats/fifo-lock.md.
namespace fifo {

inline constexpr std::size_t kSlots = 256;
inline constexpr std::uint32_t kVersion = 1;

/// Never changes while the file is in use.
struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t slots;
  std::uint32_t slot_bytes;
  std::uint32_t reserved;
  std::uint64_t checksum;  // FNV-1a of the bytes before it
  std::array<std::uint64_t, 4> reserved_too;
};

/// Who writes when: the ticket in the upper 48 bits, the slot's number counted from 1 below. 0 = nobody.
using Place = std::uint64_t;

struct Queue {
  std::atomic<Place> owner;
  std::atomic<std::uint64_t> last_ticket;
  std::array<std::atomic<std::uint64_t>, kSlots / 64> waiting;  // a bit for each slot
  std::array<std::uint64_t, 2> reserved;
};

/// One participant. Its process holds an OFD lock on the first byte as long as it lives.
struct Slot {
  std::atomic<std::uint32_t> wakes;  // the futex word
  std::atomic<std::uint32_t> pid;
  std::atomic<std::uint64_t> ticket;  // 0 = wants nothing
  std::atomic<std::uint64_t> pid_namespace;
  std::array<std::atomic<std::uint64_t>, 2> program;
  std::array<std::uint64_t, 3> reserved;
};

struct Layout {
  Header header;
  Queue queue;
  std::array<Slot, kSlots> slots;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(Header) == 64 && sizeof(Queue) == 64 && sizeof(Slot) == 64);
static_assert(sizeof(Layout) == 128 + 64 * kSlots);

}  // namespace fifo

/// The shared file with a slot of it taken: who takes part and who lives. What the queue in it means is FifoLock's.
///
/// A slot is alive while its first byte is locked by an open file description (an OFD lock). The kernel drops that lock
/// when the process ends, however it ends, in whatever pid namespace, and a pid that is used again means nothing.
///
/// Threads: any, after `open`. Lifetime: the slot is given back at the end.
class FifoFile {
 public:
  /// Opens or makes the file beside `database` and takes a slot; the first to come begins with a fresh queue, so
  /// nothing of an earlier boot is left. A damaged file that others still use is replaced: they notice and follow.
  /// Errors: kIo, kBusy (all slots are taken), kUnsupported (processes with another version of the format use it).
  static std::unique_ptr<FifoFile> open(const std::string& database);
  ~FifoFile();
  FifoFile(const FifoFile&) = delete;
  FifoFile& operator=(const FifoFile&) = delete;

  fifo::Queue& queue() const noexcept { return layout_->queue; }
  fifo::Slot& slot(std::size_t index) const noexcept { return layout_->slots.at(index); }
  std::size_t own_slot() const noexcept { return own_slot_; }

  /// Whether the participant of a slot exists. One system call.
  bool is_alive(std::size_t index) const noexcept;
  Process participant(std::size_t index) const;
  std::vector<Process> others() const;

  /// False once the file was deleted, replaced or overwritten: newcomers would not meet us here.
  bool is_current() const noexcept;

 private:
  explicit FifoFile(std::string path);
  enum class Fit { kGood, kReplaced };

  Fit settle();
  bool begin_afresh_if_alone();
  void map();
  void take_slot();
  void sign_in();

  const std::string path_;
  int file_ = -1;
  fifo::Layout* layout_ = nullptr;
  std::size_t own_slot_ = 0;
};

}  // namespace monolite::db::sqlite

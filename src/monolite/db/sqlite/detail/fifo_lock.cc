#include <algorithm>
#include <bit>
#include <cerrno>
#include <chrono>
#include <climits>
#include <ctime>
#include <utility>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <monolite/db/sqlite/detail/fifo_lock.h>

namespace monolite::db::sqlite {
namespace {

using fifo::kSlots;
using fifo::Place;

/// How often one who waits looks whether the owner still lives: what the death of an owner costs.
constexpr auto kLook = std::chrono::milliseconds(20);
/// After how long without a move the first in line asks the database itself; the second after twice as long.
constexpr auto kPatience = std::chrono::milliseconds(100);
constexpr std::size_t kMostPatient = 9;  // and no later than ten times that

constexpr int kSlotBits = 16;
constexpr std::uint64_t kTickets = (std::uint64_t{1} << (64 - kSlotBits)) - 1;

constexpr Place place_of(std::uint64_t ticket, std::size_t slot) noexcept { return ticket << kSlotBits | (slot + 1); }
constexpr std::uint64_t ticket_of(Place place) noexcept { return place >> kSlotBits; }
/// kSlots or more for nobody, and for what no slot has.
constexpr std::size_t slot_of(Place place) noexcept {
  return static_cast<std::size_t>((place & ((1U << kSlotBits) - 1)) - 1);
}

constexpr std::uint64_t bit_of(std::size_t slot) noexcept { return std::uint64_t{1} << (slot % 64); }

/// Calls `visit` with each slot whose bit is set.
template <class F>
void each_waiting(const fifo::Queue& queue, F visit) {
  for (std::size_t word = 0; word < queue.waiting.size(); ++word) {
    for (auto bits = queue.waiting[word].load(); bits != 0; bits &= bits - 1) {
      visit(word * 64 + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
}

/// Sleeps while `word` is `seen`, at most until `until`. Woken for no reason now and then, which callers bear.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t seen, base::Monotonic::time_point until) noexcept {
  const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(until.time_since_epoch()).count();
  const timespec at{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  // An absolute time on the monotonic clock; not FUTEX_PRIVATE: the word is found by its file.
  syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, seen, &at, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(std::atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}  // namespace

std::unique_ptr<FifoLock> FifoLock::open(const std::string& database) {
  return std::unique_ptr<FifoLock>(new FifoLock(FifoFile::open(database)));
}

FifoLock::FifoLock(std::unique_ptr<FifoFile> file) : file_(std::move(file)) {
  const auto owner = queue().owner.load();
  if (slot_of(owner) == file_->own_slot()) pass_on(owner);  // died here before us; only we know that it is not us
}

FifoLock::~FifoLock() { leave(); }

Place FifoLock::place() const noexcept { return place_of(ticket_, file_->own_slot()); }

Turn FifoLock::wait(base::Deadline deadline) {
  if (state_ == State::kOwner && queue().owner.load() == place()) return Turn::kMine;
  if (state_ != State::kInLine) {
    if (take_if_free()) return Turn::kMine;
    get_in_line();
  }
  while (true) {
    const auto seen = own().wakes.load();
    announce();
    const auto owner = queue().owner.load();
    if (owner == place()) {
      accept();
      return Turn::kMine;
    }
    if (is_vacant(owner)) {
      pass_on(owner);
      continue;
    }
    if (deadline.passed()) return Turn::kNotYet;
    if (is_stuck(owner)) return Turn::kStuck;
    futex_wait(own().wakes, seen, std::min(deadline.at(), base::Monotonic::now() + kLook));
  }
}

/// Not past those who wait.
bool FifoLock::take_if_free() noexcept {
  if (queue().owner.load() != 0 || is_awaited()) return false;
  ticket_ = (queue().last_ticket.fetch_add(1) + 1) & kTickets;
  Place nobody = 0;
  if (!queue().owner.compare_exchange_strong(nobody, place())) return false;
  state_ = State::kOwner;
  return true;
}

void FifoLock::get_in_line() noexcept {
  ticket_ = std::max<std::uint64_t>((queue().last_ticket.fetch_add(1) + 1) & kTickets, 1);
  state_ = State::kInLine;
  watch_ = {};
}

/// First the ticket, then the bit that makes it visible. Repeated, because a passer-by that held the slot for dead may
/// have taken the bit away.
void FifoLock::announce() noexcept {
  const auto slot = file_->own_slot();
  own().ticket.store(ticket_);
  queue().waiting.at(slot / 64).fetch_or(bit_of(slot));
}

/// The ticket stays: by it a slow giver knows that its gift was taken.
void FifoLock::accept() noexcept {
  const auto slot = file_->own_slot();
  queue().waiting.at(slot / 64).fetch_and(~bit_of(slot));
  state_ = State::kOwner;
}

void FifoLock::take_over() noexcept {
  Place owner = watch_.owner;
  if (queue().owner.compare_exchange_strong(owner, place()) || owner == place()) {
    accept();
  } else {
    leave();  // it moved meanwhile: this once we write without the turn
  }
}

/// The ticket goes first. A giver that chose us looks at it after its gift and takes the gift back; or we see the gift
/// and pass it on. One of the two exchanges succeeds.
void FifoLock::leave() noexcept {
  if (state_ == State::kOut) return;
  state_ = State::kOut;
  const auto slot = file_->own_slot();
  own().ticket.store(0);
  queue().waiting.at(slot / 64).fetch_and(~bit_of(slot));
  if (queue().owner.load() == place()) pass_on(place());
}

bool FifoLock::is_awaited() const noexcept {
  const auto own_slot = file_->own_slot();
  bool awaited = false;
  each_waiting(queue(), [&](std::size_t slot) { awaited = awaited || slot != own_slot; });
  return awaited;
}

bool FifoLock::is_vacant(Place owner) const noexcept {
  const auto slot = slot_of(owner);
  return slot >= kSlots || slot == file_->own_slot() || !file_->is_alive(slot);
}

bool FifoLock::is_stuck(Place owner) noexcept {
  const auto now = base::Monotonic::now();
  if (owner != watch_.owner) watch_ = {owner, now};
  if (now - watch_.since < kPatience * static_cast<int>(1 + std::min(count_before_us(), kMostPatient))) return false;
  watch_.since = now;
  return true;
}

std::size_t FifoLock::count_before_us() const noexcept {
  std::size_t count = 0;
  each_waiting(queue(), [&](std::size_t slot) { count += file_->slot(slot).ticket.load() < ticket_ ? 1 : 0; });
  return count;
}

/// Gives the turn of `from`, who has ended, died or never was, to the first in line, or to nobody. Anybody may do it:
/// the exchange lets one succeed.
void FifoLock::pass_on(Place from) noexcept {
  Place next = first_in_line();
  while (queue().owner.compare_exchange_strong(from, next)) {
    if (next != 0) {
      auto& slot = file_->slot(slot_of(next));
      if (slot.ticket.load() == ticket_of(next)) {
        slot.wakes.fetch_add(1);
        futex_wake(slot.wakes);
        return;
      }
    }  // it left while we chose it
    from = next;
    next = first_in_line();  // also after 0: somebody may have come before it could be seen
    if (from == 0 && next == 0) return;
  }
}

/// The living one with the lowest ticket. Takes the dead out of the line.
Place FifoLock::first_in_line() noexcept {
  while (true) {
    std::uint64_t lowest = 0;
    std::size_t first = kSlots;
    each_waiting(queue(), [&](std::size_t slot) {
      const auto ticket = file_->slot(slot).ticket.load();
      if (ticket == 0 || ticket > kTickets || (first != kSlots && ticket >= lowest)) return;
      lowest = ticket;
      first = slot;
    });
    if (first == kSlots) return 0;
    if (file_->is_alive(first)) return place_of(lowest, first);
    queue().waiting.at(first / 64).fetch_and(~bit_of(first));
  }
}

std::optional<Process> FifoLock::owner() const {
  const auto slot = slot_of(queue().owner.load());
  if (slot >= kSlots || slot == file_->own_slot() || !file_->is_alive(slot)) return std::nullopt;
  return file_->participant(slot);
}

}  // namespace monolite::db::sqlite

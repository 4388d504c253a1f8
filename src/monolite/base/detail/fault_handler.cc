#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <signal.h>
#include <unistd.h>

#include <monolite/base/detail/fault_handler.h>
#include <monolite/base/detail/fiber.h>
#include <monolite/base/error.h>

namespace monolite::base::detail {
namespace {

constexpr std::size_t kFaultStackBytes = 64 * 1024;
constexpr std::array kFaultSignals = {SIGSEGV, SIGBUS};

// A signal's action belongs to the process, so the actions we replaced do too. Written before our handler can run.
constinit std::array<struct sigaction, kFaultSignals.size()> previous_actions{};

const struct sigaction& previous_action(int signal) noexcept {
  return previous_actions[signal == kFaultSignals[0] ? 0 : 1];
}

/// A line put together without the heap, stdio or locks: all that a signal handler may use.
class Line {
 public:
  void add(std::string_view text) noexcept {
    const std::size_t taken = std::min(text.size(), text_.size() - used_);
    std::memcpy(text_.data() + used_, text.data(), taken);
    used_ += taken;
  }
  void add(std::size_t number) noexcept {
    std::array<char, 20> digits;
    std::size_t at = digits.size();
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number > 0);
    add(std::string_view(digits.data() + at, digits.size() - at));
  }
  void write_to_stderr() const noexcept {
    for (std::size_t done = 0; done < used_;) {
      const ssize_t written = write(STDERR_FILENO, text_.data() + done, used_ - done);
      if (written < 0 && errno != EINTR) return;  // nobody is left to tell
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }

 private:
  std::array<char, 256> text_;
  std::size_t used_ = 0;
};

void report_overflow(const StackBounds& stack) noexcept {
  Line line;
  line.add("monolite: fatal: a task overflowed its stack of ");
  line.add(stack.bytes);
  line.add(" bytes (option stack_bytes); look for endless recursion, move large arrays to the heap or raise it\n");
  line.write_to_stderr();
}

/// The default action for `signal`. The faulting instruction runs again once the handler returned and meets it, so the
/// core dump shows the place of the fault.
void restore_default(int signal) noexcept {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
}

void pass_on(int signal, siginfo_t* info, void* context) noexcept {
  const struct sigaction& previous = previous_action(signal);
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    const bool sent_by_kill = info->si_code <= 0;  // nothing faults again after it
    if (sent_by_kill && previous.sa_handler == SIG_IGN) return;
    restore_default(signal);
    if (sent_by_kill) raise(signal);  // blocked now, so it arrives when the handler returns
  }
}

void on_fault(int signal, siginfo_t* info, void* context) {
  const StackBounds* const stack = running_stack;
  const bool from_memory_access = info->si_code > 0;
  if (from_memory_access && stack != nullptr && stack->guards(reinterpret_cast<std::uintptr_t>(info->si_addr))) {
    report_overflow(*stack);
    restore_default(signal);
  } else {
    pass_on(signal, info, context);
  }
}

bool replace_actions() {
  struct sigaction action {};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kFaultSignals.size(); ++i) {
    sigaction(kFaultSignals[i], nullptr, &previous_actions[i]);
    sigaction(kFaultSignals[i], &action, nullptr);
  }
  return true;
}

}  // namespace

void install_fault_handler() {
  static const bool installed = replace_actions();
  static_cast<void>(installed);
}

FaultStack::FaultStack() {
  stack_t current{};
  if (sigaltstack(nullptr, &current) == 0 && (current.ss_flags & SS_DISABLE) == 0) return;
  memory_ = std::make_unique<std::byte[]>(kFaultStackBytes);
  stack_t stack{};
  stack.ss_sp = memory_.get();
  stack.ss_size = kFaultStackBytes;
  if (sigaltstack(&stack, nullptr) != 0)
    throw Error({.code = ErrorCode::kInternal,
                 .scope = ErrorScope::kBug,
                 .what = "the thread of a loop got no stack for fault handling",
                 .hint = "sigaltstack(2) refused it: see the errno",
                 .system_code = errno});
}

FaultStack::~FaultStack() {
  if (!memory_) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
}

}  // namespace monolite::base::detail

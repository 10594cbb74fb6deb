// What is said when a handler faults: the kernel sends SIGSEGV or SIGBUS, a handler on a signal
// stack of the reactor's thread names the reactor and the hook on stderr, and the fault goes to the
// handler that was there before (a sanitizer's, Node's), or ends the process. In reactors that
// declare a budget (`stall`), which know what they run; and for fibers that overflow, see
// fiber/overflow.hpp.
//
// A thread is known by its signal stack, which the kernel shows to the handler (sigaltstack(2),
// uc_stack), because thread-local variables may allocate when they are first used.
#pragma once

#include <signal.h>
#if defined(__linux__)
#include <ucontext.h>
#endif
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "activity_names.hpp"
#include "core.hpp"

namespace loom {

/// One line that is put together in a signal handler; what does not fit is left out.
class SignalLine {
 public:
  void add(const char* text) noexcept {
    while (*text != '\0' && length_ < sizeof text_) text_[length_++] = *text++;
  }
  void add(std::uint32_t number) noexcept {
    char digits[11];
    std::size_t first = sizeof digits - 1;
    digits[first] = '\0';
    do {
      digits[--first] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    add(digits + first);
  }
  /// Writes it to stderr, as far as that takes it.
  void write() const noexcept {
    const ssize_t written = ::write(STDERR_FILENO, text_, length_);
    static_cast<void>(written);
  }

 private:
  char text_[256];
  std::size_t length_ = 0;
};

/// The handlers of SIGSEGV and SIGBUS: set by the first reactor of the process that reports faults,
/// taken back with the last one.
class FaultHandlers {
 public:
  using Handler = void (*)(int, siginfo_t*, void*);

  static void install(Handler handler) noexcept {
    const std::lock_guard lock(mutex_);
    users_ += 1;
    if (installed_) return;
    installed_ = true;
    struct sigaction action {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous_[0]);
    sigaction(SIGBUS, &action, &previous_[1]);
  }

  static void remove(Handler handler) noexcept {
    const std::lock_guard lock(mutex_);
    users_ -= 1;
    if (users_ != 0) return;
    // Whoever came later may call this handler, so it stays in its place below them.
    installed_ = !is_current(SIGSEGV, handler) || !is_current(SIGBUS, handler);
    if (installed_) return;
    sigaction(SIGSEGV, &previous_[0], nullptr);
    sigaction(SIGBUS, &previous_[1], nullptr);
  }

  /// In a handler: what would have happened without this one.
  static void pass_on(int signal, siginfo_t* info, void* context) noexcept {
    struct sigaction& before = previous_[signal == SIGSEGV ? 0 : 1];
    const bool tells = (before.sa_flags & SA_SIGINFO) != 0;
    // A fault cannot be ignored, only what somebody sent.
    if (!tells && before.sa_handler == SIG_IGN && info->si_code <= 0) return;
    if (!tells && (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN)) {
      return end_by(signal, info);
    }
    const struct sigaction handler = before;
    if ((before.sa_flags & static_cast<int>(SA_RESETHAND)) != 0) before = {};
    if (tells) return handler.sa_sigaction(signal, info, context);
    handler.sa_handler(signal);
  }

  /// In a handler: the process ends by `signal` as soon as the handler returns, where it happened.
  static void end_by(int signal, const siginfo_t* info) noexcept {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    sigaction(signal, &by_default, nullptr);
    // A fault comes again when its instruction does; what somebody sent does not.
    if (info->si_code <= 0) raise(signal);
  }

 private:
  static bool is_current(int signal, Handler handler) noexcept {
    struct sigaction now {};
    sigaction(signal, nullptr, &now);
    return (now.sa_flags & SA_SIGINFO) != 0 && now.sa_sigaction == handler;
  }

  static inline std::mutex mutex_;
  static inline int users_ = 0;
  static inline bool installed_ = false;
  static inline struct sigaction previous_[2]{};
};

/// The signal stack of one reactor's thread, and what its handler must know. Opened and destroyed
/// on that thread.
class FaultReport {
 public:
  /// Says what it knows of a fault at `address` that is no hook's own mistake; false: nothing.
  using Tell = bool (*)(void* context, const void* address) noexcept;

  FaultReport() noexcept = default;
  FaultReport(const FaultReport&) = delete;
  FaultReport& operator=(const FaultReport&) = delete;

  /// From here on faults of this thread are reported: by `tell(context, …)` if that says so, else
  /// by the name of what the loop is at, where the reactor of `core` is watched.
  void open(const ReactorCore& core, Tell tell = nullptr, void* context = nullptr) noexcept {
    core_ = &core;
    tell_ = tell;
    context_ = context;
    handler_ = &on_fault;
    stack_t stack{};
    stack.ss_sp = this;
    stack.ss_size = sizeof *this;
    sigaltstack(&stack, &previous_);
    FaultHandlers::install(&on_fault);
  }

  ~FaultReport() {
    if (core_ == nullptr) return;
    FaultHandlers::remove(&on_fault);
    sigaltstack(&previous_, nullptr);
  }

 private:
  static void on_fault(int signal, siginfo_t* info, void* context) noexcept {
    // Read first: a deep handler behind this one may overwrite the low end of its stack.
    const stack_t& stack = static_cast<const ucontext_t*>(context)->uc_stack;
    const auto* report = static_cast<const FaultReport*>(stack.ss_sp);
    const bool of_reactor =
        report != nullptr && (stack.ss_flags & SS_DISABLE) == 0 && report->handler_ == &on_fault;
    if (of_reactor) {
      const bool is_fault = info->si_code > 0;
      if (is_fault && report->tell_ != nullptr && report->tell_(report->context_, info->si_addr)) {
        return FaultHandlers::end_by(signal, info);
      }
      report->name_activity_of(signal);
    }
    FaultHandlers::pass_on(signal, info, context);
  }

  /// One line about what the loop is at; nothing where nobody has noted that, or it is at nothing.
  void name_activity_of(int signal) const noexcept {
    const Activity* activity = core_->activity_;
    const ActivityTable* names = core_->activity_names_;
    if (activity == nullptr || names == nullptr || names->rows == nullptr) return;
    const std::uint64_t word = activity->word();
    NamedActivity named{Activity::what_of(word)};
    if (named.what == activity::idle) return;
    if (named.what == activity::fiber && !activity->read_fiber(word, named.fiber)) return;
    char name[120];
    name_activity(*names, named, name, sizeof name);
    SignalLine line;
    line.add("loom: reactors.");
    line.add(names->reactor);
    line.add(": ");
    line.add(name);
    line.add(signal == SIGSEGV ? " faulted (SIGSEGV)\n" : " faulted (SIGBUS)\n");
    line.write();
  }

  /// First, at the end that signal frames reach last: marks this as a signal stack of ours.
  FaultHandlers::Handler handler_ = nullptr;
  const ReactorCore* core_ = nullptr;
  Tell tell_ = nullptr;
  void* context_ = nullptr;
  stack_t previous_{};
  /// Room for the handlers before ours too; a signal frame alone takes up to 11 KiB (AMX).
  [[maybe_unused]] alignas(16) std::byte memory_[65536];
};

}  // namespace loom

// How a call that a worker makes is given up: by a signal to its thread, which ends a wait in the
// kernel with EINTR. One that comes just before the call begins is lost, so a timer sends it again
// and again until the call has ended. The signal is one that nobody in the process handles, does
// nothing by itself, and is blocked in every thread of the runtime but around such a call.
#pragma once

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

namespace loom {

#if defined(__linux__)

/// Between two attempts to interrupt one call.
inline constexpr long interruption_period_nanoseconds = 1'000'000;

/// Gives a real-time signal that nobody handles a handler that does nothing. @returns its number; 0
/// when each is somebody's already.
inline int claim_free_signal() noexcept {
  // From the top, where few begin; Valgrind has the topmost.
  for (int number = SIGRTMAX - 1; number > SIGRTMIN; --number) {
    struct sigaction action {};
    if (sigaction(number, nullptr, &action) != 0) continue;
    if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL) continue;
    action = {};
    action.sa_handler = [](int) noexcept {};
    // Without SA_RESTART: the call is to end.
    action.sa_flags = SA_ONSTACK;
    if (sigaction(number, &action, nullptr) == 0) return number;
  }
  return 0;
}

/// The process's signal for interruptions, chosen when it is first asked for; 0: there is none.
inline int interruption_signal() noexcept {
  static const int chosen = claim_free_signal();
  return chosen;
}

/// One worker's. Made and destroyed on its thread.
class Interrupter {
 public:
  /// Where no signal or no timer can be had (timer_create(2)), calls are not interrupted.
  Interrupter() noexcept {
    sigemptyset(&signals_);
    const int number = interruption_signal();
    if (number == 0) return;
    sigaddset(&signals_, number);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = number;
#if defined(sigev_notify_thread_id)
    event.sigev_notify_thread_id = gettid();
#else
    // The C library's name for this field is newer than some C libraries.
    event._sigev_un._tid = gettid();
#endif
    works_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
  }
  Interrupter(const Interrupter&) = delete;
  Interrupter& operator=(const Interrupter&) = delete;
  ~Interrupter() {
    if (works_) timer_delete(timer_);
  }

  /// The worker: the call that follows can be interrupted until shut().
  void open() const noexcept { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }
  /// The worker: no longer. A signal that is still to come waits, and does no harm to a later call.
  void shut() const noexcept { pthread_sigmask(SIG_BLOCK, &signals_, nullptr); }

  /// Any thread while the worker makes a call: interrupts it until end().
  void begin() const noexcept {
    if (works_) timer_settime(timer_, 0, &again_and_again, nullptr);
  }
  /// The worker, after begin(): the call has ended.
  void end() const noexcept {
    constexpr itimerspec never{};
    if (works_) timer_settime(timer_, 0, &never, nullptr);
  }

 private:
  static constexpr itimerspec again_and_again{{0, interruption_period_nanoseconds}, {0, 1}};

  bool works_ = false;
  timer_t timer_{};
  sigset_t signals_{};
};

#else

/// One worker's, on a system whose timers signal no thread: calls are not interrupted.
class Interrupter {
 public:
  void open() const noexcept {}   ///< nothing comes
  void shut() const noexcept {}   ///< nothing is held back
  void begin() const noexcept {}  ///< the call goes on to its end
  void end() const noexcept {}    ///< there is nothing to end
};

#endif

}  // namespace loom

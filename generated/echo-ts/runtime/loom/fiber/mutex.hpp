// Mutual exclusion among the fibers of one reactor, across their waits: what one fiber changes
// between a read and a write, no other sees half done. It costs no atomic operation, and is handed
// to whoever waits longest, so that nobody starves.
#pragma once

#include <chrono>
#include <cstdint>

#include "one_reactor.hpp"

namespace loom {

/// A fair mutex for fibers; BasicLockable, Lockable and TimedLockable, for std::lock_guard,
/// std::scoped_lock and std::unique_lock. Not recursive.
class Mutex {
 public:
  Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;
  ~Mutex() { LOOM_ASSERT(owner_ == nullptr, "a mutex is destroyed when nobody has it"); }

  /// Waits until the mutex is this fiber's. Being cancelled does not end this wait, which has no
  /// way to say so; lock_until() has.
  void lock() {
    FiberScheduler& fibers = reactor_.here();
    Fiber& fiber = this_fiber::record();
    static_cast<void>(fibers.refuses_to_go_on(fiber));
    while (!try_lock()) {
      fiber.shielded = true;
      const FiberWake why = fibers.park(FiberWish::nothing, &waiting_, no_deadline);
      fiber.shielded = false;
      if (why == FiberWake::event) return;
      static_cast<void>(fibers.refuses_to_go_on(fiber));
    }
  }

  /// Waits until the mutex is this fiber's, or `deadline_nanoseconds` on the monotonic clock.
  /// @returns Failure::timed_out when that passed first, Failure::cancelled when the scope was
  ///   cancelled first.
  Result<void> lock_until(std::uint64_t deadline_nanoseconds) {
    if (try_lock()) return {};
    return wait_for_handover(reactor_.here(), waiting_, nullptr, deadline_nanoseconds);
  }

  /// Takes the mutex when nobody has it.
  [[nodiscard]] bool try_lock() noexcept {
    static_cast<void>(reactor_.here());
    Fiber& fiber = this_fiber::record();
    LOOM_ASSERT(owner_ != &fiber, "a mutex is not recursive");
    if (owner_ != nullptr) return false;
    owner_ = &fiber;
    return true;
  }

  /// As std::unique_lock calls it: false when `limit` passed or the scope was cancelled.
  [[nodiscard]] bool try_lock_for(std::chrono::nanoseconds limit) {
    const std::uint64_t now = reactor_.here().core().now_nanoseconds();
    const auto wait = limit.count() > 0 ? static_cast<std::uint64_t>(limit.count()) : 0;
    return static_cast<bool>(lock_until(now + wait));
  }

  /// As std::unique_lock calls it; std::chrono::steady_clock is the monotonic clock.
  [[nodiscard]] bool try_lock_until(std::chrono::steady_clock::time_point limit) {
    return try_lock_for(limit - std::chrono::steady_clock::now());
  }

  /// Gives the mutex to the fiber that waits longest.
  void unlock() noexcept {
    LOOM_ASSERT(owner_ == &this_fiber::record(), "who unlocks a mutex has it");
    owner_ = waiting_.front();
    if (owner_ != nullptr) reactor_.here().make_ready(*owner_, FiberWake::event);
  }

 private:
  OneReactor reactor_;
  Fiber* owner_ = nullptr;
  FiberWaitList waiting_;
};

}  // namespace loom

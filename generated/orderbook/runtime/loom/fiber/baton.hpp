// One wait for one event, of a fiber or a thread: post() lets it go on, whichever of the two comes
// first. Anybody may post: hooks and fibers of the same reactor, other reactors, workers, plain
// threads. A fiber always goes on on its own reactor.
//
// The whole state is one word: empty, posted, or who waits. Whoever posts exchanges it and, if
// somebody waited, has that fiber's `home` record from then on; the Baton itself is not touched any
// more, so it may be destroyed as soon as wait() returns. The idea is folly's fibers::Baton.
#pragma once

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdint>

#include "../clock.hpp"
#include "../system/platform.hpp"
#include "this_fiber.hpp"

namespace loom {

/// An event that happens once until reset(). One waits at a time.
class Baton {
 public:
  Baton() noexcept = default;
  Baton(const Baton&) = delete;
  Baton& operator=(const Baton&) = delete;
  ~Baton() {
    LOOM_ASSERT(state_.load(std::memory_order_relaxed) <= posted,
                "a baton outlives the wait for it");
  }

  /// Waits for post(); returns at once when it came before. In a fiber, or on a thread that runs no
  /// reactor. What was written before post() is visible after it.
  /// @returns Failure::cancelled when the fiber's scope was cancelled first.
  Result<void> wait() { return wait_until(no_deadline); }

  /// As wait(), for at most `nanoseconds`.
  /// @returns Failure::timed_out when they passed first.
  Result<void> wait_for(std::uint64_t nanoseconds) {
    return wait_until(time_after(monotonic_nanoseconds(), nanoseconds));
  }

  /// As wait(), until `deadline_nanoseconds` on the monotonic clock.
  /// @returns Failure::timed_out when that passed first.
  Result<void> wait_until(std::uint64_t deadline_nanoseconds) {
    FiberScheduler* fibers = FiberScheduler::of_this_thread;
    if (fibers == nullptr) return thread_waits(deadline_nanoseconds);
    LOOM_ASSERT(fibers->current() != nullptr, "a hook of callback style must not wait");
    Fiber& fiber = *fibers->current();
    if (fibers->refuses_to_go_on(fiber)) return Failure::cancelled;
    if (try_wait()) return {};
    if (fiber.cancelled) return Failure::cancelled;
    return fiber_waits(*fibers, fiber, deadline_nanoseconds);
  }

  /// Whether post() has come; never waits.
  [[nodiscard]] bool try_wait() const noexcept {
    // Partner: post(), which releases what was written before it.
    return state_.load(std::memory_order_acquire) == posted;
  }

  /// Any thread: lets the present wait, or the next one, go on. A second post() changes nothing.
  void post() noexcept {
    // Partners: try_wait and the ends of a wait acquire; their beginnings release the record that
    // is taken here.
    const std::uintptr_t before = state_.exchange(posted, std::memory_order_acq_rel);
    if (before == empty || before == posted) return;
    if (before == thread) return wake_thread();
    wake_fiber(*std::bit_cast<Fiber*>(before));
  }

  /// Forgets a post(). Nobody may wait, and none may be under way from another thread.
  void reset() noexcept {
    LOOM_ASSERT(state_.load(std::memory_order_relaxed) <= posted, "nobody waits for the baton");
    // Partner: none; whoever waits or posts next is told of the reset by other means.
    state_.store(empty, std::memory_order_relaxed);
  }

 private:
  static constexpr std::uintptr_t empty = 0;
  static constexpr std::uintptr_t posted = 1;
  static constexpr std::uintptr_t thread = 2;  ///< a thread waits; else the address of a Fiber

  static_assert(std::endian::native == std::endian::little && sizeof(std::uintptr_t) == 8,
                "a futex is the lower half of the state");

  /// Writes down who waits; false when a post() was there before.
  bool announce(std::uintptr_t who) noexcept {
    std::uintptr_t expected = empty;
    // Partner: post(), which acquires the waiting fiber's record. Acquire on failure: it was
    // posted.
    const bool announced = state_.compare_exchange_strong(expected, who, std::memory_order_release,
                                                          std::memory_order_acquire);
    LOOM_ASSERT(announced || expected == posted, "one waits for a baton at a time");
    return announced;
  }

  /// Takes the announcement back; false when a post() was faster.
  bool withdraw(std::uintptr_t who) noexcept {
    // Partner: post(). Acquire, because on failure it was posted.
    return state_.compare_exchange_strong(who, empty, std::memory_order_acquire);
  }

  Result<void> fiber_waits(FiberScheduler& fibers, Fiber& fiber, std::uint64_t deadline) {
    const auto who = std::bit_cast<std::uintptr_t>(&fiber);
    fiber.expects_completion = true;
    if (!announce(who)) {
      fiber.expects_completion = false;
      return {};
    }
    const FiberWake why = fibers.park(FiberWish::nothing, nullptr, deadline);
    if (fiber.expects_completion && withdraw(who)) {
      fiber.expects_completion = false;
      if (fibers.refuses_to_go_on(fiber)) return Failure::cancelled;
      return failure_of(why);
    }
    // Otherwise it was posted, perhaps at this moment: then another thread has the record.
    if (fiber.expects_completion) fibers.await_homecoming();
    return {};
  }

  static void wake_fiber(Fiber& fiber) noexcept {
    FiberScheduler& fibers = *fiber.scheduler;
    if (&fibers == FiberScheduler::of_this_thread) return fibers.complete(fiber, 0);
    fibers.core().inbox_->come_home(fiber.home);
  }

  Result<void> thread_waits(std::uint64_t deadline) noexcept {
    if (!announce(thread)) return {};
    while (!try_wait()) {
      if (!sleep_in_kernel(deadline) && withdraw(thread)) return Failure::timed_out;
    }
    return {};
  }

  /// FUTEX_WAIT_BITSET, futex(2), whose limit is a time of CLOCK_MONOTONIC. False when it passed.
  bool sleep_in_kernel(std::uint64_t deadline) noexcept {
    constexpr std::uint64_t second = 1'000'000'000;
#if defined(__linux__)
    const timespec limit{static_cast<time_t>(deadline / second),
                         static_cast<long>(deadline % second)};
    const long result =
        ::syscall(SYS_futex, &state_, FUTEX_WAIT_BITSET_PRIVATE, static_cast<std::uint32_t>(thread),
                  deadline == no_deadline ? nullptr : &limit, nullptr, FUTEX_BITSET_MATCH_ANY);
    return result == 0 || errno != ETIMEDOUT;
#else
    // No futex: the thread looks again soon.
    constexpr std::uint64_t nap_nanoseconds = 200'000;
    const std::uint64_t now = monotonic_nanoseconds();
    if (now >= deadline) return false;
    const timespec nap{0, static_cast<long>(std::min(nap_nanoseconds, deadline - now))};
    static_assert(nap_nanoseconds < second);
    ::nanosleep(&nap, nullptr);
    return true;
#endif
  }

  /// The baton may be gone by now; the kernel takes its address only for a name, and whoever sleeps
  /// there by then looks again.
  void wake_thread() noexcept {
#if defined(__linux__)
    ::syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
#endif
  }

  /// Partners: post on any thread; announce, withdraw and try_wait on the one that waits.
  std::atomic<std::uintptr_t> state_{empty};
};

}  // namespace loom

// A count of what may be taken, among the fibers of one reactor: connections to a server that
// allows five, buffers of a kind. Whoever waits longest is served first, however much it wants.
#pragma once

#include <cstdint>

#include "one_reactor.hpp"

namespace loom {

/// A fair counting semaphore. Hooks of callback style may release, too.
class Semaphore {
 public:
  /// `count` may be taken at first.
  explicit Semaphore(std::uint32_t count) noexcept : count_(count) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() { LOOM_ASSERT(waiting_.empty(), "a semaphore outlives the waits for it"); }

  /// Takes `wanted`, all at once; waits until so many are there, and nobody came before.
  /// @returns Failure::timed_out when `deadline_nanoseconds` on the monotonic clock passed first,
  ///   Failure::cancelled when the scope was cancelled first; then nothing was taken.
  Result<void> acquire(std::uint32_t wanted = 1, std::uint64_t deadline_nanoseconds = no_deadline) {
    if (try_acquire(wanted)) return {};
    const auto result = wait_for_handover(reactor_.here(), waiting_, &wanted, deadline_nanoseconds);
    // It may have been the first in the list, before others that want less.
    if (!result) hand_over();
    return result;
  }

  /// Takes `wanted` when so many are there and nobody waits.
  [[nodiscard]] bool try_acquire(std::uint32_t wanted = 1) noexcept {
    static_cast<void>(reactor_.here());
    if (!waiting_.empty() || count_ < wanted) return false;
    count_ -= wanted;
    return true;
  }

  /// Gives `returned` back, or adds them.
  void release(std::uint32_t returned = 1) noexcept {
    LOOM_ASSERT(count_ <= UINT32_MAX - returned, "a semaphore counts to 2^32 - 1");
    count_ += returned;
    hand_over();
  }

  /// What may be taken now.
  [[nodiscard]] std::uint32_t available() const noexcept { return count_; }

 private:
  /// Bound: the fibers that wait.
  void hand_over() noexcept {
    FiberScheduler& fibers = reactor_.here();
    while (Fiber* fiber = waiting_.front()) {
      const std::uint32_t wanted = *static_cast<std::uint32_t*>(fiber->wait_place);
      if (count_ < wanted) return;
      count_ -= wanted;
      fibers.make_ready(*fiber, FiberWake::event);
    }
  }

  OneReactor reactor_;
  std::uint32_t count_;
  FiberWaitList waiting_;
};

}  // namespace loom

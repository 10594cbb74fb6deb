// How long a loop may sleep at once. A wake-up ends any sleep; the limits are for the loop that
// stops, which looks whether its connections have drained, and for the one whose doorbell was taken
// from it: whoever closes descriptors that it does not own must not make a stop or mail wait for
// ever.
#pragma once

#include <cstdint>
#include <cstdio>

#include "core.hpp"

namespace loom {

/// The longest wait of a loop that stops: it looks whether its connections have drained.
inline constexpr std::uint64_t stop_wait_nanoseconds = nanoseconds_per_millisecond;
/// The longest wait of a loop whose requests wait for room in a pool: others may have filled it.
inline constexpr std::uint64_t pool_wait_nanoseconds = nanoseconds_per_millisecond;
/// How often a loop looks whether its doorbell's descriptors are still its own, at most.
inline constexpr std::uint64_t doorbell_look_nanoseconds = nanoseconds_per_second;
/// The longest wait of a loop that nobody can wake.
inline constexpr std::uint64_t deaf_wait_nanoseconds = 10 * nanoseconds_per_millisecond;

/// The limit of reactor `Shape`'s next wait; what happened to the doorbell is logged once.
class WaitLimit {
 public:
  /// In nanoseconds. On the reactor's thread.
  template <class Shape>
  std::uint64_t next(ReactorCore& core, bool stopping) noexcept {
    if (core.batch_nanoseconds_ - looked_nanoseconds_ >= doorbell_look_nanoseconds) {
      looked_nanoseconds_ = core.batch_nanoseconds_;
      core.inbox_->doorbell().look();
    }
    const DoorbellState state = core.inbox_->doorbell().state();
    if (state != said_) {
      said_ = state;
      char line[300];
      std::snprintf(line, sizeof line,
                    "loom: somebody closed the eventfd %d, which wakes reactors.%s; %s. Find what "
                    "closes descriptors that it did not open (strace -f -k -e close).",
                    core.inbox_->doorbell().lost_fd(), Shape::name,
                    state == DoorbellState::deaf ? "it looks for work every 10 ms from now on"
                                                 : "another descriptor of it does from now on");
      core.log(line);
    }
    if (stopping) return stop_wait_nanoseconds;
    if (core.waits_for_pool_ || core.calls_wait_for_pool_) return pool_wait_nanoseconds;
    return state == DoorbellState::deaf ? deaf_wait_nanoseconds : Shape::longest_wait_nanoseconds;
  }

 private:
  std::uint64_t looked_nanoseconds_ = 0;
  DoorbellState said_ = DoorbellState::whole;
};

}  // namespace loom

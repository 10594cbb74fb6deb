// How a reactor stops: nothing new is accepted, connections may send what they queued, then fibers
// are unwound and all that is still in flight is cancelled, and the loop ends when nothing is left
// or its time is over.
#pragma once

#include <cstdint>

#include "source_engine.hpp"

namespace loom {

/// From stop() to the forced end: connections may send what they queued for this long.
inline constexpr std::uint64_t stop_drain_nanoseconds = 100 * nanoseconds_per_millisecond;
/// From stop() to giving up on operations in flight; the kernel cancels those with the ring.
inline constexpr std::uint64_t stop_limit_nanoseconds = 190 * nanoseconds_per_millisecond;
/// Turns between the drain's end and giving up, at least: a thread that was not given the processor
/// has not had its time. A turn of a loop that stops waits 1 ms at most.
inline constexpr std::uint32_t stop_least_turns = 32;

/// The layer below Reactor (CRTP); its two functions are steps of the loop.
template <class Derived, class Backend>
class ReactorStop : public SourceEngine<Derived, Backend> {
  using Base = SourceEngine<Derived, Backend>;

 protected:
  using Base::core_;
  using Base::stopping_;

  /// Stops accepting and connecting, and closes every connection behind what it has queued.
  void begin_stop() noexcept {
    stopping_ = true;
    stop_nanoseconds_ = core_.now_nanoseconds();
    static_cast<Derived&>(*this).each_timer([](auto& timer) { timer.cancel(); });
    this->stop_sources();
    static_cast<Derived&>(*this).each_stream([this](auto& family) {
      core_.wheel().disarm(family.accept_retry);
      family.take_part(false);
      if (family.accept.in_flight) {
        family.accept_cancel.handle = family.listener;
        this->start(family.accept_cancel);
      }
      for (auto& slot : family.slots) {
        core_.wheel().disarm(slot.deadline);
        if (slot.state == SlotState::connecting) slot.failure = {CloseKind::stopped, 0};
        if (slot.state == SlotState::open) slot.close_requested = true;
        family.mark_dirty(slot);
      }
    });
    this->stop_datagrams();
  }

  /// Ends what has not drained in time; true when nothing is left to wait for.
  bool continue_stop(std::uint64_t now) noexcept {
    const std::uint64_t elapsed = now - stop_nanoseconds_;
    if (elapsed > stop_drain_nanoseconds) this->unwind_fibers();
    bool idle = core_.in_flight_ == 0 && !this->has_live_fibers();
    static_cast<Derived&>(*this).each_stream([&](auto& family) {
      for (auto& slot : family.slots) {
        if (slot.state == SlotState::open && elapsed > stop_drain_nanoseconds) {
          slot.failure = {CloseKind::stopped, 0};
          family.mark_dirty(slot);
        }
        idle = idle && slot.state == SlotState::vacant;
      }
    });
    // What no worker began by now comes home without having run.
    if (elapsed > stop_drain_nanoseconds) core_.inbox_->cancel_jobs();
    idle = this->datagrams_stopped(elapsed > stop_drain_nanoseconds) && idle;
    if (elapsed > stop_drain_nanoseconds) turns_after_drain_ += 1;
    return idle || (elapsed > stop_limit_nanoseconds && turns_after_drain_ >= stop_least_turns);
  }

 private:
  std::uint64_t stop_nanoseconds_ = 0;
  std::uint32_t turns_after_drain_ = 0;
};

}  // namespace loom

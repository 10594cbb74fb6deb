// How a reactor stops: nothing new is accepted, connections may send what they queued, then fibers
// are unwound and all that is still in flight is cancelled, and the loop ends when nothing is left
// or its time is over.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>

#include "run.hpp"
#include "source_engine.hpp"

namespace loom {

/// From stop() to the forced end: connections may send what they queued for this long.
inline constexpr std::uint64_t stop_drain_nanoseconds = 100 * nanoseconds_per_millisecond;
/// From stop() to giving up on operations in flight; the kernel cancels those with the ring.
inline constexpr std::uint64_t stop_limit_nanoseconds = 190 * nanoseconds_per_millisecond;
/// Turns between the drain's end and giving up, at least: a thread that was not given the processor
/// has not had its time. A turn of a loop that stops waits 1 ms at most.
inline constexpr std::uint32_t stop_least_turns = 32;

/// A layer below Reactor (CRTP); its functions are parts of the loop's steps.
template <class Derived, class Backend>
class ReactorStop : public SourceEngine<Derived, Backend> {
  using Base = SourceEngine<Derived, Backend>;

 public:
  using typename Base::Shape;

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
      this->refuse_parked(family);
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
        // Of a fiber that was ended before it began nobody tells its slot.
        if (slot.state == SlotState::ending && slot.retry) family.mark_dirty(slot);
        idle = idle && slot.state == SlotState::vacant;
      }
    });
    // What no worker began by now comes home without having run.
    if (elapsed > stop_drain_nanoseconds) core_.inbox_->cancel_jobs();
    idle = this->datagrams_stopped(elapsed > stop_drain_nanoseconds) && idle;
    if (elapsed > stop_drain_nanoseconds) turns_after_drain_ += 1;
    if (idle) return true;
    if (elapsed <= stop_limit_nanoseconds || turns_after_drain_ < stop_least_turns) return false;
    // Jobs that run are waited for behind this, and then everything that waits for them ends.
    if (core_.jobs_out_ == 0) say_what_is_left();
    return true;
  }

  /// While the loop stops: whether connections and requests have had their time.
  [[nodiscard]] bool drain_is_over(std::uint64_t now) const noexcept {
    return now - stop_nanoseconds_ > stop_drain_nanoseconds;
  }

  /// Whether the loop stops or is to leave its group: then whatever happens may be the last that it
  /// waited for, and it looks before it sleeps.
  bool is_ending([[maybe_unused]] const ReactorRun& reactor_run) const noexcept {
    if constexpr (Shape::elastic) {
      // Partner: GroupKeeper::retire, whose wake-up makes a turn that sees it.
      if (reactor_run.phase->load(std::memory_order_relaxed) == MemberPhase::retiring) return true;
    }
    return stopping_;
  }

  /// Whether this instance was asked to leave its group and has nothing left to do: no connection,
  /// no operation, no fiber, no mail, no tick that a handler waits for. Then it takes no part any
  /// more, and stops like at the program's end.
  bool leaves_group([[maybe_unused]] ReactorRun& reactor_run) noexcept {
    if constexpr (!Shape::elastic) {
      return false;
    } else {
      // Partner: GroupKeeper::retire, which releases: takes_part is false before.
      if (reactor_run.phase->load(std::memory_order_acquire) != MemberPhase::retiring) return false;
      if (!is_idle()) return false;
      MemberPhase expected = MemberPhase::retiring;
      // Partner: GroupKeeper::recall, which exchanges it for `serving`: one of the two succeeds.
      if (!reactor_run.phase->compare_exchange_strong(expected, MemberPhase::leaving)) return false;
      bool promised = false;
      static_cast<Derived&>(*this).each_stream([&](auto& family) {
        // Partner: SpreadShare::promise.
        promised = promised || family.taken() != 0;
      });
      if (promised) reactor_run.phase->store(MemberPhase::retiring, std::memory_order_release);
      return !promised;
    }
  }

 private:
  /// One line about a stop that gave up: whose fault that is, somebody wants to know.
  void say_what_is_left() noexcept {
    std::uint32_t connections = 0;
    static_cast<Derived&>(*this).each_stream([&](auto& family) {
      for (const auto& slot : family.slots) connections += slot.state != SlotState::vacant ? 1 : 0;
    });
    char line[160];
    std::snprintf(line, sizeof line,
                  "loom: reactors.%s gave up its stop: %u operations in flight, %u connections not "
                  "closed",
                  Shape::name, core_.in_flight_, connections);
    core_.log(line);
  }

  /// Whether nothing would be lost if the loop ended now.
  bool is_idle() noexcept {
    bool idle = core_.in_flight_ == 0 && !core_.dirty_ && !this->has_live_fibers() &&
                !core_.inbox_->has_any();
    static_cast<Derived&>(*this).each_stream([&](auto& family) {
      for (const auto& slot : family.slots) idle = idle && slot.state == SlotState::vacant;
    });
    // A period goes on for ever, a single tick is something that a handler waits for.
    static_cast<Derived&>(*this).each_timer([&](auto& timer) {
      const bool ticks_once = timer.record.every_nanoseconds == 0 && timer.handle().armed();
      idle = idle && !ticks_once;
    });
    return idle;
  }

  std::uint64_t stop_nanoseconds_ = 0;
  std::uint32_t turns_after_drain_ = 0;
};

}  // namespace loom

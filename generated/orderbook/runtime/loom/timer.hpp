// A declared timer: periodic or one-shot, driven by the loop's clock. A loop that comes late
// reports how many expirations it missed and keeps the original phase.
#pragma once

#include <cstdint>

#include "core.hpp"
#include "handler.hpp"

namespace loom {

/// The state of one timer fd.
template <class Fd>
struct TimerFamily {
  using Handler = typename Fd::Handler;
  static constexpr const TimerShape& shape = Fd::shape;

  ReactorCore* core = nullptr;
  Handler* handler = nullptr;
  /// When it expires next on the monotonic clock; no_deadline when it is over.
  std::uint64_t due_nanoseconds = no_deadline;

  /// Binds the timer and starts it.
  void attach(ReactorCore& reactor_core, Handler& timer_handler) noexcept {
    core = &reactor_core;
    handler = &timer_handler;
    due_nanoseconds = core->now_nanoseconds() + shape.first_nanoseconds;
    core->want_deadline(due_nanoseconds);
  }

  /// Calls the hook when the timer is due at `now`, and arms it again.
  void run(std::uint64_t now) noexcept {
    if (now < due_nanoseconds) {
      core->want_deadline(due_nanoseconds);
      return;
    }
    Tick tick{1, due_nanoseconds};
    if constexpr (shape.every_nanoseconds == 0) {
      due_nanoseconds = no_deadline;
    } else {
      const std::uint64_t missed = (now - due_nanoseconds) / shape.every_nanoseconds;
      tick.expirations += missed;
      tick.due_nanoseconds += missed * shape.every_nanoseconds;
      due_nanoseconds = tick.due_nanoseconds + shape.every_nanoseconds;
      core->want_deadline(due_nanoseconds);
    }
    core->stats().add(Stat::ticks, tick.expirations);
    try {
      handler->on_tick(tick);
    } catch (...) {
      core->log("loom: a timer's handler threw; the timer goes on");
    }
  }
};

}  // namespace loom

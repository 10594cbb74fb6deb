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
  /// When it expires next, on the reactor's clock.
  TimerEntry entry;

  /// Binds the timer and starts it.
  void attach(ReactorCore& reactor_core, Handler& timer_handler) noexcept {
    core = &reactor_core;
    handler = &timer_handler;
    entry.tag = Tag(0, shape.tick_operation, 0);
    core->wheel().arm(entry, core->now_nanoseconds() + shape.first_nanoseconds);
  }

  /// It does not expire any more.
  void cancel() noexcept { core->wheel().disarm(entry); }

  /// The entry expired: arms it again where it has a period, and calls the hook.
  void expire() noexcept {
    Tick tick{1, entry.due_nanoseconds};
    if constexpr (shape.every_nanoseconds != 0) {
      const std::uint64_t late = core->batch_nanoseconds() - entry.due_nanoseconds;
      const std::uint64_t missed = late / shape.every_nanoseconds;
      tick.expirations += missed;
      tick.due_nanoseconds += missed * shape.every_nanoseconds;
      core->wheel().arm(entry, tick.due_nanoseconds + shape.every_nanoseconds);
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

// A declared timer in its reactor: started with the program or by its handler, periodic or not. A
// loop that comes late reports how many expirations it missed and keeps the original phase.
#pragma once

#include <cstdint>

#include "core.hpp"
#include "shapes.hpp"
#include "thrown.hpp"
#include "timer.hpp"

namespace loom {

/// The state of one timer fd.
template <class Fd>
struct TimerFamily {
  using Handler = typename Fd::Handler;
  static constexpr const TimerShape& shape = Fd::shape;

  Handler* handler = nullptr;
  TimerRecord record;

  /// Binds the timer; once, before the handlers start.
  void attach(ReactorCore& reactor_core, Handler& timer_handler) noexcept {
    handler = &timer_handler;
    record.core = &reactor_core;
    record.entry.tag = Tag(0, shape.tick_operation, 0);
  }

  /// Starts the timer, unless that is left to its handler.
  void start() noexcept {
    if constexpr (shape.first_nanoseconds == 0) return;
    record.every_nanoseconds = shape.every_nanoseconds;
    const std::uint64_t now = record.core->now_nanoseconds();
    record.core->wheel().arm(record.entry, now + shape.first_nanoseconds);
  }

  /// The timer as its handler has it.
  [[nodiscard]] Timer handle() noexcept { return Timer(record); }

  /// It does not expire any more.
  void cancel() noexcept { handle().cancel(); }

  /// The entry expired: arms it again where it has a period, and calls the hook.
  void expire() noexcept {
    ReactorCore& core = *record.core;
    const std::uint64_t wall_clock = record.wall_clock_nanoseconds;
    if (wall_clock != 0 && wall_clock > unix_nanoseconds()) return record.arm_for_wall_clock();
    Tick tick{1, record.entry.due_nanoseconds, handle()};
    if (const std::uint64_t period = record.every_nanoseconds; period != 0) {
      const std::uint64_t now = core.batch_nanoseconds();
      const std::uint64_t late = now > tick.due_nanoseconds ? now - tick.due_nanoseconds : 0;
      tick.expirations += late / period;
      tick.due_nanoseconds += late / period * period;
      core.wheel().arm(record.entry, tick.due_nanoseconds + period);
    }
    core.stats().add(Stat::ticks, tick.expirations);
    try {
      handler->on_tick(tick);
    } catch (...) {
      report_thrown(core, thrown_by<Fd>("on_tick"), "the timer goes on");
    }
  }
};

}  // namespace loom

// The timers of the conformance client, in both styles.
#pragma once

#include <client/handlers.hpp>

#include <cstdint>

/// Notes once that a periodic timer came for the third time.
struct Clock : client::ClockBase<Clock> {
  std::uint64_t expirations = 0;
  std::uint64_t due_nanoseconds = 0;

  void on_tick(loom::Tick tick) {
    constexpr std::uint64_t period_nanoseconds = 2'000'000;
    if (due_nanoseconds != 0 &&
        tick.due_nanoseconds - due_nanoseconds != tick.expirations * period_nanoseconds) {
      reactor().log("T beat 0.0 VIOLATION: expirations and due times disagree");
    }
    due_nanoseconds = tick.due_nanoseconds;
    const bool early = expirations < 3;
    expirations += tick.expirations;
    if (early && expirations >= 3) reactor().log("T beat 0.0 three expirations or more");
  }
};

/// Notes each expiration of a one-shot timer.
struct Alarm : client::AlarmBase<Alarm> {
  void on_tick(loom::Tick tick) {
    reactor().log(tick.expirations == 1 ? "T late 0.0 fired" : "T late 0.0 VIOLATION: again");
  }
};

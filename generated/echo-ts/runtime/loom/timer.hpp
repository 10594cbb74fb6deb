// What a handler has of a timer: its ticks, and the means to arm it. A timer that the config
// declares with `start: 'manual'` is a member of the handler's base, named as in the config.
#pragma once

#include <cstdint>

#include "core.hpp"

namespace loom {

/// A timer that waits for a time of the wall clock looks at that clock this often, so that a step
/// of it (settimeofday(2), a leap second, NTP) is honoured at most so much late.
inline constexpr std::uint64_t wall_clock_check_nanoseconds = nanoseconds_per_second;

/// One timer's place in its reactor; the wheel holds its entry.
struct TimerRecord {
  ReactorCore* core = nullptr;
  TimerEntry entry;
  /// Period, 0 for a single tick.
  std::uint64_t every_nanoseconds = 0;
  /// CLOCK_REALTIME at which it is due; 0: the entry says when, on the reactor's clock.
  std::uint64_t wall_clock_nanoseconds = 0;

  /// Arms the entry for the time of the wall clock that is wanted, or for the next look at it.
  void arm_for_wall_clock() noexcept {
    const std::uint64_t now = unix_nanoseconds();
    std::uint64_t pause = wall_clock_nanoseconds > now ? wall_clock_nanoseconds - now : 0;
    if (pause > wall_clock_check_nanoseconds) pause = wall_clock_check_nanoseconds;
    core->wheel().arm(entry, core->now_nanoseconds() + pause);
  }
};

/// A handler's end of a timer. Only inside hooks of the timer's reactor; each function but
/// `cancel` and the questions replaces what the timer waited for, and gives false on a reactor
/// that the timer does not belong to. Ticks come to on_tick.
class Timer {
 public:
  Timer() noexcept = default;
  /// For the emitted code and the runtime.
  explicit Timer(TimerRecord& record) noexcept : record_(&record) {}

  /// One tick, `nanoseconds` from now.
  bool arm_after(std::uint64_t nanoseconds) const noexcept {
    return arm(nanoseconds, 0, /*from_now=*/true);
  }

  /// One tick when the reactor's clock (CLOCK_MONOTONIC) reads `nanoseconds`; at once when that is
  /// past.
  bool arm_at(std::uint64_t nanoseconds) const noexcept {
    return arm(nanoseconds, 0, /*from_now=*/false);
  }

  /// A tick each `nanoseconds`, the first after that time; they keep their phase however late the
  /// loop is. Not 0.
  bool every(std::uint64_t nanoseconds) const noexcept {
    LOOM_ASSERT(nanoseconds != 0, "a period is at least a nanosecond");
    return arm(nanoseconds, nanoseconds, /*from_now=*/true);
  }

  /// One tick when CLOCK_REALTIME reads `unix_time_nanoseconds` since 1970; at once when that is
  /// past. Never early; after a step of that clock at most wall_clock_check_nanoseconds late.
  bool arm_at_wall_clock(std::uint64_t unix_time_nanoseconds) const noexcept {
    if (record_ == nullptr) return false;
    record_->every_nanoseconds = 0;
    record_->wall_clock_nanoseconds = unix_time_nanoseconds;
    record_->arm_for_wall_clock();
    return true;
  }

  /// No more ticks until it is armed again. False when it was not armed.
  bool cancel() const noexcept {
    return record_ != nullptr && record_->core->wheel().disarm(record_->entry);
  }

  /// Whether a tick will come.
  [[nodiscard]] bool armed() const noexcept { return record_ != nullptr && record_->entry.armed(); }

  /// Whether both are the same timer: `tick.timer == retry`.
  friend bool operator==(const Timer&, const Timer&) noexcept = default;

 private:
  bool arm(std::uint64_t nanoseconds, std::uint64_t period, bool from_now) const noexcept {
    if (record_ == nullptr) return false;
    const std::uint64_t start = from_now ? record_->core->now_nanoseconds() : 0;
    // Centuries from now are cut, not wrapped around to the past.
    const std::uint64_t most = no_deadline - 1 - start;
    record_->every_nanoseconds = period;
    record_->wall_clock_nanoseconds = 0;
    record_->core->wheel().arm(record_->entry, start + (nanoseconds < most ? nanoseconds : most));
    return true;
  }

  TimerRecord* record_ = nullptr;
};

/// What a timer's hook receives.
struct Tick {
  std::uint64_t expirations = 0;      ///< since the last hook; more than 1 when the loop was late
  std::uint64_t due_nanoseconds = 0;  ///< monotonic time at which the latest was due
  Timer timer;                        ///< which; may be armed or cancelled in the hook
};

}  // namespace loom

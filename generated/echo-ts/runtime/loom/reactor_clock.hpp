// A reactor's clock: CLOCK_MONOTONIC, read from the processor's counter where that can be trusted.
// Every 50 ms it looks at the kernel's clock, goes on from there, and takes the rate of the time in
// between, so that it follows what NTP does to the kernel's clock. Measured against CLOCK_MONOTONIC
// read before and after it is off by well under a microsecond; times may be compared with those of
// other processes to that. It never goes back. One thread uses it.
#pragma once

#include <cstdint>

#include "clock.hpp"
#include "cycle_counter.hpp"
#include "error.hpp"
#include "shapes.hpp"

namespace loom {

/// Where the times of a ReactorClock come from; tests have another one.
struct ProcessorClocks {
  static std::uint64_t cycles() noexcept { return read_cycle_counter(); }
  static ClockSample sample() noexcept { return sample_clocks(); }
  static std::uint64_t rate() noexcept { return cycle_counter_rate(); }
};

/// The clock over its source.
template <class Source>
class ReactorClockOver {
 public:
  /// After so long without a look at the kernel's clock the next reading looks.
  static constexpr std::uint64_t rebase_nanoseconds = 50 * nanoseconds_per_millisecond;

  /// Chooses the clock of `reactor`; before that it is CLOCK_MONOTONIC. An error only where the
  /// counter is demanded and cannot be trusted. `path`: see cycle_counter_refused().
  StartError open(ClockChoice choice, const char* reactor,
                  const char* path = clock_source_path) noexcept {
    if (choice == ClockChoice::monotonic) return {};
    char reason[120];
    if (cycle_counter_refused(reason, path)) {
      if (choice == ClockChoice::automatic) return {};
      return StartError::make(
          start_code::clock_unusable, "", 0,
          "reactors.%s: clock: 'tsc' cannot be had here: %s. Use clock: 'auto', "
          "which reads the kernel's clock on such a machine.",
          reactor, reason);
    }
    calibrated_rate_ = rate_ = Source::rate();
    rebase_cycles_ = (rebase_nanoseconds << 32U) / rate_;
    base_ = Source::sample();
    last_nanoseconds_ = base_.nanoseconds;
    return {};
  }

  /// CLOCK_MONOTONIC now, in nanoseconds; never less than before.
  [[nodiscard]] std::uint64_t now_nanoseconds() noexcept {
    if (!reads_counter()) return monotonic_nanoseconds();
    // A counter that was set back, as by a virtual machine that moved, looks like a huge step.
    const std::uint64_t passed = Source::cycles() - base_.cycles;
    if (passed >= rebase_cycles_) [[unlikely]]
      return rebase();
    return advance_to(base_.nanoseconds + to_nanoseconds(passed));
  }

  /// Whether the counter is read, and not the kernel's clock.
  [[nodiscard]] bool reads_counter() const noexcept { return rate_ != 0; }

 private:
  [[nodiscard]] std::uint64_t to_nanoseconds(std::uint64_t cycles) const noexcept {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((Wide{cycles} * rate_) >> 32U);
  }

  std::uint64_t advance_to(std::uint64_t nanoseconds) noexcept {
    if (nanoseconds > last_nanoseconds_) last_nanoseconds_ = nanoseconds;
    return last_nanoseconds_;
  }

  /// Goes on from the kernel's clock. Its rate since the last look is believed when both samples
  /// are sharp, and within a thousandth of what was calibrated: a machine that slept is neither.
  std::uint64_t rebase() noexcept {
    const ClockSample sample = Source::sample();
    const std::uint64_t cycles = sample.cycles - base_.cycles;
    const std::uint64_t nanoseconds = sample.nanoseconds - base_.nanoseconds;
    const bool sharp = to_nanoseconds(sample.width_cycles + base_.width_cycles) < 1'000;
    if (sharp && cycles >= rebase_cycles_ && nanoseconds < UINT64_C(1) << 32U) {
      const std::uint64_t rate = (nanoseconds << 32U) / cycles;
      const std::uint64_t margin = calibrated_rate_ / 1'000;
      if (rate - (calibrated_rate_ - margin) <= 2 * margin) rate_ = rate;
    }
    base_ = sample;
    return advance_to(sample.nanoseconds);
  }

  ClockSample base_;
  /// Nanoseconds for each cycle as a fraction of 2^32; 0: the counter is not used.
  std::uint64_t rate_ = 0;
  std::uint64_t calibrated_rate_ = 0;
  std::uint64_t rebase_cycles_ = 0;
  std::uint64_t last_nanoseconds_ = 0;
};

/// A reactor's clock.
using ReactorClock = ReactorClockOver<ProcessorClocks>;

}  // namespace loom

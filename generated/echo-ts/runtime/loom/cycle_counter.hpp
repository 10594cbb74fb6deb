// The processor's own clock: the time stamp counter of x86-64, the virtual counter of arm64.
// Reading it takes less than half of what clock_gettime(2) takes through the vDSO, but only the
// kernel knows whether it runs evenly and alike on all cores, so the kernel is asked.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "clock.hpp"

namespace loom {

/// Where the kernel says which clock it trusts (Documentation/ABI/testing/sysfs-devices-system-
/// clocksource of the kernel).
inline constexpr const char* clock_source_path =
    "/sys/devices/system/clocksource/clocksource0/current_clocksource";

/// The counter now. It orders nothing: later instructions may be done before it is read.
inline std::uint64_t read_cycle_counter() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t value = 0;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  return 0;
#endif
}

/// Whether the counter runs at one rate whatever the core does: CPUID 0x80000007, EDX bit 8
/// ("invariant TSC", Intel SDM volume 3, 18.17.1). On arm64 it does by definition.
inline bool cycle_counter_is_invariant() noexcept {
#if defined(__x86_64__)
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  return __get_cpuid(0x80000007, &eax, &ebx, &ecx, &edx) != 0 && (edx >> 8U & 1U) != 0;
#elif defined(__aarch64__)
  return true;
#else
  return false;
#endif
}

/// Why the counter may not be used, in a sentence for `reason`, or false when it may. The kernel's
/// watchdog compares the counter with other clocks and across cores and gives up a bad one, so
/// the kernel's own current clock must be the counter; kvm-clock is the host's and does not count.
inline bool cycle_counter_refused(char (&reason)[120],
                                  const char* path = clock_source_path) noexcept {
  if (!cycle_counter_is_invariant()) {
    std::snprintf(reason, sizeof reason, "the processor has no invariant time stamp counter");
    return true;
  }
#if defined(__x86_64__)
  char current[32] = {};
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t bytes = fd < 0 ? -1 : ::read(fd, current, sizeof current - 1);
  if (fd >= 0) ::close(fd);
  if (bytes <= 0) {
    std::snprintf(reason, sizeof reason, "the kernel does not say which clock it trusts");
    return true;
  }
  current[std::strcspn(current, "\n")] = '\0';
  if (std::strcmp(current, "tsc") != 0) {
    std::snprintf(reason, sizeof reason, "the kernel's own clock is '%s', not 'tsc'", current);
    return true;
  }
#else
  static_cast<void>(path);
#endif
  return false;
}

/// The counter and CLOCK_MONOTONIC at one moment.
struct ClockSample {
  std::uint64_t cycles = 0;
  std::uint64_t nanoseconds = 0;
  /// Cycles that passed while it was taken; half of them is the most that the two are apart.
  std::uint64_t width_cycles = 0;
};

/// Takes the best of a few samples: a thread that lost its core in between makes a wide one.
inline ClockSample sample_clocks() noexcept {
  constexpr int attempts = 3;
  ClockSample best;
  for (int n = 0; n < attempts; ++n) {
    const std::uint64_t before = read_cycle_counter();
    const std::uint64_t nanoseconds = monotonic_nanoseconds();
    const std::uint64_t width = read_cycle_counter() - before;
    if (n != 0 && width >= best.width_cycles) continue;
    best = {before + width / 2, nanoseconds, width};
  }
  return best;
}

/// How long calibrate_cycle_counter() spins.
inline constexpr std::uint64_t calibration_nanoseconds = nanoseconds_per_millisecond;

/// Nanoseconds for each cycle as a fraction of 2^32. Between two samples a millisecond apart that
/// are exact to some 20 ns each this is right to 0.01 %; ReactorClock refines it.
inline std::uint64_t calibrate_cycle_counter() noexcept {
  const ClockSample first = sample_clocks();
  ClockSample last = first;
  while (last.nanoseconds - first.nanoseconds < calibration_nanoseconds) last = sample_clocks();
  return ((last.nanoseconds - first.nanoseconds) << 32U) / (last.cycles - first.cycles);
}

/// The same, measured once for all reactors of the process.
inline std::uint64_t cycle_counter_rate() noexcept {
  static const std::uint64_t rate = calibrate_cycle_counter();
  return rate;
}

}  // namespace loom

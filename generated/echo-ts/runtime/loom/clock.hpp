// The monotonic clock in nanoseconds. Through the vDSO it costs no system call; the loop reads
// it once a turn and hooks may read that value for nothing.
#pragma once

#include <ctime>

#include <cstdint>

namespace loom {

inline constexpr std::uint64_t nanoseconds_per_second = 1'000'000'000;
inline constexpr std::uint64_t nanoseconds_per_millisecond = 1'000'000;

/// CLOCK_MONOTONIC in nanoseconds (clock_gettime(2)).
inline std::uint64_t monotonic_nanoseconds() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * nanoseconds_per_second +
         static_cast<std::uint64_t>(time.tv_nsec);
}

/// CLOCK_REALTIME: nanoseconds since 1970, as the wall clock has it (clock_gettime(2)).
inline std::uint64_t unix_nanoseconds() noexcept {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * nanoseconds_per_second +
         static_cast<std::uint64_t>(time.tv_nsec);
}

/// The time `nanoseconds` after `now_nanoseconds`; the last one there is (`no_deadline`) instead of
/// one that wraps to the past.
constexpr std::uint64_t time_after(std::uint64_t now_nanoseconds,
                                   std::uint64_t nanoseconds) noexcept {
  return nanoseconds < UINT64_MAX - now_nanoseconds ? now_nanoseconds + nanoseconds : UINT64_MAX;
}

/// `nanoseconds` as a timespec.
inline timespec to_timespec(std::uint64_t nanoseconds) noexcept {
  return {static_cast<time_t>(nanoseconds / nanoseconds_per_second),
          static_cast<long>(nanoseconds % nanoseconds_per_second)};
}

}  // namespace loom

// The clock of the benchmark's programs.
#pragma once

#include <cstdint>
#include <ctime>

namespace bench {

/// CLOCK_MONOTONIC in nanoseconds.
inline std::uint64_t now_nanoseconds() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace bench

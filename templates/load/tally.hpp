// What a server of the benchmark counts, and the line of JSON that it says at its end: the contract
// of README.md. A server in C++ counts with `Tally::take` for each message that it was sent.
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "histogram.hpp"

namespace bench {

/// The prefix of a message: its body's length, big-endian.
inline constexpr std::uint32_t prefix_bytes = 2;
/// The stamp at the beginning of a body: when it was sent, little-endian; 0: not measured.
inline constexpr std::uint32_t stamp_bytes = 8;

/// Counters of one server; one thread writes them.
struct Tally {
  std::uint64_t total = 0;
  std::uint64_t first_nanoseconds = 0;
  std::uint64_t last_nanoseconds = 0;
  std::uint64_t bytes = 0;
  std::uint64_t chunks = 0;
  std::uint64_t bad = 0;
  Histogram delays;

  /// Counts one message of `sink`. `arrival` is a time of the piece that it came in, for the span;
  /// `now()` reads CLOCK_MONOTONIC, only for a message that has a stamp.
  template <class Now>
  void take(const void* body, std::uint32_t size, std::uint64_t arrival, Now&& now) noexcept {
    if (total == 0) first_nanoseconds = arrival;
    last_nanoseconds = arrival;
    total += 1;
    bytes += size + prefix_bytes;
    if (size < stamp_bytes) {
      bad += 1;
      return;
    }
    std::uint64_t stamp = 0;
    std::memcpy(&stamp, body, sizeof stamp);
    take_stamp(stamp, now);
  }

  /// Measures a message by its stamp, which is 0 where it is not to be measured.
  template <class Now>
  void take_stamp(std::uint64_t stamp, Now&& now) noexcept {
    if (stamp == 0) return;
    const std::uint64_t taken = now();
    if (taken < stamp) {
      bad += 1;
    } else {
      delays.record(taken - stamp);
    }
  }

  /// Prints the line, with `kernel_entries` behind what the contract asks for where they are known.
  void print(std::FILE* to, const std::uint64_t* kernel_entries = nullptr) const noexcept {
    std::fprintf(to, "{\"total\":%" PRIu64 ",\"measured\":%" PRIu64 ",\"span_ns\":%" PRIu64, total,
                 delays.count(), last_nanoseconds - first_nanoseconds);
    std::fprintf(to, ",\"p50\":%" PRIu64 ",\"p90\":%" PRIu64 ",\"p99\":%" PRIu64,
                 delays.percentile(0.5), delays.percentile(0.9), delays.percentile(0.99));
    std::fprintf(to, ",\"p999\":%" PRIu64 ",\"max\":%" PRIu64, delays.percentile(0.999),
                 delays.maximum());
    std::fprintf(to, ",\"bytes\":%" PRIu64 ",\"chunks\":%" PRIu64 ",\"bad\":%" PRIu64, bytes,
                 chunks, bad);
    if (kernel_entries != nullptr) {
      std::fprintf(to, ",\"kernel_entries\":%" PRIu64, *kernel_entries);
    }
    std::fputs("}\n", to);
    std::fflush(to);
  }
};

}  // namespace bench

// What a load generator found, as its line of JSON.
#pragma once

#include <cinttypes>
#include <cstdint>
#include <cstdio>

#include "histogram.hpp"

namespace bench {

/// The figures of one run.
struct Outcome {
  std::uint64_t sent = 0;                  ///< messages, the warm-up's included
  std::uint64_t received = 0;              ///< of them came back; echo only
  std::uint64_t bytes_sent = 0;            ///< prefixes included
  std::uint64_t measured = 0;              ///< messages within the measured time
  std::uint64_t measured_nanoseconds = 0;  ///< that time
  std::uint64_t bad = 0;                   ///< answers that were not what was sent
  std::uint64_t dropped = 0;       ///< messages for which the receiver had no room; UDP only
  std::int64_t system_calls = -1;  ///< of the server within the measured time; -1: unknown
  Histogram times;                 ///< echo: round trips; paced: how late the generator itself sent

  void print(std::FILE* to) const noexcept {
    std::fprintf(to, "{\"sent\":%" PRIu64 ",\"received\":%" PRIu64 ",\"bytes_sent\":%" PRIu64, sent,
                 received, bytes_sent);
    std::fprintf(to, ",\"measured\":%" PRIu64 ",\"measured_ns\":%" PRIu64 ",\"bad\":%" PRIu64,
                 measured, measured_nanoseconds, bad);
    std::fprintf(to, ",\"dropped\":%" PRIu64, dropped);
    std::fprintf(to, ",\"syscalls\":%" PRId64 ",\"p50\":%" PRIu64 ",\"p90\":%" PRIu64, system_calls,
                 times.percentile(0.5), times.percentile(0.9));
    std::fprintf(to, ",\"p99\":%" PRIu64 ",\"p999\":%" PRIu64 ",\"max\":%" PRIu64 "}\n",
                 times.percentile(0.99), times.percentile(0.999), times.maximum());
    std::fflush(to);
  }
};

}  // namespace bench

// What the programs that time one operation have in common: they repeat it in blocks for a while,
// first without counting, and print {"count": N, "nanoseconds": N}.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "../../../templates/load/clock.hpp"

namespace bench {

/// Operations between two looks at the clock: a few thousandths of what is measured.
inline constexpr std::uint32_t block = 1024;

/// How long an operation is repeated.
struct Extent {
  std::uint64_t warmup_milliseconds = 0;
  std::uint64_t measured_milliseconds = 0;
};

/// The last two arguments of a command line.
inline Extent extent_of(char** arguments) {
  return {std::strtoull(arguments[0], nullptr, 10), std::strtoull(arguments[1], nullptr, 10)};
}

/// Calls `step(n)`, which does the operation n times, for as long as `extent` says; prints.
template <class Step>
void repeat(const Extent& extent, Step step) {
  std::uint64_t begin = now_nanoseconds();
  const std::uint64_t warm = begin + extent.warmup_milliseconds * 1'000'000;
  while (now_nanoseconds() < warm) step(block);
  begin = now_nanoseconds();
  const std::uint64_t end = begin + extent.measured_milliseconds * 1'000'000;
  std::uint64_t count = 0;
  std::uint64_t now = begin;
  do {
    step(block);
    count += block;
    now = now_nanoseconds();
  } while (now < end);
  std::printf("{\"count\": %llu, \"nanoseconds\": %llu}\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(now - begin));
}

}  // namespace bench

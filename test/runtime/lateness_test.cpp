// The histogram of lateness against sorting: every percentile is a value that was seen, or up to a
// sixteenth more, for values of any size.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "loom/lateness.hpp"

namespace {

TEST(Lateness, EmptyIsAllZero) {
  const loom::LatenessSummary summary = loom::LatenessHistogram().summary();
  EXPECT_EQ(summary.count, 0U);
  EXPECT_EQ(summary.p50_nanoseconds, 0U);
  EXPECT_EQ(summary.maximum_nanoseconds, 0U);
}

TEST(Lateness, OneValueIsAllPercentilesExactly) {
  loom::LatenessHistogram histogram;
  histogram.record(1'234'567);
  const loom::LatenessSummary summary = histogram.summary();
  EXPECT_EQ(summary.count, 1U);
  EXPECT_EQ(summary.p50_nanoseconds, 1'234'567U);
  EXPECT_EQ(summary.p99_9_nanoseconds, 1'234'567U);
  EXPECT_EQ(summary.maximum_nanoseconds, 1'234'567U);
}

TEST(Lateness, TheGreatestIsExactHoweverLarge) {
  loom::LatenessHistogram histogram;
  histogram.record(0);
  histogram.record(UINT64_MAX);
  EXPECT_EQ(histogram.summary().maximum_nanoseconds, UINT64_MAX);
  EXPECT_EQ(histogram.summary().p50_nanoseconds, 0U);
}

/// The value that `per_mille` of the sorted ones do not exceed.
std::uint64_t rank(const std::vector<std::uint64_t>& sorted, std::size_t per_mille) {
  return sorted[(sorted.size() * per_mille + 999) / 1000 - 1];
}

TEST(Lateness, PercentilesAreThoseOfSortingToASixteenth) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 200; ++round) {
    loom::LatenessHistogram histogram;
    std::vector<std::uint64_t> values;
    const std::size_t count = random() % 3000 + 1;
    for (std::size_t n = 0; n < count; ++n) {
      values.push_back(random() & ((UINT64_C(1) << (random() % 41)) - 1));
      histogram.record(values.back());
    }
    std::sort(values.begin(), values.end());
    const loom::LatenessSummary summary = histogram.summary();
    const auto expect_near = [&](std::uint64_t found, std::size_t per_mille) {
      const std::uint64_t exact = rank(values, per_mille);
      EXPECT_GE(found, exact) << per_mille;
      EXPECT_LE(found, exact + exact / 16) << per_mille;
    };
    expect_near(summary.p50_nanoseconds, 500);
    expect_near(summary.p90_nanoseconds, 900);
    expect_near(summary.p99_nanoseconds, 990);
    expect_near(summary.p99_9_nanoseconds, 999);
    EXPECT_EQ(summary.maximum_nanoseconds, values.back());
    EXPECT_EQ(summary.count, count);
  }
}

}  // namespace

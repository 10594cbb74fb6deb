// The histogram against sorted values, and what a server counts of messages.
#include "../../templates/load/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "../../templates/load/tally.hpp"

namespace {

TEST(BenchHistogram, AnEmptyOneSaysZero) {
  const auto histogram = std::make_unique<bench::Histogram>();
  EXPECT_EQ(histogram->percentile(0.5), 0U);
  EXPECT_EQ(histogram->maximum(), 0U);
  EXPECT_EQ(histogram->count(), 0U);
}

TEST(BenchHistogram, PercentilesLieAtMostOneOf128AboveTheTruth) {
  auto histogram = std::make_unique<bench::Histogram>();
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> values;
  for (int n = 0; n < 100'000; ++n) {
    // Evenly over the powers of two from 1 ns to a minute.
    const std::uint64_t value = (random() >> 28U) >> (random() % 36);
    values.push_back(value);
    histogram->record(value);
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.0, 0.1, 0.5, 0.9, 0.99, 0.999}) {
    const auto place = static_cast<std::size_t>(fraction * static_cast<double>(values.size()));
    const std::uint64_t truth = values[place];
    EXPECT_GE(histogram->percentile(fraction), truth) << fraction;
    EXPECT_LE(histogram->percentile(fraction), truth + truth / 128 + 1) << fraction;
  }
  EXPECT_EQ(histogram->percentile(1), values.back());
  EXPECT_EQ(histogram->maximum(), values.back());
}

TEST(BenchHistogram, WhatIsLongerThanItsLongestCountsAsThat) {
  auto histogram = std::make_unique<bench::Histogram>();
  histogram->record(UINT64_MAX);
  histogram->record(5);
  EXPECT_EQ(histogram->count(), 2U);
  EXPECT_EQ(histogram->percentile(0), 5U);
  EXPECT_EQ(histogram->maximum(), UINT64_MAX);
}

TEST(BenchTally, CountsMessagesTheirDelaysAndWhatIsWrong) {
  auto tally = std::make_unique<bench::Tally>();
  const std::array<std::uint64_t, 4> stamps = {0, 900, 1001, 1000};
  for (const std::uint64_t stamp : stamps) {
    tally->take(&stamp, sizeof stamp, 1000 + tally->total, [] { return UINT64_C(1000); });
  }
  tally->take("short", 5, 1010, [] { return UINT64_C(0); });
  EXPECT_EQ(tally->total, 5U);
  EXPECT_EQ(tally->bytes, 4 * 10U + 7U);
  EXPECT_EQ(tally->delays.count(), 2U);
  EXPECT_EQ(tally->delays.maximum(), 100U);
  EXPECT_EQ(tally->bad, 2U) << "one stamp in the future, one message without room for a stamp";
  EXPECT_EQ(tally->last_nanoseconds - tally->first_nanoseconds, 10U);
}

}  // namespace

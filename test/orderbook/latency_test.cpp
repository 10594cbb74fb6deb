// Percentiles of the histogram against those of the sorted values.
#include "latency.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace {

using feed::LatencyHistogram;

TEST(Latency, AnEmptyHistogramSaysZero) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.percentile_nanoseconds(500), 0U);
  EXPECT_EQ(histogram.maximum_nanoseconds(), 0U);
  EXPECT_EQ(histogram.total(), 0U);
}

TEST(Latency, SmallValuesAreExact) {
  LatencyHistogram histogram;
  for (std::uint64_t value = 0; value < 100; ++value) histogram.record(value);
  EXPECT_EQ(histogram.percentile_nanoseconds(10), 0U);
  EXPECT_EQ(histogram.percentile_nanoseconds(500), 49U);
  EXPECT_EQ(histogram.percentile_nanoseconds(990), 98U);
  EXPECT_EQ(histogram.percentile_nanoseconds(1000), 99U);
}

TEST(Latency, TheEndsOfTheRangeHaveTheirPlace) {
  LatencyHistogram histogram;
  histogram.record(UINT64_MAX);
  EXPECT_EQ(histogram.percentile_nanoseconds(1000), UINT64_MAX);
  EXPECT_EQ(histogram.maximum_nanoseconds(), UINT64_MAX);
}

TEST(Latency, PercentilesAreAtMostOneStepAbove) {
  auto histogram = std::make_unique<LatencyHistogram>();
  std::mt19937_64 random(99);
  std::vector<std::uint64_t> values;
  for (int count = 0; count < 100'000; ++count) {
    values.push_back(random() >> (20 + random() % 44));
    histogram->record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const std::uint32_t permille : {1U, 10U, 250U, 500U, 900U, 990U, 999U, 1000U}) {
    const std::size_t rank = (values.size() * permille + 999) / 1000;
    const std::uint64_t exact = values[rank - 1];
    const std::uint64_t estimate = histogram->percentile_nanoseconds(permille);
    EXPECT_GE(estimate, exact) << permille;
    EXPECT_LE(estimate, exact + exact / 64 + 1) << permille;
  }
}

}  // namespace

// The counters of a reactor: up, down, and each in its place.
#include <loom/stats_block.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>

namespace {

TEST(Stats, CountUpAndDownAndStayWhereTheyBelong) {
  const auto block = std::make_unique<loom::StatsBlock>();
  loom::StatsBlock& stats = *block;
  stats.add(loom::Stat::turns);
  stats.add(loom::Stat::turns, 41);
  stats.add(loom::Stat::in_flight, 3);
  stats.subtract(loom::Stat::in_flight);
  stats.set(loom::Stat::backend, 2);
  EXPECT_EQ(stats.get(loom::Stat::turns), 42u);
  EXPECT_EQ(stats.get(loom::Stat::in_flight), 2u);
  const auto* counters = reinterpret_cast<const std::uint64_t*>(block.get());
  EXPECT_EQ(counters[0], 42u);
  EXPECT_EQ(counters[16], 2u);
  EXPECT_EQ(counters[24], 2u);
}

}  // namespace

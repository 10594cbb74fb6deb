// Records that come home: in the order in which they came, each once, from many threads.
#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "loom/homecoming.hpp"

namespace {

using loom::Homecoming;
using loom::HomecomingNode;
using loom::Tag;

TEST(Homecoming, GivesRecordsInTheOrderInWhichTheyCame) {
  Homecoming homecoming;
  EXPECT_FALSE(homecoming.has_arrivals());
  EXPECT_EQ(homecoming.take(), nullptr);
  HomecomingNode nodes[5];
  for (int n = 0; n < 3; ++n) homecoming.come_home(nodes[n]);
  EXPECT_TRUE(homecoming.has_arrivals());
  EXPECT_EQ(homecoming.take(), &nodes[0]);
  homecoming.come_home(nodes[3]);
  homecoming.come_home(nodes[0]);
  for (const int n : {1, 2, 3, 0}) EXPECT_EQ(homecoming.take(), &nodes[n]);
  EXPECT_EQ(homecoming.take(), nullptr);
  EXPECT_FALSE(homecoming.has_arrivals());
}

#ifndef NDEBUG
TEST(HomecomingDeathTest, ARecordComesHomeOnce) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Homecoming homecoming;
  HomecomingNode node;
  homecoming.come_home(node);
  EXPECT_DEATH(homecoming.come_home(node), "a record comes home once");
}
#endif

// Eight threads send their records around; the consumer sends each back for another lap.
TEST(Homecoming, LosesNoRecordOfManyThreadsAndKeepsTheOrderOfEach) {
  constexpr std::uint32_t threads = 8;
  constexpr std::uint32_t records = 64;
  constexpr std::uint32_t laps = 200;
  Homecoming homecoming;
  const auto nodes = std::make_unique<HomecomingNode[]>(threads * records);
  // Records of one thread that are at home again, and may be sent: a counter each.
  std::atomic<std::uint32_t> laps_allowed[threads] = {};
  std::vector<std::thread> senders;
  for (std::uint32_t thread = 0; thread < threads; ++thread) {
    senders.emplace_back([&, thread] {
      for (std::uint32_t lap = 0; lap < laps; ++lap) {
        // Partner: the consumer, which releases when it took the lap before.
        while (laps_allowed[thread].load(std::memory_order_acquire) < lap) {
          std::this_thread::yield();
        }
        for (std::uint32_t n = 0; n < records; ++n) {
          HomecomingNode& node = nodes[thread * records + n];
          node.tag = Tag(thread, 1, lap * records + n);
          homecoming.come_home(node);
        }
      }
    });
  }
  std::uint32_t next[threads] = {};
  for (std::uint32_t taken = 0; taken < threads * records * laps;) {
    const HomecomingNode* node = homecoming.take();
    if (node == nullptr) {
      std::this_thread::yield();
      continue;
    }
    taken += 1;
    const std::uint32_t thread = node->tag.slot();
    ASSERT_EQ(node->tag.generation(), next[thread]);
    next[thread] += 1;
    if (next[thread] % records == 0) {
      laps_allowed[thread].store(next[thread] / records, std::memory_order_release);
    }
  }
  for (std::thread& sender : senders) sender.join();
  EXPECT_FALSE(homecoming.has_arrivals());
}

}  // namespace

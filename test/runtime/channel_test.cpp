// The reactor's end of a channel: order, both answers to a full ring, the counters of what was
// lost, the wake-up flag, nobody listening, and a bounded race with a consumer.
#include <loom/channel.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

namespace {

struct Quote {
  std::uint64_t sequence = 0;
  std::int64_t price = 0;
  std::uint16_t symbol = 0;
};

constexpr std::uint32_t channel_offset = 1024;
constexpr std::uint32_t capacity = 4;

template <loom::ChannelFull full>
using QuotePublisher = loom::Publisher<Quote, capacity, full>;
using Dropping = QuotePublisher<loom::ChannelFull::drop_newest>;
using Conflating = QuotePublisher<loom::ChannelFull::conflate>;

/// A shared block with one channel, its counters at `start`, and JavaScript's side of it.
class Block {
 public:
  explicit Block(std::uint32_t start = 0, bool attached = true) : words_(4096 / 8) {
    header().tail = start;
    header().head = start;
    loom::control_block(memory()).js_attached = attached ? 1 : 0;
  }
  std::byte* memory() { return reinterpret_cast<std::byte*>(words_.data()); }
  loom::RingHeader& header() { return loom::ring_header(memory(), channel_offset); }

  /// The oldest message that was not taken; false when there is none.
  bool take(Quote& quote) {
    const auto head = header().head.load(std::memory_order_relaxed);
    if (header().tail.load(std::memory_order_acquire) == head) return false;
    const auto cell = (head % capacity) * loom::channel_stride<Quote>;
    std::memcpy(&quote, loom::ring_data(memory(), channel_offset) + cell, sizeof quote);
    header().head.store(head + 1, std::memory_order_release);
    return true;
  }
  std::uint64_t taken_sequence() {
    Quote quote;
    return take(quote) ? quote.sequence : 0;
  }
  std::uint64_t drops() { return loom::stats_block(memory()).get(loom::Stat::channel_drops); }

 private:
  std::vector<std::uint64_t> words_;
};

template <class Publisher>
Publisher attached_to(Block& block) {
  Publisher publisher;
  publisher.attach(block.memory(), channel_offset);
  return publisher;
}

TEST(Channel, CellsAreRoundedToEightBytes) {
  EXPECT_EQ(loom::channel_stride<Quote>, 24u);
  EXPECT_EQ(loom::channel_stride<std::uint8_t>, 8u);
}

TEST(Channel, DeliversInOrderAcrossTheCountersEnd) {
  Block block(0u - 3u);
  auto publisher = attached_to<Dropping>(block);
  for (std::uint64_t n = 1; n <= 20; ++n) {
    ASSERT_TRUE(publisher.publish({.sequence = n, .price = -5, .symbol = 9}));
    Quote quote;
    ASSERT_TRUE(block.take(quote));
    EXPECT_EQ(quote.sequence, n);
    EXPECT_EQ(quote.price, -5);
    EXPECT_EQ(quote.symbol, 9);
  }
  EXPECT_EQ(block.drops(), 0u);
}

TEST(Channel, DropsTheNewestWhenFull) {
  Block block;
  auto publisher = attached_to<Dropping>(block);
  for (std::uint64_t n = 1; n <= capacity; ++n) EXPECT_TRUE(publisher.publish({.sequence = n}));
  EXPECT_FALSE(publisher.publish({.sequence = 100}));
  EXPECT_FALSE(publisher.publish({.sequence = 101}));
  EXPECT_TRUE(publisher.flush_pending());
  EXPECT_EQ(block.header().dropped.load(), 2u);
  EXPECT_EQ(block.drops(), 2u);
  EXPECT_EQ(block.taken_sequence(), 1u);
  EXPECT_TRUE(publisher.publish({.sequence = 5}));
  for (std::uint64_t n = 2; n <= 5; ++n) EXPECT_EQ(block.taken_sequence(), n);
  EXPECT_EQ(block.taken_sequence(), 0u);
}

TEST(Channel, ConflatesToTheNewestWhenFull) {
  Block block;
  auto publisher = attached_to<Conflating>(block);
  for (std::uint64_t n = 1; n <= capacity; ++n) EXPECT_TRUE(publisher.publish({.sequence = n}));
  EXPECT_FALSE(publisher.publish({.sequence = 100}));
  EXPECT_EQ(block.drops(), 0u) << "it waits, nothing is lost yet";
  EXPECT_FALSE(publisher.publish({.sequence = 101}));
  EXPECT_EQ(block.header().dropped.load(), 1u);
  EXPECT_EQ(block.drops(), 1u);
  EXPECT_FALSE(publisher.flush_pending());
  EXPECT_EQ(block.taken_sequence(), 1u);
  EXPECT_TRUE(publisher.flush_pending());
  for (const std::uint64_t n : {2u, 3u, 4u, 101u}) EXPECT_EQ(block.taken_sequence(), n);
  EXPECT_EQ(block.taken_sequence(), 0u);
}

TEST(Channel, AWaitingMessageGoesBeforeANewOne) {
  Block block;
  auto publisher = attached_to<Conflating>(block);
  for (std::uint64_t n = 1; n <= capacity; ++n) EXPECT_TRUE(publisher.publish({.sequence = n}));
  EXPECT_FALSE(publisher.publish({.sequence = 5}));
  EXPECT_EQ(block.taken_sequence(), 1u);
  EXPECT_EQ(block.taken_sequence(), 2u);
  EXPECT_TRUE(publisher.publish({.sequence = 6}));
  for (const std::uint64_t n : {3u, 4u, 5u, 6u}) EXPECT_EQ(block.taken_sequence(), n);
}

TEST(Channel, SaysOnceThatAWakeUpIsOwed) {
  Block block;
  auto publisher = attached_to<Dropping>(block);
  EXPECT_FALSE(publisher.take_published());
  publisher.publish({.sequence = 1});
  publisher.publish({.sequence = 2});
  EXPECT_TRUE(publisher.take_published());
  EXPECT_FALSE(publisher.take_published());
}

TEST(Channel, DoesNothingWhileNobodyConsumes) {
  Block block(0, false);
  auto publisher = attached_to<Conflating>(block);
  for (std::uint64_t n = 1; n <= 3 * capacity; ++n) {
    EXPECT_TRUE(publisher.publish({.sequence = n}));
  }
  EXPECT_FALSE(publisher.take_published());
  EXPECT_EQ(block.header().tail.load(), 0u);
  EXPECT_EQ(block.drops(), 0u);
}

TEST(Channel, TwoThreadsRaceWithoutLoss) {
  constexpr std::uint64_t messages = 30000;
  Block block(0u - 1000u);
  std::thread reactor([&block] {
    auto publisher = attached_to<Conflating>(block);
    for (std::uint64_t n = 1; n <= messages;) {
      // Never a second message while one waits: so nothing may be replaced.
      if (!publisher.flush_pending()) {
        std::this_thread::yield();
        continue;
      }
      publisher.publish({.sequence = n, .price = static_cast<std::int64_t>(n) * -3});
      ++n;
    }
    while (!publisher.flush_pending()) std::this_thread::yield();
  });
  std::uint64_t wrong = 0;
  for (std::uint64_t n = 1; n <= messages;) {
    Quote quote;
    if (!block.take(quote)) {
      std::this_thread::yield();
      continue;
    }
    if (quote.sequence != n || quote.price != static_cast<std::int64_t>(n) * -3) ++wrong;
    ++n;
  }
  reactor.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(block.drops(), 0u);
}

TEST(Stats, CountUpAndDownAndStayWhereTheyBelong) {
  Block block;
  auto& stats = loom::stats_block(block.memory());
  stats.add(loom::Stat::turns);
  stats.add(loom::Stat::turns, 41);
  stats.add(loom::Stat::in_flight, 3);
  stats.subtract(loom::Stat::in_flight);
  stats.set(loom::Stat::backend, 2);
  EXPECT_EQ(stats.get(loom::Stat::turns), 42u);
  EXPECT_EQ(stats.get(loom::Stat::in_flight), 2u);
  const auto* counters = reinterpret_cast<std::uint64_t*>(block.memory() + 256);
  EXPECT_EQ(counters[0], 42u);
  EXPECT_EQ(counters[16], 2u);
  EXPECT_EQ(counters[24], 2u);
}

}  // namespace

// Channels, both ends on one thread: order, every answer to a full ring, the counters of what was
// lost or replaced, room, and nobody listening.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "channel_fixture.hpp"

namespace {

using loom::ChannelFull;
using loom::PublishResult;
using loom_test::ChannelBlock;
using loom_test::ChannelPair;
using loom_test::Quote;
using loom_test::QuoteChannel;
using Sequences = std::vector<std::uint64_t>;

constexpr std::uint32_t capacity = 4;

TEST(Channel, CellsAreAStampAndWholeWords) {
  EXPECT_EQ(loom::channel_stride<Quote>, 32u);
  EXPECT_EQ(loom::channel_stride<std::uint8_t>, 16u);
}

template <ChannelFull full>
void deliver_across_the_counters_end() {
  ChannelPair<QuoteChannel<full>> pair(0u - 3u);
  for (std::uint64_t n = 1; n <= 20; ++n) {
    ASSERT_EQ(pair.publish(n), PublishResult::published);
    ASSERT_TRUE(pair.reader.has_any());
    ASSERT_EQ(pair.take(), Sequences{n});
    ASSERT_FALSE(pair.reader.has_any());
  }
  EXPECT_EQ(pair.block.drops(), 0u);
  EXPECT_EQ(pair.block.header().dropped_oldest.load(), 0u);
}

TEST(Channel, DeliversInOrderAcrossTheCountersEnd) {
  deliver_across_the_counters_end<ChannelFull::drop_newest>();
  deliver_across_the_counters_end<ChannelFull::drop_oldest>();
  deliver_across_the_counters_end<ChannelFull::block>();
  deliver_across_the_counters_end<ChannelFull::conflate>();
  deliver_across_the_counters_end<ChannelFull::conflate_by_key>();
}

TEST(Channel, HandsOverAtMostTheBatch) {
  ChannelPair<QuoteChannel<ChannelFull::drop_newest>> pair;
  for (std::uint64_t n = 1; n <= 3; ++n) pair.publish(n);
  EXPECT_EQ(pair.take(2), (Sequences{1, 2}));
  EXPECT_EQ(pair.block.header().head.load(), 2u);
  EXPECT_EQ(pair.take(2), Sequences{3});
  EXPECT_EQ(pair.take(2), Sequences{});
}

TEST(Channel, DropsTheNewestWhenFull) {
  ChannelPair<QuoteChannel<ChannelFull::drop_newest>> pair;
  for (std::uint64_t n = 1; n <= capacity; ++n) pair.publish(n);
  EXPECT_EQ(pair.publish(100), PublishResult::dropped);
  EXPECT_EQ(pair.publish(101), PublishResult::dropped);
  EXPECT_FALSE(pair.writer.waits());
  EXPECT_EQ(pair.block.header().dropped_newest.load(), 2u);
  EXPECT_EQ(pair.block.drops(), 2u);
  EXPECT_EQ(pair.take(1), Sequences{1});
  EXPECT_EQ(pair.publish(5), PublishResult::published);
  EXPECT_EQ(pair.take(), (Sequences{2, 3, 4, 5}));
}

TEST(Channel, DropsTheOldestAndTheReaderCountsThem) {
  ChannelPair<QuoteChannel<ChannelFull::drop_oldest>> pair(0u - 2u);
  for (std::uint64_t n = 1; n <= capacity; ++n) pair.publish(n);
  EXPECT_EQ(pair.take(1), Sequences{1}) << "a full ring has lost nothing";
  for (std::uint64_t n = 5; n <= 11; ++n) EXPECT_EQ(pair.publish(n), PublishResult::published);
  EXPECT_EQ(pair.take(), (Sequences{8, 9, 10, 11}));
  EXPECT_EQ(pair.block.header().dropped_oldest.load(), 6u);
  EXPECT_EQ(pair.block.drops(), 0u);
}

TEST(Channel, RefusesWhenFullAndTellsOfRoom) {
  ChannelPair<QuoteChannel<ChannelFull::block, capacity, loom::ChannelEnd::reactor>> pair;
  for (std::uint64_t n = 1; n <= capacity; ++n) pair.publish(n);
  pair.block.now_nanoseconds = 1000;
  EXPECT_EQ(pair.publish(100), PublishResult::full);
  pair.block.now_nanoseconds = 1500;
  EXPECT_EQ(pair.publish(100), PublishResult::full);
  EXPECT_EQ(pair.block.header().blocked.load(), 2u);
  EXPECT_TRUE(pair.writer.waits());
  EXPECT_FALSE(pair.writer.flush());
  pair.writer.announce_wait();
  pair.take(1);
  EXPECT_TRUE(pair.reader.take_js_wake_up());
  EXPECT_FALSE(pair.writer.flush()) << "less than half is free";
  pair.take(1);
  EXPECT_FALSE(pair.reader.take_js_wake_up()) << "the announcement holds once";
  EXPECT_TRUE(pair.writer.flush());
  pair.block.now_nanoseconds = 4000;
  pair.writer.end_wait();
  EXPECT_FALSE(pair.writer.waits());
  EXPECT_EQ(pair.block.header().blocked_nanoseconds.load(), 3000u);
  EXPECT_EQ(pair.publish(5), PublishResult::published);
  EXPECT_EQ(pair.take(), (Sequences{3, 4, 5}));
}

TEST(Channel, TheNewestWaitsForRoom) {
  ChannelPair<QuoteChannel<ChannelFull::conflate>> pair;
  for (std::uint64_t n = 1; n <= capacity; ++n) pair.publish(n);
  EXPECT_EQ(pair.publish(100), PublishResult::waits);
  EXPECT_EQ(pair.block.drops(), 0u) << "it waits, nothing is lost yet";
  EXPECT_EQ(pair.publish(101), PublishResult::waits);
  EXPECT_EQ(pair.block.header().conflated.load(), 1u);
  EXPECT_FALSE(pair.writer.flush());
  EXPECT_EQ(pair.take(1), Sequences{1});
  EXPECT_TRUE(pair.writer.flush());
  EXPECT_EQ(pair.take(2), (Sequences{2, 3}));
  EXPECT_EQ(pair.publish(102), PublishResult::published);
  EXPECT_EQ(pair.take(), (Sequences{4, 101, 102}));
}

TEST(Channel, AWaitingMessageGoesBeforeANewOne) {
  ChannelPair<QuoteChannel<ChannelFull::conflate>> pair;
  for (std::uint64_t n = 1; n <= capacity + 1; ++n) pair.publish(n);
  pair.take(2);
  EXPECT_EQ(pair.publish(6), PublishResult::published);
  EXPECT_EQ(pair.take(), (Sequences{3, 4, 5, 6}));
}

TEST(Channel, AKeyHasOneUnreadMessageInTheOrderOfTheFirst) {
  ChannelPair<QuoteChannel<ChannelFull::conflate_by_key>> pair;
  EXPECT_EQ(pair.publish(1, 7), PublishResult::published);
  EXPECT_EQ(pair.publish(2, 9), PublishResult::published);
  EXPECT_EQ(pair.publish(3, 7), PublishResult::replaced);
  EXPECT_EQ(pair.publish(4, 7), PublishResult::replaced);
  EXPECT_EQ(pair.block.header().conflated.load(), 2u);
  EXPECT_EQ(pair.take(1), Sequences{4});
  EXPECT_EQ(pair.publish(5, 7), PublishResult::published) << "the one before was read";
  EXPECT_EQ(pair.publish(6, 9), PublishResult::replaced);
  EXPECT_EQ(pair.take(), (Sequences{6, 5}));
}

TEST(Channel, MoreKeysThanCellsAreDropped) {
  ChannelPair<QuoteChannel<ChannelFull::conflate_by_key>> pair;
  for (std::uint16_t key = 1; key <= capacity; ++key) pair.publish(key, key);
  EXPECT_EQ(pair.publish(5, 5), PublishResult::dropped);
  EXPECT_EQ(pair.publish(6, 2), PublishResult::replaced) << "known keys have their place";
  EXPECT_EQ(pair.block.header().dropped_newest.load(), 1u);
  EXPECT_EQ(pair.take(), (Sequences{1, 6, 3, 4}));
  EXPECT_EQ(pair.publish(7, 5), PublishResult::published);
}

TEST(Channel, SaysOnceThatAWakeUpIsOwed) {
  ChannelPair<QuoteChannel<ChannelFull::drop_newest>> pair;
  EXPECT_FALSE(pair.writer.take_published());
  pair.publish(1);
  pair.publish(2);
  EXPECT_TRUE(pair.writer.take_published());
  EXPECT_FALSE(pair.writer.take_published());
}

TEST(Channel, DoesNothingWhileNobodyConsumes) {
  ChannelBlock block(0, false);
  loom::Publisher<QuoteChannel<ChannelFull::conflate>> publisher;
  block.attach(publisher);
  for (std::uint64_t n = 1; n <= 3 * capacity; ++n) {
    EXPECT_TRUE(publisher.publish({.sequence = n}));
  }
  EXPECT_FALSE(publisher.take_published());
  EXPECT_EQ(block.header().tail.load(), 0u);
  EXPECT_EQ(block.drops(), 0u);
}

TEST(Channel, AHandlerIsOwedRoomOnce) {
  ChannelBlock block;
  loom::Publisher<QuoteChannel<ChannelFull::block>> publisher;
  block.attach(publisher);
  loom::Receiver<QuoteChannel<ChannelFull::block>> reader;
  block.attach_reader(reader);
  loom::ChannelOut<QuoteChannel<ChannelFull::block>> mine;
  loom::ChannelOut<QuoteChannel<ChannelFull::block>> elsewhere;
  mine.attach(publisher);
  for (std::uint64_t n = 0; n <= capacity; ++n) mine.publish({.sequence = n});
  EXPECT_FALSE(mine.take_room());
  reader.take(capacity, [](const Quote&) {});
  EXPECT_TRUE(mine.take_room());
  EXPECT_FALSE(mine.take_room());
  EXPECT_EQ(elsewhere.publish({}).value(), PublishResult::dropped) << "of another reactor";
  EXPECT_STREQ(mine.name(), "quotes");
}

}  // namespace

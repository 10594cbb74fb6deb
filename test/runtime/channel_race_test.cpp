// Channels between two threads: nothing is lost, torn, or out of order but what a policy allows,
// and what it takes is counted. And nobody sleeps while there is something to do.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <thread>

#include "channel_fixture.hpp"

namespace {

using loom::ChannelEnd;
using loom::ChannelFull;
using loom::PublishResult;
using loom_test::ChannelPair;
using loom_test::Quote;
using loom_test::QuoteChannel;

constexpr std::uint64_t messages = 30'000;
/// Near its end, so that the lower half of every counter wraps.
constexpr std::uint32_t start = 0U - 1000U;

/// Whether a message is as its writer made it.
bool is_whole(const Quote& quote) {
  return quote.price == -3 * static_cast<std::int64_t>(quote.sequence);
}

/// What a reader saw.
struct Seen {
  std::uint64_t count = 0;
  std::uint64_t last = 0;
  std::uint64_t torn = 0;
  std::uint64_t out_of_order = 0;

  void note(const Quote& quote) {
    count += 1;
    if (!is_whole(quote)) torn += 1;
    if (quote.sequence <= last) out_of_order += 1;
    last = quote.sequence;
  }
};

/// Reads until `last` has come, or the writer is done and the channel empty.
template <class Pair>
Seen read_all(Pair& pair, const std::atomic<bool>& is_done) {
  Seen seen;
  for (;;) {
    const bool was_done = is_done.load(std::memory_order_acquire);
    const auto count = pair.reader.take(3, [&](const Quote& quote) { seen.note(quote); });
    if (count == 0 && was_done) return seen;
    if (count == 0) std::this_thread::yield();
  }
}

/// Runs a writer beside the reader.
template <class Pair, class Write>
Seen race(Pair& pair, Write&& write) {
  std::atomic<bool> is_done{false};
  std::thread writer([&] {
    write();
    is_done.store(true, std::memory_order_release);
  });
  const Seen seen = read_all(pair, is_done);
  writer.join();
  EXPECT_EQ(seen.torn, 0u);
  return seen;
}

TEST(ChannelRace, ABlockingChannelLosesNothing) {
  using Pair = ChannelPair<QuoteChannel<ChannelFull::block, 8, ChannelEnd::reactor>>;
  Pair pair(start);
  const Seen seen = race(pair, [&] {
    for (std::uint64_t n = 1; n <= messages;) {
      if (pair.publish(n) == PublishResult::published) {
        ++n;
      } else {
        std::this_thread::yield();
      }
    }
  });
  EXPECT_EQ(seen.count, messages);
  EXPECT_EQ(seen.out_of_order, 0u);
}

TEST(ChannelRace, ADroppedMessageIsCounted) {
  ChannelPair<QuoteChannel<ChannelFull::drop_newest, 8>> pair(start);
  const Seen seen = race(pair, [&] {
    for (std::uint64_t n = 1; n <= messages; ++n) pair.publish(n);
  });
  EXPECT_EQ(seen.count + pair.block.header().dropped_newest.load(), messages);
  EXPECT_EQ(seen.out_of_order, 0u);
}

TEST(ChannelRace, AnOvertakenReaderKnowsHowManyItLost) {
  ChannelPair<QuoteChannel<ChannelFull::drop_oldest, 8>> pair(start);
  const Seen seen = race(pair, [&] {
    for (std::uint64_t n = 1; n <= messages; ++n) pair.publish(n);
  });
  EXPECT_EQ(seen.count + pair.block.header().dropped_oldest.load(), messages);
  EXPECT_EQ(seen.out_of_order, 0u);
  EXPECT_EQ(seen.last, messages) << "the newest is never dropped";
}

TEST(ChannelRace, AKeyGoesForwardAndItsLatestComes) {
  constexpr std::uint16_t keys = 5;
  ChannelPair<QuoteChannel<ChannelFull::conflate_by_key, 8>> pair(start);
  std::atomic<bool> is_done{false};
  std::thread writer([&] {
    for (std::uint64_t n = 1; n <= messages; ++n) {
      // Retried, because a burst of taken and fresh cells can fill the ring for a moment.
      while (pair.publish(n, static_cast<std::uint16_t>(n % keys)) == PublishResult::dropped)
        std::this_thread::yield();
    }
    is_done.store(true, std::memory_order_release);
  });
  std::map<std::uint16_t, std::uint64_t> latest;
  std::uint64_t wrong = 0;
  std::uint64_t count = 0;
  for (;;) {
    const bool was_done = is_done.load(std::memory_order_acquire);
    const auto taken = pair.reader.take(3, [&](const Quote& quote) {
      if (!is_whole(quote) || quote.sequence <= latest[quote.symbol]) wrong += 1;
      latest[quote.symbol] = quote.sequence;
      count += 1;
    });
    if (taken == 0 && was_done) break;
  }
  writer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(count + pair.block.header().conflated.load(), messages);
  for (std::uint16_t key = 0; key < keys; ++key) {
    EXPECT_GT(latest[key], messages - keys) << "the latest of key " << key;
  }
}

/// The two sleeps of a channel between reactors: the reader's for messages, the writer's for room.
class Sleeper {
 public:
  explicit Sleeper(loom::Doorbell& doorbell) : doorbell_(doorbell) {}
  /// Sleeps unless `has_work` after the announcement; counts sleeps that nothing ended.
  template <class HasWork>
  void sleep(HasWork&& has_work) {
    doorbell_.announce_sleep();
    if (!has_work()) {
      const auto before = std::chrono::steady_clock::now();
      doorbell_.wait(limit_milliseconds);
      const auto slept = std::chrono::steady_clock::now() - before;
      if (slept >= std::chrono::milliseconds(limit_milliseconds) && has_work()) lost += 1;
      sleeps += 1;
    }
    doorbell_.withdraw_sleep();
  }
  std::uint64_t lost = 0;
  std::uint64_t sleeps = 0;

 private:
  static constexpr int limit_milliseconds = 5000;
  loom::Doorbell& doorbell_;
};

TEST(ChannelRace, NoWakeUpIsLostInEitherDirection) {
  using Channel = QuoteChannel<ChannelFull::block, 4, ChannelEnd::reactor>;
  loom::Doorbell reader_bell;
  loom::Doorbell writer_bell;
  ASSERT_TRUE(reader_bell.open());
  ASSERT_TRUE(writer_bell.open());
  loom_test::ChannelBlock block(start);
  loom::Publisher<Channel> publisher;
  loom::Receiver<Channel> receiver;
  block.attach(publisher, &reader_bell);
  receiver.attach(block.channel(), &writer_bell);
  constexpr std::uint64_t total = 20'000;
  Sleeper writer_sleep(writer_bell);
  std::thread writer([&] {
    for (std::uint64_t n = 1; n <= total;) {
      if (publisher.publish({.sequence = n})) {
        ++n;
        // As a turn does: one look for what it published.
        if (n % 3 == 0 || n > total) publisher.wake_reader();
        continue;
      }
      publisher.wake_reader();
      writer_sleep.sleep([&] {
        if (!publisher.flush()) publisher.announce_wait();
        return publisher.flush();
      });
      if (publisher.flush()) publisher.end_wait();
    }
  });
  Sleeper reader_sleep(reader_bell);
  std::uint64_t next = 1;
  std::uint64_t wrong = 0;
  while (next <= total) {
    const auto taken = receiver.take(3, [&](const Quote& quote) {
      if (quote.sequence != next) wrong += 1;
      next += 1;
    });
    if (taken == 0) reader_sleep.sleep([&] { return receiver.has_any(); });
  }
  writer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(reader_sleep.lost, 0u);
  EXPECT_EQ(writer_sleep.lost, 0u);
  EXPECT_GT(reader_sleep.sleeps + writer_sleep.sleeps, 0u);
}

}  // namespace

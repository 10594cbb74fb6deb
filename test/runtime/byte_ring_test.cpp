// The byte ring between two threads: order, wrap-around of the ring and of its 32-bit counters,
// the skip at the end, refusal when full, and a bounded race between a producer and a consumer.
#include <loom/byte_ring.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "byte_ring_consumer.hpp"

namespace {

using loom::ByteRingProducer;
using loom::RecordHeader;
using loom::RingHeader;
using loom_test::ByteRingConsumer;

/// A ring in memory of its own, with its counters at `start`.
class Ring {
 public:
  explicit Ring(std::uint32_t bytes, std::uint32_t start = 0)
      : bytes_(bytes), data_(bytes / sizeof(std::uint64_t)) {
    header_.tail = start;
    header_.head = start;
  }
  ByteRingProducer producer() { return {header_, bytes_of(), bytes_}; }
  ByteRingConsumer consumer() { return {header_, bytes_of(), bytes_}; }

 private:
  std::byte* bytes_of() { return reinterpret_cast<std::byte*>(data_.data()); }

  std::uint32_t bytes_;
  std::vector<std::uint64_t> data_;
  RingHeader header_{};
};

bool put(ByteRingProducer& producer, const std::string& text, std::uint32_t number = 0) {
  const auto bytes = static_cast<std::uint32_t>(text.size());
  std::byte* const place = producer.reserve(bytes);
  if (place == nullptr) return false;
  std::memcpy(place, text.data(), bytes);
  producer.commit({.bytes = bytes, .fd = 7, .event = 2, .slot = number, .generation = ~number});
  return true;
}

std::string text_of(const loom::Record& record) {
  return {reinterpret_cast<const char*>(record.bytes.data()), record.bytes.size()};
}

TEST(ByteRing, GivesBackWhatWasPut) {
  Ring ring(256);
  auto producer = ring.producer();
  auto consumer = ring.consumer();
  EXPECT_TRUE(consumer.empty());
  EXPECT_FALSE(consumer.peek().has_value());
  ASSERT_TRUE(put(producer, "hello", 41));
  ASSERT_TRUE(put(producer, "", 42));

  auto record = consumer.peek();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->fd, 7);
  EXPECT_EQ(record->event, 2);
  EXPECT_EQ(record->slot, 41u);
  EXPECT_EQ(record->generation, ~41u);
  EXPECT_EQ(text_of(*record), "hello");
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(record->bytes.data()) % 8, 0u);
  EXPECT_EQ(text_of(*consumer.peek()), "hello") << "a record repeats until it is released";
  consumer.release();

  record = consumer.peek();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->slot, 42u);
  EXPECT_TRUE(record->bytes.empty());
  consumer.release();
  EXPECT_TRUE(consumer.empty());
}

TEST(ByteRing, ShowsNothingBeforeCommit) {
  Ring ring(256);
  auto producer = ring.producer();
  auto consumer = ring.consumer();
  ASSERT_NE(producer.reserve(16), nullptr);
  EXPECT_TRUE(consumer.empty());
  ASSERT_TRUE(put(producer, "second reservation"));
  EXPECT_EQ(text_of(*consumer.peek()), "second reservation");
}

TEST(ByteRing, CommitsLessThanWasReserved) {
  Ring ring(256);
  auto producer = ring.producer();
  auto consumer = ring.consumer();
  std::byte* const place = producer.reserve(100);
  ASSERT_NE(place, nullptr);
  std::memcpy(place, "abc", 3);
  producer.commit({.bytes = 3, .fd = 1, .event = 2, .slot = 0, .generation = 0});
  ASSERT_TRUE(put(producer, "next"));
  EXPECT_EQ(text_of(*consumer.peek()), "abc");
  consumer.release();
  EXPECT_EQ(text_of(*consumer.peek()), "next");
}

TEST(ByteRing, RefusesWhenFullAndTakesAgainAfterRelease) {
  Ring ring(128);
  auto producer = ring.producer();
  auto consumer = ring.consumer();
  const std::string text(16, 'x');  // 32 bytes a record
  for (int n = 0; n < 4; ++n) ASSERT_TRUE(put(producer, text)) << n;
  EXPECT_FALSE(producer.has_room(0));
  EXPECT_FALSE(put(producer, text));
  ASSERT_TRUE(consumer.peek().has_value());
  EXPECT_FALSE(put(producer, text)) << "a peeked record still takes its room";
  consumer.release();
  EXPECT_TRUE(put(producer, text));
  EXPECT_FALSE(put(producer, ""));
}

TEST(ByteRing, RefusesForEverWhatIsLongerThanHalfTheRing) {
  Ring ring(1024);
  auto producer = ring.producer();
  EXPECT_EQ(loom::maximum_payload_bytes(1024), 496u);
  EXPECT_TRUE(producer.has_room(496));
  EXPECT_FALSE(producer.has_room(497));
  EXPECT_FALSE(producer.has_room(UINT32_MAX));
}

TEST(ByteRing, SkipsTheEndAtEveryOffset) {
  // The longest record that fits everywhere, put at each place a record can begin.
  constexpr std::uint32_t ring_bytes = 256;
  const std::string longest(loom::maximum_payload_bytes(ring_bytes), 'y');
  for (std::uint32_t start = 0; start < ring_bytes; start += loom::record_alignment) {
    Ring ring(ring_bytes, start);
    auto producer = ring.producer();
    auto consumer = ring.consumer();
    ASSERT_TRUE(put(producer, longest)) << start;
    const auto record = consumer.peek();
    ASSERT_TRUE(record.has_value()) << start;
    EXPECT_EQ(text_of(*record), longest) << start;
    consumer.release();
    EXPECT_TRUE(consumer.empty()) << start;
  }
}

TEST(ByteRing, SkipsWhenOnlyEightBytesRemain) {
  Ring ring(64, 56);
  auto producer = ring.producer();
  auto consumer = ring.consumer();
  ASSERT_TRUE(put(producer, "wrapped", 9));
  const auto record = consumer.peek();
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ(record->slot, 9u);
  EXPECT_EQ(text_of(*record), "wrapped");
}

/// Puts and takes `count` records of random lengths on one thread, beginning at `start`.
void run_random(std::uint32_t start, std::uint32_t count) {
  Ring ring(4096, start);
  auto producer = ring.producer();
  auto consumer = ring.consumer();
  std::mt19937 random(start ^ count);
  std::uniform_int_distribution<std::uint32_t> length(0, 700);
  std::uint32_t put_count = 0;
  std::uint32_t taken = 0;
  while (taken < count) {
    while (put_count < count) {
      const std::string text(length(random), static_cast<char>('a' + put_count % 26));
      if (!put(producer, text, put_count)) break;
      ++put_count;
    }
    for (std::uint32_t n = random() % 4; n > 0 && taken < put_count; --n) {
      const auto record = consumer.peek();
      ASSERT_TRUE(record.has_value());
      ASSERT_EQ(record->slot, taken);
      const char expected = static_cast<char>('a' + taken % 26);
      for (const std::byte byte : record->bytes) ASSERT_EQ(static_cast<char>(byte), expected);
      consumer.release();
      ++taken;
    }
  }
  EXPECT_TRUE(consumer.empty());
}

TEST(ByteRing, KeepsOrderOverManyRounds) { run_random(0, 5000); }

TEST(ByteRing, CountersMayPassTwoToTheThirtyTwo) { run_random(0u - 8192u, 500); }

TEST(ByteRing, TwoThreadsRaceWithoutLoss) {
  constexpr std::uint32_t messages = 20000;
  Ring ring(4096, 0u - 65536u);
  std::thread writer([&ring] {
    auto producer = ring.producer();
    for (std::uint32_t number = 0; number < messages; ++number) {
      const std::string text(number % 300, static_cast<char>(number % 127));
      while (!put(producer, text, number)) std::this_thread::yield();
    }
  });
  auto consumer = ring.consumer();
  std::uint32_t wrong = 0;
  for (std::uint32_t number = 0; number < messages;) {
    const auto record = consumer.peek();
    if (!record.has_value()) {
      std::this_thread::yield();
      continue;
    }
    const auto expected = static_cast<std::byte>(number % 127);
    const bool right = record->slot == number && record->bytes.size() == number % 300 &&
                       std::all_of(record->bytes.begin(), record->bytes.end(),
                                   [=](std::byte byte) { return byte == expected; });
    if (!right) ++wrong;
    consumer.release();
    ++number;
  }
  writer.join();
  EXPECT_EQ(wrong, 0u);
  EXPECT_TRUE(consumer.empty());
}

/// Yields until `condition` holds; false after a bounded number of looks.
template <class Condition>
bool eventually(Condition condition) {
  for (std::uint64_t looks = 0; looks < 20'000'000; ++looks) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

/// Two threads that pass each other at the brink of sleep: one publishes and asks who sleeps,
/// the other says that it sleeps, looks once more, and then counts on being woken.
TEST(ControlBlock, NeverLosesAWakeUp) {
  constexpr std::uint32_t rounds = 5000;
  loom::ControlBlock control{};
  std::atomic<std::uint32_t> tail{0};
  std::atomic<std::uint32_t> wake_ups{0};
  std::atomic<std::uint32_t> seen{0};
  std::thread reactor([&] {
    for (std::uint32_t round = 1; round <= rounds; ++round) {
      tail.store(round, std::memory_order_release);
      if (control.take_js_wake_up()) wake_ups.fetch_add(1, std::memory_order_release);
      if (!eventually([&] { return seen.load(std::memory_order_acquire) == round; })) return;
    }
  });
  bool lost = false;
  for (std::uint32_t round = 1; round <= rounds && !lost; ++round) {
    while (!lost) {
      const auto wake_ups_before = wake_ups.load(std::memory_order_acquire);
      control.js_armed.exchange(1, std::memory_order_seq_cst);
      if (tail.load(std::memory_order_acquire) == round) break;
      lost =
          !eventually([&] { return wake_ups.load(std::memory_order_acquire) != wake_ups_before; });
    }
    control.js_armed.store(0, std::memory_order_relaxed);
    seen.store(round, std::memory_order_release);
  }
  reactor.join();
  EXPECT_FALSE(lost);
  EXPECT_EQ(seen.load(), rounds);
}

}  // namespace

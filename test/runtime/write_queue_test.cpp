// The bytes that a connection has yet to send: the same as a std::deque under random writes and
// short sends, also where its 32-bit counters wrap.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "loom/write_queue.hpp"

namespace {

using loom::Bytes;
using loom::WriteQueue;

constexpr std::uint32_t queue_size = 256;

/// A queue whose counters both stand at `position`: {head, tail, sending}.
WriteQueue queue_at(std::uint32_t position) {
  static_assert(sizeof(WriteQueue) == 12);
  return std::bit_cast<WriteQueue>(std::array<std::uint32_t, 3>{position, position, 0});
}

/// Random writes and short sends; every byte must leave once and in order. `keep` bytes always
/// stay behind, so that the counters never start again at 0.
void compare_with_deque(WriteQueue queue, std::uint32_t seed, std::uint32_t keep) {
  std::vector<std::byte> storage(queue_size);
  std::deque<std::byte> reference;
  std::mt19937 random(seed);
  std::uint8_t next = 0;
  for (int step = 0; step < 20000; ++step) {
    const std::uint32_t free = queue_size - queue.queued();
    if (random() % 2 == 0) {
      std::vector<std::byte> bytes(random() % (free + 1));
      for (std::byte& byte : bytes) byte = std::byte{next++};
      queue.append(storage.data(), queue_size, Bytes(bytes.data(), bytes.size()));
      reference.insert(reference.end(), bytes.begin(), bytes.end());
    } else if (queue.queued() > keep) {
      const Bytes run = queue.begin_send(storage.data(), queue_size);
      ASSERT_TRUE(queue.sending());
      ASSERT_GT(run.size(), 0U);
      ASSERT_LE(run.size(), reference.size());
      const auto most = std::min<std::uint32_t>(run.size(), queue.queued() - keep);
      const auto sent = static_cast<std::uint32_t>(random() % (most + 1));
      for (std::uint32_t n = 0; n < sent; ++n) {
        ASSERT_EQ(run[n], reference.front()) << "seed " << seed << ", step " << step;
        reference.pop_front();
      }
      queue.end_send(sent);
      ASSERT_FALSE(queue.sending());
    }
    ASSERT_EQ(queue.queued(), reference.size()) << "seed " << seed << ", step " << step;
  }
}

TEST(WriteQueue, BehavesLikeADequeUnderRandomUse) {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) compare_with_deque(WriteQueue(), seed, 0);
}

TEST(WriteQueue, GoesOnWhereItsCountersWrap) {
  for (std::uint32_t seed = 1; seed <= 8; ++seed) {
    // 20,000 steps move the counters by far more than 2,000 bytes, so they pass 2^32.
    compare_with_deque(queue_at(UINT32_MAX - 2000), seed, 1);
  }
}

TEST(WriteQueue, ARunEndsAtTheEndOfTheStorage) {
  std::vector<std::byte> storage(queue_size);
  WriteQueue queue = queue_at(queue_size - 10);
  const std::vector<std::byte> bytes(30, std::byte{1});
  queue.append(storage.data(), queue_size, Bytes(bytes.data(), bytes.size()));
  EXPECT_EQ(queue.begin_send(storage.data(), queue_size).size(), 10U);
  queue.end_send(10);
  const Bytes rest = queue.begin_send(storage.data(), queue_size);
  EXPECT_EQ(rest.size(), 20U);
  EXPECT_EQ(rest.data(), storage.data());
}

TEST(WriteQueue, AnEmptiedQueueStartsAgainAtItsBeginning) {
  std::vector<std::byte> storage(queue_size);
  WriteQueue queue;
  for (int round = 0; round < 3; ++round) {
    queue.append(storage.data(), queue_size, Bytes("hello"));
    const Bytes run = queue.begin_send(storage.data(), queue_size);
    EXPECT_EQ(run.data(), storage.data()) << "the same cache lines each time";
    EXPECT_EQ(run.text(), "hello");
    queue.end_send(run.size());
  }
}

TEST(WriteQueue, AFullQueueIsFullToTheLastByte) {
  std::vector<std::byte> storage(queue_size);
  WriteQueue queue;
  const std::vector<std::byte> bytes(queue_size, std::byte{7});
  queue.append(storage.data(), queue_size, Bytes(bytes.data(), bytes.size()));
  EXPECT_EQ(queue.queued(), queue_size);
  EXPECT_EQ(queue.begin_send(storage.data(), queue_size).size(), queue_size);
  queue.end_send(0);
  EXPECT_EQ(queue.queued(), queue_size) << "a failed send takes nothing";
  queue.clear();
  EXPECT_EQ(queue.queued(), 0U);
}

}  // namespace

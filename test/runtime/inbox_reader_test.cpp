// The reading end of an inbox: what cannot be done is kept and handed out again in its order, what
// lies behind it is done once, and its room comes back as soon as nothing before it is kept.
#include <loom/inbox_reader.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <random>
#include <vector>

namespace {

constexpr std::uint32_t ring_bytes = 512;
constexpr std::uint32_t everything = 1000;

/// An inbox with its counters at `start`. A record is a number of a connection, in `generation`.
class Inbox {
 public:
  explicit Inbox(std::uint32_t start = 0) : data_(ring_bytes / sizeof(std::uint64_t)) {
    header_.tail = start;
    header_.head = start;
    auto* const bytes = reinterpret_cast<std::byte*>(data_.data());
    reader = loom::InboxReader(header_, bytes, ring_bytes);
    producer_ = loom::ByteRingProducer(header_, bytes, ring_bytes);
  }

  bool put(std::uint32_t connection, std::uint32_t number, std::uint32_t bytes = 0) {
    if (producer_.reserve(bytes) == nullptr) return false;
    producer_.commit({bytes, 1, 2, connection, number});
    return true;
  }

  /// Takes what is there; records of connections without room in `rooms` are kept.
  void take(std::map<std::uint32_t, std::uint32_t>& rooms, std::uint32_t maximum = everything) {
    reader.take(maximum, [&](const loom::Record& record) {
      // As StreamStart::command does: nothing overtakes what its connection had refused.
      if (rooms[record.slot] == 0) return false;
      rooms[record.slot] -= 1;
      done[record.slot].push_back(record.generation);
      return true;
    });
  }

  [[nodiscard]] std::uint32_t used_bytes() const { return header_.tail - header_.head; }

  loom::InboxReader reader;
  std::map<std::uint32_t, std::vector<std::uint32_t>> done;

 private:
  loom::RingHeader header_{};
  std::vector<std::uint64_t> data_;
  loom::ByteRingProducer producer_;
};

using Numbers = std::vector<std::uint32_t>;

TEST(InboxReader, WhatIsKeptDoesNotHoldUpOthers) {
  Inbox inbox;
  std::map<std::uint32_t, std::uint32_t> rooms{{0, 0}, {1, everything}};
  inbox.put(1, 1);
  inbox.put(0, 1);
  inbox.put(1, 2);
  inbox.put(0, 2);
  inbox.put(1, 3);
  inbox.take(rooms);
  EXPECT_EQ(inbox.done[1], (Numbers{1, 2, 3}));
  EXPECT_TRUE(inbox.done[0].empty());
  EXPECT_FALSE(inbox.reader.waits()) << "the loop may sleep until something completes";
  EXPECT_EQ(inbox.used_bytes(), 4 * 16U) << "what lies before the first that is kept is free";

  inbox.reader.again();
  EXPECT_TRUE(inbox.reader.waits());
  rooms[0] = 1;
  inbox.take(rooms);
  EXPECT_EQ(inbox.done[0], (Numbers{1}));
  rooms[0] = 1;
  inbox.reader.again();
  inbox.take(rooms);
  EXPECT_EQ(inbox.done[0], (Numbers{1, 2}));
  EXPECT_EQ(inbox.done[1], (Numbers{1, 2, 3})) << "each is done once";
  EXPECT_EQ(inbox.used_bytes(), 0U);
  inbox.reader.again();
  EXPECT_FALSE(inbox.reader.waits());
}

TEST(InboxReader, AnyOrderOfPuttingRoomAndTakingKeepsEachConnectionsOrder) {
  std::mt19937 random(20261129);
  const auto below = [&](std::uint32_t limit) {
    return static_cast<std::uint32_t>(random() % limit);
  };
  for (int round = 0; round < 300; ++round) {
    Inbox inbox(round % 2 == 0 ? 0 : 0xffffff00U);
    std::map<std::uint32_t, std::uint32_t> rooms;
    std::map<std::uint32_t, std::uint32_t> put;
    for (int step = 0; step < 200; ++step) {
      const std::uint32_t connection = below(3);
      switch (below(4)) {
        case 0:
        case 1:
          if (inbox.put(connection, put[connection] + 1, below(100))) put[connection] += 1;
          break;
        case 2: rooms[connection] += below(3); break;
        default:
          if (below(2) == 0) inbox.reader.again();
          inbox.take(rooms, 1 + below(5));
      }
    }
    for (auto& [connection, count] : put) rooms[connection] = everything;
    inbox.reader.again();
    // Bound: each take() hands out everything that is there.
    while (inbox.reader.waits()) inbox.take(rooms);
    for (const auto& [connection, count] : put) {
      Numbers expected;
      for (std::uint32_t number = 1; number <= count; ++number) expected.push_back(number);
      ASSERT_EQ(inbox.done[connection], expected) << "round " << round;
    }
    EXPECT_EQ(inbox.used_bytes(), 0U);
  }
}

}  // namespace

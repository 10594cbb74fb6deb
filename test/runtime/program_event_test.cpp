// Events that wait for room: their order, their bound and the count of those lost past it; and when
// a channel is said to overflow.
#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <vector>

#include "loom/overflow_watch.hpp"
#include "loom/program_event.hpp"

namespace {

using loom::DeliveryEvent;
using loom::LostPayload;
using loom::OverflowWatch;
using loom::RecordHeader;
using loom::WaitingEvents;

/// A ring with room for some records.
struct Ring {
  std::size_t room = 0;
  std::vector<std::uint64_t> values;
  std::vector<std::uint16_t> events;

  bool flush(WaitingEvents& waiting) {
    return waiting.flush([this](const RecordHeader& header, const void* payload) {
      if (room == 0) return false;
      room -= 1;
      std::uint64_t value = 0;
      std::memcpy(&value, payload, sizeof value);
      values.push_back(value);
      events.push_back(header.event);
      return true;
    });
  }
};

void push(WaitingEvents& waiting, std::uint64_t value) {
  const auto event = static_cast<std::uint16_t>(DeliveryEvent::resynced);
  waiting.push(RecordHeader{sizeof value, 1, event, 0, 0}, &value);
}

TEST(WaitingEvents, KeepTheirOrderWhereRoomComesLittleByLittle) {
  WaitingEvents waiting;
  Ring ring;
  for (std::uint64_t value = 0; value < 5; ++value) push(waiting, value);
  ring.room = 2;
  EXPECT_FALSE(ring.flush(waiting));
  push(waiting, 5);
  ring.room = 100;
  EXPECT_TRUE(ring.flush(waiting));
  EXPECT_TRUE(waiting.empty());
  EXPECT_EQ(ring.values, (std::vector<std::uint64_t>{0, 1, 2, 3, 4, 5}));
}

TEST(WaitingEvents, PastTheirBoundAreCountedAndTheCountIsTold) {
  WaitingEvents waiting;
  Ring ring;
  for (std::uint64_t value = 0; value < WaitingEvents::capacity + 3; ++value) push(waiting, value);
  ring.room = WaitingEvents::capacity;
  EXPECT_FALSE(ring.flush(waiting));
  EXPECT_FALSE(waiting.empty()) << "the count still waits";
  ring.room = 1;
  EXPECT_TRUE(ring.flush(waiting));
  EXPECT_TRUE(waiting.empty());
  ASSERT_EQ(ring.values.size(), WaitingEvents::capacity + 1);
  EXPECT_EQ(ring.values.back(), 3U);
  EXPECT_EQ(ring.events.back(), static_cast<std::uint16_t>(DeliveryEvent::lost));
}

TEST(OverflowWatch, BeginsWithTheFirstLossAndCeasesHalfEmpty) {
  OverflowWatch watch;
  EXPECT_EQ(watch.take_change(), std::nullopt);
  watch.lost();
  watch.lost();
  EXPECT_EQ(watch.take_change(), std::optional(true));
  EXPECT_EQ(watch.take_change(), std::nullopt);
  watch.stored(7, 8);
  EXPECT_EQ(watch.take_change(), std::nullopt) << "room for one message at a time";
  watch.stored(4, 8);
  EXPECT_EQ(watch.take_change(), std::optional(false));
  watch.lost();
  watch.stored(1, 8);
  EXPECT_EQ(watch.take_change(), std::nullopt) << "over before anybody looked";
}

}  // namespace

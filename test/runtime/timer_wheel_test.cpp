// The timing wheel against its promises and against a multimap that does the same by sorting:
// nothing expires early or more than a tick late, equal times keep their order, the next deadline
// is exact, and a clock that jumps is harmless.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "loom/timer_wheel.hpp"

namespace {

using loom::TimerEntry;
using loom::TimerWheel;

constexpr std::uint64_t tick = TimerWheel::tick_nanoseconds;
constexpr std::uint64_t hour = 3'600'000'000'000;
constexpr std::uint32_t unbounded = UINT32_MAX;

struct Fixture : testing::Test {
  /// Expires all until `now` and gives the slots of their tags.
  std::vector<std::uint32_t> expire(std::uint64_t now, std::uint32_t bound = unbounded) {
    std::vector<std::uint32_t> slots;
    wheel.expire(now, bound, [&](TimerEntry& entry) { slots.push_back(entry.tag.slot()); });
    return slots;
  }
  void arm(std::uint32_t slot, std::uint64_t due) {
    entries[slot].tag = loom::Tag(slot, 0, 0);
    wheel.arm(entries[slot], due);
  }
  TimerWheel wheel;
  TimerEntry entries[8];
};

using Slots = std::vector<std::uint32_t>;
using Wheel = Fixture;

TEST_F(Wheel, EmptyHasNoDeadline) {
  EXPECT_EQ(wheel.next_deadline(), loom::no_deadline);
  EXPECT_EQ(expire(hour), Slots{});
  EXPECT_EQ(wheel.next_deadline(), loom::no_deadline);
}

TEST_F(Wheel, ExpiresNeitherEarlyNorATickLate) {
  wheel.start(123 * hour);
  for (std::uint64_t pause = 1; pause < 1'000 * hour; pause = pause * 3 + 1) {
    const std::uint64_t due = 123 * hour + pause;
    TimerWheel fresh;
    fresh.start(123 * hour);
    TimerEntry entry;
    fresh.arm(entry, due);
    EXPECT_EQ(entry.due_nanoseconds, due);
    const std::uint64_t deadline = fresh.next_deadline();
    EXPECT_GE(deadline, due);
    EXPECT_LT(deadline - due, tick);
    EXPECT_EQ(fresh.expire(deadline - 1, unbounded, [](TimerEntry&) {}), 0U);
    EXPECT_EQ(fresh.next_deadline(), deadline) << "looking early changes nothing";
    EXPECT_EQ(fresh.expire(deadline, unbounded, [](TimerEntry&) {}), 1U);
    EXPECT_FALSE(entry.armed());
  }
}

TEST_F(Wheel, WhatIsPastExpiresAtOnce) {
  wheel.start(hour);
  arm(1, 5);
  arm(2, hour);
  EXPECT_LE(wheel.next_deadline(), hour);
  EXPECT_EQ(expire(hour), (Slots{1, 2})) << "in the order in which they were armed";
}

TEST_F(Wheel, KeepsTheOrderOfEqualTimesAcrossLevels) {
  wheel.start(0);
  const std::uint64_t due = 77 * hour + 3;
  arm(1, due);
  arm(2, due);
  expire(77 * hour - tick * 5000);
  arm(3, due);
  expire(77 * hour - tick * 70);
  arm(4, due);
  expire(77 * hour);
  arm(5, due);
  EXPECT_EQ(expire(due + tick), (Slots{1, 2, 3, 4, 5}));
}

TEST_F(Wheel, AJumpOfTheClockExpiresInOrder) {
  arm(1, 720 * hour);
  arm(2, 2 * tick);
  arm(3, 100'000 * hour);
  arm(4, 719 * hour);
  arm(5, loom::no_deadline - 1);
  EXPECT_EQ(expire(200'000 * hour), (Slots{2, 4, 1, 3}));
  EXPECT_EQ(wheel.armed_count(), 1U);
  EXPECT_EQ(expire(loom::no_deadline), (Slots{5})) << "the last tick rounds down";
}

TEST_F(Wheel, AClockThatStandsOrGoesBackIsHarmless) {
  wheel.start(hour);
  arm(1, hour + 10 * tick);
  EXPECT_EQ(expire(hour - tick), Slots{});
  EXPECT_EQ(expire(hour + 9 * tick), Slots{});
  EXPECT_EQ(expire(hour), Slots{});
  EXPECT_EQ(expire(hour + 10 * tick), (Slots{1}));
}

TEST_F(Wheel, DisarmedDoesNotExpire) {
  arm(1, 10 * tick);
  arm(2, 10 * tick);
  arm(3, 9 * hour);
  EXPECT_TRUE(wheel.disarm(entries[1]));
  EXPECT_FALSE(wheel.disarm(entries[1]));
  EXPECT_TRUE(wheel.disarm(entries[3]));
  EXPECT_EQ(expire(10 * hour), (Slots{2}));
  EXPECT_EQ(wheel.armed_count(), 0U);
}

TEST_F(Wheel, ArmedAgainItMoves) {
  arm(1, 10 * tick);
  arm(1, 20 * tick);
  EXPECT_EQ(wheel.armed_count(), 1U);
  EXPECT_EQ(expire(15 * tick), Slots{});
  EXPECT_EQ(expire(20 * tick), (Slots{1}));
}

TEST_F(Wheel, ForgetsADisarmedDeadlineAfterLookingOnce) {
  arm(1, 100 * hour);
  arm(2, 100 * hour + 50 * tick);
  wheel.disarm(entries[1]);
  const std::uint64_t stale = wheel.next_deadline();
  EXPECT_GE(stale, 100 * hour);
  EXPECT_EQ(expire(stale), Slots{});
  EXPECT_GE(wheel.next_deadline(), 100 * hour + 50 * tick);
  EXPECT_LT(wheel.next_deadline(), 100 * hour + 51 * tick);
}

TEST_F(Wheel, HandsOutNoMoreThanTheBound) {
  for (std::uint32_t slot = 0; slot < 5; ++slot) arm(slot, (5 - slot) * tick);
  EXPECT_EQ(expire(hour, 2), (Slots{4, 3}));
  EXPECT_LE(wheel.next_deadline(), hour) << "the others are due now";
  EXPECT_EQ(expire(hour, 2), (Slots{2, 1}));
  EXPECT_EQ(expire(hour, 2), (Slots{0}));
}

TEST_F(Wheel, TheSinkMayArmAndDisarm) {
  arm(1, 10 * tick);
  arm(2, 10 * tick);
  arm(3, 11 * tick);
  Slots slots;
  const auto sink = [&](TimerEntry& entry) {
    slots.push_back(entry.tag.slot());
    EXPECT_FALSE(entry.armed());
    if (slots.size() == 1) {
      wheel.disarm(entries[2]);
      wheel.arm(entries[3], 12 * tick);
      wheel.arm(entry, 11 * tick);
    }
  };
  EXPECT_EQ(wheel.expire(10 * tick, unbounded, sink), 1U);
  EXPECT_EQ(wheel.expire(20 * tick, unbounded, sink), 2U);
  EXPECT_EQ(slots, (Slots{1, 1, 3}));
}

TEST_F(Wheel, AnEntryThatAlwaysComesBackEndsAtTheBound) {
  arm(1, 1);
  const auto sink = [&](TimerEntry& entry) { wheel.arm(entry, 1); };
  EXPECT_EQ(wheel.expire(hour, 1000, sink), 1000U);
}

/// The same by sorting: the key is the tick, or the wheel's own when that is later; std::multimap
/// keeps equal keys in the order of their insertion.
class Reference {
 public:
  void arm(std::uint32_t slot, std::uint64_t due) {
    disarm(slot);
    const std::uint64_t rounded = due / tick + (due % tick != 0 ? 1 : 0);
    places_[slot] = queue_.emplace(std::max(rounded, now_), slot);
  }
  void disarm(std::uint32_t slot) {
    const auto place = places_.find(slot);
    if (place == places_.end()) return;
    queue_.erase(place->second);
    places_.erase(place);
  }
  Slots expire(std::uint64_t now, std::uint32_t bound) {
    Slots slots;
    const std::uint64_t target = std::max(now / tick, now_);
    while (!queue_.empty() && queue_.begin()->first <= target && slots.size() < bound) {
      now_ = queue_.begin()->first;
      slots.push_back(queue_.begin()->second);
      disarm(slots.back());
    }
    if (slots.size() < bound) now_ = target;
    return slots;
  }
  [[nodiscard]] std::uint64_t first() const {
    return queue_.empty() ? loom::no_deadline : queue_.begin()->first * tick;
  }

 private:
  std::uint64_t now_ = 0;
  std::multimap<std::uint64_t, std::uint32_t> queue_;
  std::map<std::uint32_t, std::multimap<std::uint64_t, std::uint32_t>::iterator> places_;
};

/// One long random life of a wheel beside its reference.
struct Life {
  explicit Life(std::uint64_t seed) : random(seed) {
    for (std::uint32_t slot = 0; slot < count; ++slot) entries[slot].tag = loom::Tag(slot, 0, 0);
  }

  /// Any magnitude is as likely as any other: from one nanosecond to 2^`bits` of them.
  std::uint64_t pause(unsigned bits) {
    return random() & ((std::uint64_t{1} << (random() % bits + 1)) - 1);
  }

  void step() {
    const auto slot = static_cast<std::uint32_t>(random() % count);
    switch (random() % 8) {
      case 0: now += pause(random() % 64 == 0 ? 58 : 30); [[fallthrough]];
      case 1: return expire(now, random() % 4 == 0 ? 3 : unbounded);
      case 2: return disarm(slot);
      case 3: return arm(slot, now - now % (64 * tick) + 64 * tick);  // many of one time
      case 4: return arm(slot, now - std::min(now, pause(20)));
      default: return arm(slot, now + pause(57));
    }
  }

  void arm(std::uint32_t slot, std::uint64_t due) {
    wheel.arm(entries[slot], due);
    reference.arm(slot, due);
  }
  void disarm(std::uint32_t slot) {
    wheel.disarm(entries[slot]);
    reference.disarm(slot);
  }
  void expire(std::uint64_t until, std::uint32_t bound) {
    ASSERT_LE(wheel.next_deadline(), std::max(reference.first(), until)) << "never sleeps too long";
    Slots slots;
    wheel.expire(until, bound, [&](TimerEntry& entry) { slots.push_back(entry.tag.slot()); });
    ASSERT_EQ(slots, reference.expire(until, bound));
  }

  static constexpr std::uint32_t count = 100;
  std::mt19937_64 random;
  std::uint64_t now = hour;
  TimerWheel wheel;
  TimerEntry entries[count];
  Reference reference;
};

TEST(WheelProperty, ExpiresWhatSortingExpiresInTheSameOrder) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Life life(seed);
    for (int n = 0; n < 100'000 && !testing::Test::HasFailure(); ++n) life.step();
    ASSERT_FALSE(testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace

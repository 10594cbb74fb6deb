// The documented procedure, step by step, and then what matters most: the book at the end does not
// depend on which of two connections was faster.
#include "sync.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

namespace {

using feed::BookSync;
using feed::Level;
using feed::SyncState;

/// A diff that sets the bid at price `last` and the ask above all others.
void send_diff(BookSync& sync, std::uint64_t first, std::uint64_t last) {
  const Level bid{static_cast<std::int64_t>(last), 1};
  const Level ask{1'000'000 + static_cast<std::int64_t>(last), 1};
  sync.on_diff({first, last, {&bid, 1}, {&ask, 1}});
}

void send_snapshot(BookSync& sync, std::uint64_t last) {
  const Level bid{static_cast<std::int64_t>(last), 2};
  const Level ask{1'000'000, 2};
  sync.on_snapshot({last, {&bid, 1}, {&ask, 1}});
}

class Sync : public testing::Test {
 protected:
  std::unique_ptr<BookSync> owned = std::make_unique<BookSync>();
  BookSync& sync = *owned;
};

TEST_F(Sync, DiffsWaitForTheSnapshot) {
  send_diff(sync, 1, 5);
  send_diff(sync, 6, 10);
  send_diff(sync, 11, 15);
  EXPECT_EQ(sync.state(), SyncState::waiting);
  EXPECT_EQ(sync.book().bids.size(), 0U);
  send_snapshot(sync, 8);
  EXPECT_EQ(sync.state(), SyncState::live);
  EXPECT_EQ(sync.counters().diffs_ignored, 1U) << "u = 5 <= lastUpdateId = 8";
  EXPECT_EQ(sync.counters().diffs_applied, 2U);
  EXPECT_EQ(sync.book_id(), 15U);
  EXPECT_EQ(sync.book().bids.size(), 3U) << "the snapshot's level and those of two diffs";
}

TEST_F(Sync, ASnapshotBeforeAnyDiffIsJoinedByTheFirstThatContainsTheNextUpdate) {
  send_snapshot(sync, 8);
  EXPECT_EQ(sync.state(), SyncState::primed);
  send_diff(sync, 3, 8);
  EXPECT_EQ(sync.state(), SyncState::primed) << "u <= lastUpdateId is ignored";
  send_diff(sync, 9, 9);
  EXPECT_EQ(sync.state(), SyncState::live);
  EXPECT_EQ(sync.counters().gaps, 0U);
}

TEST_F(Sync, ASnapshotOlderThanTheDiffsIsOfNoUse) {
  send_diff(sync, 10, 12);
  send_snapshot(sync, 8);
  EXPECT_EQ(sync.state(), SyncState::waiting) << "update 9 is in neither";
  EXPECT_EQ(sync.counters().snapshots_stale, 1U);
  send_snapshot(sync, 9);
  EXPECT_EQ(sync.state(), SyncState::live);
}

TEST_F(Sync, TheSameInTheOtherOrder) {
  send_snapshot(sync, 8);
  send_diff(sync, 10, 12);
  EXPECT_EQ(sync.state(), SyncState::waiting);
  EXPECT_EQ(sync.counters().snapshots_stale, 1U);
  EXPECT_EQ(sync.counters().gaps, 0U) << "no two diffs were apart";
  send_snapshot(sync, 9);
  EXPECT_EQ(sync.state(), SyncState::live);
}

TEST_F(Sync, AGapStopsTheBookUntilASnapshotReachesBeyondIt) {
  send_snapshot(sync, 1);
  send_diff(sync, 2, 4);
  send_diff(sync, 7, 9);
  EXPECT_EQ(sync.counters().gaps, 1U);
  EXPECT_EQ(sync.gap_expected(), 5U);
  EXPECT_EQ(sync.gap_received(), 7U);
  EXPECT_EQ(sync.state(), SyncState::waiting);
  EXPECT_EQ(sync.book_id(), 4U) << "the book stays where it was right";
  send_snapshot(sync, 5);
  EXPECT_EQ(sync.state(), SyncState::waiting) << "update 6 is still missing";
  send_snapshot(sync, 6);
  EXPECT_EQ(sync.state(), SyncState::live);
  EXPECT_EQ(sync.book_id(), 9U);
}

TEST_F(Sync, ARepeatedDiffIsAGapToo) {
  send_snapshot(sync, 1);
  send_diff(sync, 2, 4);
  send_diff(sync, 2, 4);
  EXPECT_EQ(sync.counters().gaps, 1U);
  EXPECT_EQ(sync.state(), SyncState::waiting);
}

TEST_F(Sync, AnEarlySnapshotIsKeptForTheGapItMends) {
  send_snapshot(sync, 1);
  send_diff(sync, 2, 4);
  send_snapshot(sync, 8);
  EXPECT_EQ(sync.state(), SyncState::live) << "a live book needs no snapshot";
  EXPECT_EQ(sync.book_id(), 4U);
  send_diff(sync, 7, 9);
  EXPECT_EQ(sync.counters().gaps, 1U);
  EXPECT_EQ(sync.state(), SyncState::live);
  EXPECT_EQ(sync.snapshot_id(), 8U);
  EXPECT_EQ(sync.book_id(), 9U);
}

TEST_F(Sync, WaitingDiffsAreBoundedAndSayWhenTheyFill) {
  std::uint64_t id = 1;
  while (!sync.full()) {
    send_diff(sync, id, id);
    ++id;
    ASSERT_LT(id, 100'000U);
  }
  const std::uint64_t kept = id - 1;
  // What was in flight when reading stopped still has room.
  for (int more = 0; more < 500; ++more, ++id) send_diff(sync, id, id);
  EXPECT_EQ(sync.counters().diffs_lost, 0U);
  EXPECT_EQ(sync.pending_high_water(), kept + 500);
  send_snapshot(sync, 3);
  EXPECT_FALSE(sync.full());
  EXPECT_EQ(sync.state(), SyncState::live);
  EXPECT_EQ(sync.book_id(), id - 1);
}

TEST_F(Sync, WithoutRoomDiffsAreLostAndCountedButNeverSkippedOver) {
  std::uint64_t id = 1;
  for (; id <= feed::PendingDiffs::maximum_diffs + 10; ++id) send_diff(sync, id, id);
  EXPECT_EQ(sync.counters().diffs_lost, 10U);
  send_snapshot(sync, 3);
  EXPECT_EQ(sync.book_id(), feed::PendingDiffs::maximum_diffs);
  send_diff(sync, id, id);
  EXPECT_EQ(sync.state(), SyncState::waiting) << "ten updates are missing";
  EXPECT_EQ(sync.counters().gaps, 0U) << "but the exchange sent them";
  send_snapshot(sync, id - 1);
  EXPECT_EQ(sync.state(), SyncState::live);
}

TEST_F(Sync, AGapAmongWaitingDiffsIsFoundWhenTheyAreTaken) {
  send_diff(sync, 1, 2);
  send_diff(sync, 3, 4);
  send_diff(sync, 8, 9);
  EXPECT_EQ(sync.counters().gaps, 1U);
  send_snapshot(sync, 2);
  EXPECT_EQ(sync.book_id(), 4U);
  EXPECT_EQ(sync.state(), SyncState::waiting);
  send_diff(sync, 10, 11);
  send_snapshot(sync, 8);
  EXPECT_EQ(sync.state(), SyncState::live);
  EXPECT_EQ(sync.book_id(), 11U);
  EXPECT_EQ(sync.book().bids.size(), 3U) << "levels of the second snapshot and two diffs";
}

TEST_F(Sync, NothingIsKeptOnceNoSnapshotCanCome) {
  send_diff(sync, 1, 1);
  sync.on_snapshots_ended();
  EXPECT_FALSE(sync.full());
  for (std::uint64_t id = 2; id < 5000; ++id) send_diff(sync, id, id);
  EXPECT_FALSE(sync.full());
  EXPECT_EQ(sync.counters().diffs_lost, 4999U);
}

/// One random session: runs of diffs with gaps between them, and up to four snapshots.
struct RandomSession {
  struct Ids {
    std::uint64_t first;
    std::uint64_t last;
  };
  std::vector<Ids> diffs;
  std::vector<std::uint64_t> snapshots;

  explicit RandomSession(std::mt19937_64& random) {
    std::uint64_t id = 100;
    for (int count = 0; count < 60; ++count) {
      if (random() % 12 == 0) id += 1 + random() % 5;
      const std::uint64_t last = id + random() % 4;
      diffs.push_back({id, last});
      id = last + 1;
    }
    std::uint64_t snapshot = 95 + random() % 20;
    for (int count = 0; count < 4 && snapshot < diffs.back().last; ++count) {
      snapshots.push_back(snapshot);
      snapshot += 1 + random() % 60;
    }
  }
};

TEST(SyncOrder, TheEndDoesNotDependOnTheOrderBetweenConnections) {
  std::mt19937_64 random(4711);
  int live = 0;
  int gapped = 0;
  for (int round = 0; round < 150; ++round) {
    const RandomSession session(random);
    std::unique_ptr<BookSync> first;
    for (int order = 0; order < 6; ++order) {
      auto sync = std::make_unique<BookSync>();
      std::size_t diff = 0;
      std::size_t snapshot = 0;
      // Orders 0 and 1 are the extremes: all snapshots first, all diffs first.
      while (diff < session.diffs.size() || snapshot < session.snapshots.size()) {
        const bool choose = order == 0 || (order != 1 && random() % 16 == 0);
        const bool take_snapshot =
            snapshot < session.snapshots.size() && (choose || diff == session.diffs.size());
        if (take_snapshot) {
          send_snapshot(*sync, session.snapshots[snapshot++]);
        } else {
          send_diff(*sync, session.diffs[diff].first, session.diffs[diff].last);
          ++diff;
        }
      }
      if (first == nullptr) {
        first = std::move(sync);
        live += first->state() == SyncState::live ? 1 : 0;
        gapped += first->counters().gaps != 0 ? 1 : 0;
        continue;
      }
      ASSERT_EQ(sync->state(), first->state()) << "round " << round << ", order " << order;
      ASSERT_EQ(sync->book_id(), first->book_id()) << "round " << round << ", order " << order;
      ASSERT_EQ(sync->snapshot_id(), first->snapshot_id()) << "round " << round;
      ASSERT_EQ(sync->counters().gaps, first->counters().gaps);
      ASSERT_EQ(sync->book().bids.size(), first->book().bids.size());
      ASSERT_EQ(sync->book().bids.best(), first->book().bids.best());
      ASSERT_EQ(sync->book().asks.best(), first->book().asks.best());
    }
  }
  EXPECT_GT(live, 5);
  EXPECT_LT(live, 150);
  EXPECT_GT(gapped, 100);
}

}  // namespace

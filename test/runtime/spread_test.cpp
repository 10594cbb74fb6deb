// Where the next connection of a group goes: turns, the fewest first, and what happens when the one
// whose turn it is has no room, takes no part, or cannot be told.
#include <gtest/gtest.h>

#include <vector>

#include "loom/spread_table.hpp"
#include "support.hpp"

namespace {

using loom::Mail;
using loom::Spread;
using loom::Tag;

constexpr std::uint32_t slots = 3;

/// Four instances that take part, with mailboxes of four items.
class SpreadOverFour : public testing::Test {
 protected:
  void SetUp() override {
    for (std::uint32_t n = 0; n < 4; ++n) {
      ASSERT_TRUE(inboxes_[n].mailbox().open(4));
      share_.member(n).takes_part.store(true);
    }
  }

  std::int32_t place(Spread rule) { return share_.place(rule, slots, mail_); }

  /// Puts `count` more; instance 0 counts its own, as its reactor does.
  std::vector<std::int32_t> places(Spread rule, int count) {
    std::vector<std::int32_t> chosen;
    for (int n = 0; n < count; ++n) {
      chosen.push_back(place(rule));
      if (chosen.back() == 0) share_.member(0).taken.fetch_add(1);
    }
    return chosen;
  }

  const Mail mail_ = Mail::completing(Tag(1, 8, 1), 77);
  loom::Inbox inboxes_[4];
  loom::SpreadShare share_{5, inboxes_, 4};
};

using Chosen = std::vector<std::int32_t>;

TEST_F(SpreadOverFour, TakesTurns) {
  EXPECT_EQ(places(Spread::round_robin, 6), (Chosen{0, 1, 2, 3, 0, 1}));
  EXPECT_EQ(share_.member(1).taken.load(), 2U);
  Mail mail;
  ASSERT_TRUE(inboxes_[2].mailbox().take(mail));
  EXPECT_EQ(mail.result, 77);
  EXPECT_EQ(mail.tag.operation(), mail_.tag.operation());
  EXPECT_FALSE(inboxes_[2].mailbox().take(mail)) << "one item for one promise";
}

TEST_F(SpreadOverFour, PassesOverWhoIsFull) {
  share_.member(1).taken.store(slots);
  EXPECT_EQ(places(Spread::round_robin, 4), (Chosen{0, 2, 3, 0}));
}

TEST_F(SpreadOverFour, PassesOverWhoTakesNoPart) {
  share_.member(2).takes_part.store(false);
  EXPECT_EQ(places(Spread::round_robin, 4), (Chosen{0, 1, 3, 0}));
  EXPECT_EQ(share_.member(2).taken.load(), 0U);
}

TEST_F(SpreadOverFour, GoesOnToTheNextWhenAMailboxIsFullOrClosed) {
  while (inboxes_[1].post(mail_)) {
  }
  inboxes_[2].mailbox().close();
  EXPECT_EQ(places(Spread::round_robin, 4), (Chosen{0, 3, 0, 3}));
  EXPECT_EQ(share_.member(1).taken.load(), 0U) << "a promise that was not made is taken back";
  EXPECT_EQ(share_.member(2).taken.load(), 0U);
}

TEST_F(SpreadOverFour, StaysWhenNobodyElseCanBeTold) {
  for (std::uint32_t n = 1; n < 4; ++n) inboxes_[n].mailbox().close();
  EXPECT_EQ(places(Spread::least_inflight, 3), (Chosen{0, 0, 0}));
  EXPECT_EQ(place(Spread::least_inflight), -1) << "instance 0 is full as well";
}

TEST_F(SpreadOverFour, PrefersTheFewestAndLetsEqualOnesTakeTurns) {
  EXPECT_EQ(places(Spread::least_inflight, 4), (Chosen{0, 1, 2, 3}));
  share_.member(2).taken.store(0);
  EXPECT_EQ(places(Spread::least_inflight, 3), (Chosen{2, 3, 0}));
}

TEST_F(SpreadOverFour, RefusesOnlyWhenEveryInstanceIsFull) {
  EXPECT_EQ(places(Spread::round_robin, 12).back(), 3);
  EXPECT_EQ(place(Spread::round_robin), -1);
  EXPECT_EQ(place(Spread::least_inflight), -1);
  share_.member(2).taken.fetch_sub(1);
  Mail mail;
  ASSERT_TRUE(inboxes_[2].mailbox().take(mail));
  EXPECT_EQ(place(Spread::round_robin), 2);
}

TEST(ElasticShare, IsCrowdedWhenEveryMemberThatTakesPartIs) {
  loom::KeeperBell bell;
  loom::Inbox inboxes[3];
  loom::SpreadShare share(5, inboxes, 3, 2, Tag(1, 8, 1), &bell);
  share.member(0).takes_part.store(true);
  share.member(0).taken.store(1);
  EXPECT_FALSE(share.crowded());
  EXPECT_TRUE(share.crowded(1)) << "with the one that instance 0 is about to take";
  share.member(0).taken.store(2);
  EXPECT_TRUE(share.crowded());
  share.member(2).takes_part.store(true);
  EXPECT_FALSE(share.crowded());
  share.member(2).taken.store(2);
  EXPECT_TRUE(share.crowded());
}

TEST(ElasticShare, HasAConnectionWaitOnlyWhileAnotherInstanceMayCome) {
  loom::KeeperBell bell;
  ASSERT_TRUE(bell.open());
  loom::Inbox inbox;
  ASSERT_TRUE(inbox.mailbox().open(2));
  loom::SpreadShare share(5, &inbox, 1, 2, Tag(1, 8, 1), &bell);
  EXPECT_TRUE(share.waits_for_growth()) << "before the keeper has said anything";
  EXPECT_TRUE(share.has_waiting());
  EXPECT_TRUE(loom_test::wait_for(bell.fd(), POLLIN)) << "the keeper is told";
  ASSERT_TRUE(share.ask_to_look_again());
  Mail mail;
  ASSERT_TRUE(inbox.mailbox().take(mail));
  EXPECT_EQ(mail.result, loom::spread_look_again);
  EXPECT_EQ(mail.tag.operation(), 8);
  share.allow_growth(false);
  EXPECT_FALSE(share.waits_for_growth());
  EXPECT_FALSE(share.has_waiting());
}

TEST(SpreadTable, GivesEveryInstanceTheSameShareOfAnFd) {
  loom::SpreadTable table;
  loom::Inbox inboxes[2];
  loom::SpreadShare* first = table.share_of(7, inboxes, 2);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(table.share_of(7, inboxes, 2), first);
  EXPECT_NE(table.share_of(8, inboxes, 2), first);
}

TEST(SpreadTable, HasABound) {
  loom::SpreadTable table;
  loom::Inbox inbox;
  for (std::uint16_t fd = 0; fd < loom::maximum_spread_fds; ++fd) {
    EXPECT_NE(table.share_of(fd, &inbox, 1), nullptr);
  }
  EXPECT_EQ(table.share_of(999, &inbox, 1), nullptr);
}

}  // namespace

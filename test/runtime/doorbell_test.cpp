// The doorbell: silent while nobody sleeps, rung once for each sleep, never missed.
#include <gtest/gtest.h>

#include <poll.h>
#include <sys/mman.h>

#include <thread>
#include <vector>

#include "descriptor_table.hpp"
#include "loom/inbox.hpp"
#include "support.hpp"

namespace {

using loom::Doorbell;
using loom::DoorbellState;
using loom::Inbox;
using loom::Mail;
using loom::RingMessenger;
using loom::Tag;
using loom_test::Descriptor;

bool is_rung(const Doorbell& doorbell) {
  pollfd entry{doorbell.wake_fd(), POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

void answer(const Doorbell& doorbell) {
  std::uint64_t rings = 0;
  ASSERT_EQ(::read(doorbell.wake_fd(), &rings, sizeof rings), 8);
}

TEST(Doorbell, RingsOnceForEachAnnouncedSleep) {
  Doorbell doorbell;
  ASSERT_TRUE(doorbell.open());
  doorbell.ring_if_asleep();
  EXPECT_FALSE(is_rung(doorbell)) << "nobody sleeps";
  doorbell.announce_sleep();
  doorbell.withdraw_sleep();
  doorbell.ring_if_asleep();
  EXPECT_FALSE(is_rung(doorbell)) << "the sleep was withdrawn";
  doorbell.announce_sleep();
  doorbell.ring_if_asleep();
  doorbell.ring_if_asleep();
  EXPECT_TRUE(is_rung(doorbell));
  std::uint64_t rings = 0;
  ASSERT_EQ(::read(doorbell.wake_fd(), &rings, sizeof rings), 8);
  EXPECT_EQ(rings, 1U);
  doorbell.ring();
  EXPECT_TRUE(is_rung(doorbell));
  answer(doorbell);
}

TEST(Doorbell, IsRungByTheThreadsMessengerWhereThereIsOne) {
  struct Sent {
    bool has_room = true;
    std::vector<int> rings;
  } sent;
  Doorbell doorbell;
  ASSERT_TRUE(doorbell.open());
  RingMessenger::begin(&sent, [](void* self, const Doorbell& /*target*/, int ring_fd) noexcept {
    static_cast<Sent*>(self)->rings.push_back(ring_fd);
    return static_cast<Sent*>(self)->has_room;
  });
  doorbell.ring();
  EXPECT_TRUE(sent.rings.empty()) << "this reactor has no ring";
  EXPECT_TRUE(is_rung(doorbell));
  answer(doorbell);
  doorbell.answer_messages_at(77);
  doorbell.ring();
  EXPECT_EQ(sent.rings, std::vector<int>{77});
  EXPECT_FALSE(is_rung(doorbell));
  std::thread([&] { doorbell.ring(); }).join();
  EXPECT_TRUE(is_rung(doorbell)) << "another thread has no messenger";
  answer(doorbell);
  sent.has_room = false;
  doorbell.ring();
  EXPECT_TRUE(is_rung(doorbell)) << "the messenger had no room";
  answer(doorbell);
  doorbell.write_eventfd();
  EXPECT_TRUE(is_rung(doorbell));
  answer(doorbell);
  RingMessenger::end();
  doorbell.ring();
  EXPECT_EQ(sent.rings.size(), 2U);
  EXPECT_TRUE(is_rung(doorbell));
}

/// Closes `fd` by mistake, and lets a stranger's file have its number.
Descriptor give_away(int fd) {
  Descriptor file(::memfd_create("stranger", MFD_CLOEXEC));
  EXPECT_EQ(::syscall(SYS_dup3, file.get(), fd, O_CLOEXEC), fd);
  return file;
}

bool spare_is_rung(const Doorbell& doorbell) {
  pollfd entry{doorbell.spare_fd(), POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

TEST(Doorbell, LiesWhereNoOpenFindsItsNumbers) {
  Doorbell doorbell;
  ASSERT_TRUE(doorbell.open());
  EXPECT_GE(doorbell.wake_fd(), loom::high_place());
  EXPECT_GE(doorbell.spare_fd(), loom::high_place());
  loom_test::close_by_mistake(doorbell.wake_fd());
  const Descriptor next(::memfd_create("next", MFD_CLOEXEC));
  EXPECT_NE(next.get(), doorbell.wake_fd());
}

TEST(Doorbell, WritesNothingIntoAFileThatHasItsNumber) {
  Doorbell doorbell;
  ASSERT_TRUE(doorbell.open());
  const Descriptor file = give_away(doorbell.wake_fd());
  doorbell.announce_sleep();
  doorbell.ring_if_asleep();
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 0);
  EXPECT_TRUE(spare_is_rung(doorbell));
  EXPECT_EQ(doorbell.state(), DoorbellState::duplicate);
  EXPECT_EQ(doorbell.lost_fd(), doorbell.wake_fd());
  EXPECT_EQ(doorbell.fd_to_watch(), doorbell.spare_fd());
  const Descriptor other = give_away(doorbell.spare_fd());
  doorbell.ring();
  EXPECT_EQ(::lseek(other.get(), 0, SEEK_END), 0);
  EXPECT_EQ(doorbell.state(), DoorbellState::deaf);
  ::close(doorbell.wake_fd());
  ::close(doorbell.spare_fd());
}

TEST(Doorbell, KnowsAnotherDoorbellFromItself) {
  Doorbell doorbell;
  Doorbell other;
  ASSERT_TRUE(doorbell.open());
  ASSERT_TRUE(other.open());
  ASSERT_EQ(::syscall(SYS_dup3, other.wake_fd(), doorbell.wake_fd(), O_CLOEXEC),
            doorbell.wake_fd());
  doorbell.ring();
  EXPECT_FALSE(is_rung(other));
  EXPECT_TRUE(spare_is_rung(doorbell));
  ::close(doorbell.wake_fd());
}

TEST(Doorbell, ALookFindsWhatIsGoneBeforeAnybodyRings) {
  Doorbell doorbell;
  ASSERT_TRUE(doorbell.open());
  const Descriptor ring(::memfd_create("ring", MFD_CLOEXEC));
  doorbell.answer_messages_at(ring.get());
  doorbell.look();
  EXPECT_EQ(doorbell.state(), DoorbellState::whole);
  EXPECT_EQ(doorbell.lost_fd(), -1);
  const Descriptor file = give_away(doorbell.spare_fd());
  doorbell.look();
  EXPECT_EQ(doorbell.state(), DoorbellState::duplicate);
  EXPECT_EQ(doorbell.lost_fd(), doorbell.spare_fd());
  EXPECT_EQ(doorbell.fd_to_watch(), doorbell.wake_fd());
  const Descriptor stranger = give_away(ring.get());
  doorbell.look();
  EXPECT_FALSE(doorbell.refuse_messages_at(ring.get())) << "the look has refused them";
  ::close(doorbell.spare_fd());
}

TEST(Doorbell, AWaitWithoutItsDescriptorsTakesNothingFromAStranger) {
  Doorbell doorbell;
  ASSERT_TRUE(doorbell.open());
  Doorbell other;
  ASSERT_TRUE(other.open());
  for (const int fd : {doorbell.wake_fd(), doorbell.spare_fd()}) {
    ASSERT_EQ(::syscall(SYS_dup3, other.wake_fd(), fd, O_CLOEXEC), fd);
  }
  other.ring();
  doorbell.wait(loom_test::patience_milliseconds);
  EXPECT_TRUE(is_rung(other));
  ::close(doorbell.wake_fd());
  ::close(doorbell.spare_fd());
}

// A sleeper that waits without a time limit: one lost ring and the test never ends, which its
// poll(2) turns into a failure.
TEST(Doorbell, IsNeverMissedByASleeper) {
  constexpr std::uint32_t producers = 3;
  constexpr std::uint32_t items = 3'000;
  Inbox inbox;
  ASSERT_TRUE(inbox.doorbell().open());
  ASSERT_TRUE(inbox.mailbox().open(8));
  loom::HomecomingNode node;
  std::atomic<bool> node_is_home{true};
  std::vector<std::thread> threads;
  for (std::uint32_t producer = 0; producer < producers; ++producer) {
    threads.emplace_back([&, producer] {
      for (std::uint32_t item = 0; item < items; ++item) {
        while (!inbox.post(Mail::completing(Tag(producer, 1, item), 0))) std::this_thread::yield();
        if (producer == 0 && node_is_home.exchange(false)) inbox.come_home(node);
      }
    });
  }
  std::uint32_t taken = 0;
  Mail mail;
  while (taken < producers * items) {
    while (inbox.mailbox().take(mail)) taken += 1;
    if (inbox.homecoming().take() != nullptr) node_is_home.store(true);
    inbox.doorbell().announce_sleep();
    if (!inbox.has_any() && taken < producers * items) {
      ASSERT_TRUE(loom_test::wait_for(inbox.doorbell().wake_fd(), POLLIN)) << "a ring was lost";
      answer(inbox.doorbell());
    }
    inbox.doorbell().withdraw_sleep();
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

// Wake-ups between two io_uring reactors: a message from the sender's ring ends the sleeper's wait
// and leaves the eventfd alone; from any other thread, and for a message that fails, the eventfd is
// written.
#include <gtest/gtest.h>

#include <poll.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "backend_bench.hpp"
#include "descriptor_table.hpp"
#include "loom/inbox.hpp"

namespace {

using loom::Inbox;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::LooseCore;
using loom_test::TinyShape;

/// Longer than a test may take: only a wake-up ends such a wait in time.
constexpr std::uint64_t endless_nanoseconds =
    10ULL * loom_test::patience_milliseconds * loom::nanoseconds_per_millisecond;

/// A ring with an inbox of a program's, as a reactor has one; open() on the thread that uses it.
struct Side {
  Side(std::span<Inbox> inboxes, std::size_t index) : inbox(inboxes[index]) {
    EXPECT_TRUE(inbox.doorbell().open());
    loose.core.inbox_ = &inbox;
    loose.core.inboxes_ = inboxes;
  }

  loom::StartError open() { return ring.open(loose.core, inbox.doorbell().wake_fd()); }

  /// Waits as the loop does, until it was woken `times` times in all.
  void sleep_until_woken(std::uint64_t times) {
    while (loose.stat(Stat::wakeups) < times) {
      inbox.doorbell().announce_sleep();
      sleeping.store(true);
      if (ring.completions_wait()) {
        ring.enter();
      } else {
        ring.wait(endless_nanoseconds);
      }
      inbox.doorbell().withdraw_sleep();
      ring.dispatch(64, [](const loom::Completion&) {});
    }
  }

  bool eventfd_is_written() {
    pollfd entry{inbox.doorbell().wake_fd(), POLLIN, 0};
    return ::poll(&entry, 1, 0) == 1;
  }

  LooseCore loose;
  Inbox& inbox;
  std::atomic<bool> sleeping{false};
  loom::IoUring<TinyShape> ring;
};

class RingMessage : public testing::Test {
 protected:
  void SetUp() override {
    if (const loom::StartError error = loom::IoUring<TinyShape>::probe()) {
      GTEST_SKIP() << error.message;
    }
  }

  /// Lets the sleeper sleep once on a thread of its own, `before_sleep` having been done with its
  /// descriptors, rings by the sender's ring, and lets it go on until the sleeper is awake.
  template <class Before>
  void ring_a_sleeper_after(Before&& before_sleep) {
    std::atomic<bool> awake{false};
    std::atomic<bool> ready{false};
    ASSERT_FALSE(sender->open());
    const auto before = loom_test::open_descriptors();
    std::thread thread([&] {
      const loom::StartError error = sleeper->open();
      EXPECT_FALSE(error) << error.message;
      for (const auto& [fd, what] : loom_test::open_descriptors()) {
        if (what == "anon_inode:[io_uring]" && !before.contains(fd)) before_sleep(fd);
      }
      ready.store(true);
      sleeper->sleep_until_woken(1);
      awake.store(true);
      sleeper->ring.close();
    });
    while (!ready.load() || !sleeper->sleeping.load()) std::this_thread::yield();
    sleeper->inbox.doorbell().ring_if_asleep();
    while (!awake.load()) {
      sender->ring.enter();
      sender->ring.dispatch(64, [](const loom::Completion&) {});
      std::this_thread::yield();
    }
    thread.join();
  }

  std::array<Inbox, 2> inboxes;
  std::unique_ptr<Side> sender = std::make_unique<Side>(inboxes, 0);
  std::unique_ptr<Side> sleeper = std::make_unique<Side>(inboxes, 1);
};

TEST_F(RingMessage, EndsTheWaitOfAnotherRingAndLeavesItsEventfdAlone) {
  constexpr std::uint64_t rounds = 100;
  std::atomic<std::uint64_t> woken{0};
  std::atomic<bool> ready{false};
  std::thread thread([&] {
    const loom::StartError error = sleeper->open();
    EXPECT_FALSE(error) << error.message;
    ready.store(true);
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      sleeper->sleep_until_woken(round);
      woken.store(round);
    }
    // The read of the eventfd is still in flight: nobody wrote to it.
    EXPECT_FALSE(sleeper->eventfd_is_written());
    sleeper->ring.close();
  });
  ASSERT_FALSE(sender->open());
  while (!ready.load()) std::this_thread::yield();
  const std::uint64_t entries = sender->loose.stat(Stat::kernel_entries);
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    sender->inbox.doorbell().withdraw_sleep();
    sleeper->inbox.doorbell().ring();
    sender->ring.enter();
    while (woken.load() < round) std::this_thread::yield();
  }
  thread.join();
  EXPECT_EQ(sender->loose.stat(Stat::kernel_entries) - entries, rounds)
      << "a message leaves with the submission";
}

TEST_F(RingMessage, AThreadWithoutARingWritesTheEventfd) {
  ASSERT_FALSE(sleeper->open());
  std::thread([&] { sleeper->inbox.doorbell().ring(); }).join();
  EXPECT_TRUE(sleeper->eventfd_is_written());
  sleeper->sleep_until_woken(1);
}

TEST_F(RingMessage, APromisedMessageLeavesEvenWhenTheRingIsClosed) {
  std::atomic<bool> ready{false};
  std::thread thread([&] {
    const loom::StartError error = sleeper->open();
    EXPECT_FALSE(error) << error.message;
    ready.store(true);
    sleeper->sleep_until_woken(1);
  });
  ASSERT_FALSE(sender->open());
  while (!ready.load()) std::this_thread::yield();
  sleeper->inbox.doorbell().ring();
  sender->ring.close();
  thread.join();
  sleeper->inbox.doorbell().ring();
  EXPECT_TRUE(sleeper->eventfd_is_written()) << "without a ring it is the eventfd again";
}

TEST_F(RingMessage, ARingThatIsGoneIsNoErrorForTheSender) {
  ASSERT_FALSE(sender->open());
  sleeper->inbox.doorbell().answer_messages_at(1'000'000);
  sleeper->inbox.doorbell().ring();
  std::uint32_t completions = 0;
  for (int n = 0; n < 10; ++n) {
    sender->ring.enter();
    sender->ring.dispatch(64, [&](const loom::Completion&) { completions += 1; });
  }
  EXPECT_EQ(completions, 0U);
  EXPECT_TRUE(sleeper->eventfd_is_written()) << "the ring is not lost";
}

TEST_F(RingMessage, ASleeperWhoseRingSomebodyClosedIsWokenByItsEventfd) {
  ring_a_sleeper_after([](int ring_fd) { loom_test::close_by_mistake(ring_fd); });
  const std::uint64_t submitted = sender->loose.stat(Stat::submissions);
  sleeper->inbox.doorbell().ring();
  EXPECT_TRUE(sleeper->eventfd_is_written()) << "it is known now: no message is tried any more";
  EXPECT_EQ(sender->loose.stat(Stat::submissions), submitted);
}

TEST_F(RingMessage, ASleeperWhoseRingsNumberIsAFileIsWokenByItsEventfd) {
  const Descriptor file(::memfd_create("stranger", MFD_CLOEXEC));
  ring_a_sleeper_after([&](int ring_fd) { ::syscall(SYS_dup3, file.get(), ring_fd, O_CLOEXEC); });
}

TEST_F(RingMessage, AFailedMessageRingsEvenWhenItsRingIsClosedBeforeItIsSeen) {
  ASSERT_FALSE(sender->open());
  sleeper->inbox.doorbell().answer_messages_at(1'000'000);
  sleeper->inbox.doorbell().ring();
  sender->ring.close();
  EXPECT_TRUE(sleeper->eventfd_is_written());
}

TEST_F(RingMessage, AReactorOfAnotherProgramIsRungByItsEventfd) {
  std::array<Inbox, 1> others;
  ASSERT_TRUE(others[0].doorbell().open());
  ASSERT_FALSE(sender->open());
  others[0].doorbell().answer_messages_at(1'000'000);
  others[0].doorbell().ring();
  pollfd entry{others[0].doorbell().wake_fd(), POLLIN, 0};
  EXPECT_EQ(::poll(&entry, 1, 0), 1) << "it may be gone when a message fails";
}

}  // namespace

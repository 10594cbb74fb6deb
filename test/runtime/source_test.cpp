// Eventfds and signals on both backends: what was added arrives and nothing twice, semaphores,
// adopted ones, a descriptor closed by somebody else, and signals that other threads would take.
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include "descriptor_table.hpp"
#include "source_fixture.hpp"

namespace {

using loom_test::adopted_descriptor;
using loom_test::both_users;
using loom_test::Descriptor;
using loom_test::outlets;
using loom_test::Recorder;
using loom_test::Sources;

INSTANTIATE_TEST_SUITE_P(On, Sources, testing::Values("io_uring", "epoll"),
                         [](const auto& each) { return std::string(each.param); });

TEST_P(Sources, WhatAnyThreadAddsArrives) {
  LOOM_START_SOURCES_OR_SKIP();
  ASSERT_TRUE(outlets.plain.signal(7));
  ASSERT_TRUE(journal_.wait_for("event 7"));
  std::thread([] { EXPECT_TRUE(outlets.plain.signal(41)); }).join();
  ASSERT_TRUE(journal_.wait_for("event 41"));
}

TEST_P(Sources, ASemaphoreGivesOneAtATimeAlsoWhatItBeganWith) {
  LOOM_START_SOURCES_OR_SKIP();
  ASSERT_TRUE(journal_.wait_for("event 1", 2));
  ASSERT_TRUE(outlets.tickets.signal(3));
  ASSERT_TRUE(journal_.wait_for("event 1", 5));
}

TEST_P(Sources, AnAdoptedEventfdOutlivesTheNumberItCameFrom) {
  LOOM_START_SOURCES_OR_SKIP();
  ASSERT_EQ(eventfd_write(adopted_descriptor, 5), 0);
  ASSERT_TRUE(journal_.wait_for("event 5"));
  ::close(adopted_descriptor);
  ASSERT_TRUE(outlets.adopted.signal(6));
  ASSERT_TRUE(journal_.wait_for("event 6"));
}

TEST_P(Sources, ANumberThatIsNotOpenOrNoEventfdIsRefused) {
  ::close(adopted_descriptor);
  const loom::StartReport report = start();
  if (std::string(report.code) == "LOOM5001") GTEST_SKIP();
  ASSERT_FALSE(report.ok);
  EXPECT_STREQ(report.code, loom::start_code::cannot_adopt);
  EXPECT_EQ(std::string(report.message).rfind("fds.adopted: descriptor 700 is not open.", 0), 0U)
      << report.message;
}

TEST_P(Sources, AnotherKindOfDescriptorIsRefused) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  ASSERT_EQ(::dup2(read_end.get(), adopted_descriptor), adopted_descriptor);
  const loom::StartReport report = start();
  if (std::string(report.code) == "LOOM5001") GTEST_SKIP();
  ASSERT_FALSE(report.ok);
  EXPECT_STREQ(report.code, loom::start_code::cannot_adopt);
  EXPECT_NE(std::string(report.message).find("is no eventfd"), std::string::npos);
}

TEST_P(Sources, AClosedDescriptorIsATypedResultAndNoSpinning) {
  LOOM_START_SOURCES_OR_SKIP();
  const int descriptor = outlets.plain.descriptor();
  // The reactor watches a duplicate: the number is its member's alone, and is given back below.
  const Descriptor kept(::dup(descriptor));
  ::close(descriptor);
  const loom::Result<void> result = outlets.plain.signal();
  EXPECT_FALSE(result);
  EXPECT_EQ(result.error().failure, loom::Failure::closed);
  EXPECT_EQ(::dup2(kept.get(), descriptor), descriptor);
  ASSERT_TRUE(outlets.plain.signal(9));
  ASSERT_TRUE(journal_.wait_for("event 9"));
}

TEST_P(Sources, AReadThatFailsIsSaidOnceAndTheOthersGoOn) {
  const auto before = loom_test::open_descriptors();
  LOOM_START_SOURCES_OR_SKIP();
  ASSERT_TRUE(journal_.wait_for("event 1", 2));
  let_it_sleep();
  // All but the runtime's own and the members': those that the backend reads.
  const loom::Doorbell& doorbell = program_.reactor(0).inbox()->doorbell();
  for (const auto& [fd, what] : loom_test::open_descriptors()) {
    const bool known = fd == doorbell.wake_fd() || fd == doorbell.spare_fd() ||
                       fd == outlets.plain.descriptor() || fd == outlets.tickets.descriptor() ||
                       fd == outlets.adopted.descriptor();
    if (what == "anon_inode:[eventfd]" && !known && !before.contains(fd)) {
      loom_test::close_by_mistake(fd);
    }
  }
  ASSERT_TRUE(outlets.plain.signal(7));
  // The ring has the files themselves; epoll reads by number.
  const bool by_number = std::string(GetParam()) == "epoll";
  ASSERT_TRUE(journal_.wait_for(by_number ? "error 9" : "event 7"));
  const std::uint64_t errors = journal_.count("error 9");
  for (int n = 0; n < 20; ++n) {
    ASSERT_TRUE(outlets.plain.signal(1));
    let_it_sleep();
  }
  EXPECT_EQ(journal_.count("error 9"), errors) << "once, and not after each event";
  ASSERT_EQ(::kill(::getpid(), SIGUSR1), 0);
  ASSERT_TRUE(journal_.wait_for("signal 10 value 0 from us"));
}

TEST_P(Sources, SignalsArriveWithTheirSenderAndValue) {
  LOOM_START_SOURCES_OR_SKIP();
  ASSERT_EQ(::kill(::getpid(), SIGUSR1), 0);
  ASSERT_TRUE(journal_.wait_for("signal 10 value 0 from us"));
  ASSERT_EQ(::sigqueue(::getpid(), SIGUSR2, sigval{.sival_int = 77}), 0);
  ASSERT_TRUE(journal_.wait_for("signal 12 value 77 from us"));
}

TEST_P(Sources, AThreadThatWouldTakeTheSignalsKeepsTheProgramFromStarting) {
  // Born before the start, with the signals open, like the threads of Node.
  sigset_t set = loom::signal_set(both_users);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Descriptor read_end(ends[0]);
  Descriptor write_end(ends[1]);
  // A thread is born with everything blocked, and gets its mask before its first instruction.
  std::atomic<bool> runs{false};
  std::thread other([&] {
    runs.store(true);
    runs.notify_one();
    char byte = 0;
    EXPECT_EQ(::read(read_end.get(), &byte, 1), 0);
  });
  runs.wait(false);
  const loom::StartReport report = start();
  write_end.close();
  other.join();
  ASSERT_FALSE(report.ok);
  EXPECT_STREQ(report.code, loom::start_code::cannot_take_signals);
}

TEST_P(Sources, AHandlerThatThrowsLosesNoLaterEvent) {
  Recorder::on_any = [] { throw 7; };
  LOOM_START_SOURCES_OR_SKIP();
  ASSERT_TRUE(outlets.plain.signal(2));
  ASSERT_TRUE(journal_.wait_for("event 2"));
  ASSERT_TRUE(outlets.plain.signal(3));
  ASSERT_TRUE(journal_.wait_for("event 3"));
}

}  // namespace

// Requests that wait, on both backends: readiness, time, children; and the ways to end them before
// they are over. None of them may hold up the loop.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <string>

#include "request_fixture.hpp"

namespace {

namespace ask_for = loom::system;
using loom_test::Pipe;
using loom_test::room_in;

template <class Which>
using Requests = loom_test::Requests<Which>;
TYPED_TEST_SUITE(Requests, loom_test::RequestBackends, loom_test::BackendNames);

TYPED_TEST(Requests, APollTellsWhatIsReady) {
  const Pipe pipe;
  EXPECT_EQ(this->ask(ask_for::poll_add(pipe.writer.get(), POLLOUT)), POLLOUT);
  const std::uint32_t poll = this->begin(ask_for::poll_add(pipe.reader.get(), POLLIN));
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  EXPECT_TRUE(this->bench().in_flight.contains(poll)) << "nothing to read yet";
  pipe.write("x");
  EXPECT_EQ(this->bench().final_result(poll), POLLIN);
}

TYPED_TEST(Requests, SeveralMayPollOneDescriptor) {
  const Pipe pipe;
  const std::uint32_t one = this->begin(ask_for::poll_add(pipe.reader.get(), POLLIN));
  const std::uint32_t other = this->begin(ask_for::poll_add(pipe.reader.get(), POLLIN));
  pipe.write("x");
  EXPECT_EQ(this->bench().final_result(one), POLLIN);
  EXPECT_EQ(this->bench().final_result(other), POLLIN);
}

TYPED_TEST(Requests, AFileIsAlwaysReady) {
  const loom_test::Descriptor file(this->open(this->folder.file("ready")));
  EXPECT_EQ(this->ask(ask_for::poll_add(file.get(), POLLIN | POLLOUT)), POLLIN | POLLOUT);
}

TYPED_TEST(Requests, ARepeatedPollGoesOnUntilItIsCancelled) {
  const Pipe pipe;
  const std::uint32_t poll = this->begin(ask_for::poll_multishot(pipe.reader.get(), POLLIN));
  for (std::size_t n = 1; n <= 3; ++n) {
    pipe.write("x");
    ASSERT_TRUE(this->has_answers(poll, n));
    EXPECT_TRUE(this->bench().answers_to(poll).back().more);
    EXPECT_EQ(this->bench().answers_to(poll).back().result, POLLIN);
    std::string text(1, '.');
    EXPECT_EQ(this->ask(ask_for::read(pipe.reader.get(), room_in(text))), 1);
  }
  this->cancel(poll);
  EXPECT_EQ(this->bench().final_result(poll), -ECANCELED);
}

TYPED_TEST(Requests, APollIsRemovedAndUpdatedByItsTag) {
  const Pipe pipe;
  const std::uint32_t poll = this->begin(ask_for::poll_add(pipe.writer.get(), POLLPRI));
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  EXPECT_EQ(this->ask(ask_for::poll_update(this->word_of(poll), 0, POLLOUT,
                                           ask_for::poll_flag::update_events)),
            0);
  EXPECT_EQ(this->bench().final_result(poll), POLLOUT);
  const std::uint32_t other = this->begin(ask_for::poll_add(pipe.reader.get(), POLLIN));
  EXPECT_EQ(this->ask(ask_for::poll_remove(this->word_of(other))), 0);
  EXPECT_EQ(this->bench().final_result(other), -ECANCELED);
  EXPECT_EQ(this->ask(ask_for::poll_remove(this->word_of(other))), -ENOENT);
}

TYPED_TEST(Requests, ATimeoutEndsWithEtime) {
  const ask_for::KernelTime soon{0, 1000000};
  EXPECT_EQ(this->ask(ask_for::timeout(&soon)), -ETIME);
  const ask_for::KernelTime now{0, 0};
  EXPECT_EQ(this->ask(ask_for::timeout(&now)), -ETIME);
  const ask_for::KernelTime past{1, 0};
  EXPECT_EQ(this->ask(ask_for::timeout(&past, 0, ask_for::timeout_flag::absolute)), -ETIME);
  EXPECT_EQ(this->ask(ask_for::timeout(
                &past, 0, ask_for::timeout_flag::absolute | ask_for::timeout_flag::realtime)),
            -ETIME);
}

TYPED_TEST(Requests, ATimeoutIsRemovedAndUpdatedByItsTag) {
  const ask_for::KernelTime late{3600, 0};
  const ask_for::KernelTime soon{0, 1000};
  const std::uint32_t timeout = this->begin(ask_for::timeout(&late));
  EXPECT_EQ(this->ask(ask_for::timeout_remove(this->word_of(timeout))), 0);
  EXPECT_EQ(this->bench().final_result(timeout), -ECANCELED);
  const std::uint32_t other = this->begin(ask_for::timeout(&late));
  EXPECT_EQ(this->ask(ask_for::timeout_update(&soon, this->word_of(other))), 0);
  EXPECT_EQ(this->bench().final_result(other), -ETIME);
  EXPECT_EQ(this->ask(ask_for::timeout_remove(this->word_of(other))), -ENOENT);
}

TYPED_TEST(Requests, AReadOfAnEmptyPipeWaitsForIt) {
  const Pipe pipe;
  std::string text(4, '.');
  const std::uint32_t read = this->begin(ask_for::read(pipe.reader.get(), room_in(text)));
  EXPECT_EQ(this->ask(ask_for::nop()), 0) << "the loop goes on";
  pipe.write("late");
  EXPECT_EQ(this->bench().final_result(read), 4);
  EXPECT_EQ(text, "late");
}

TYPED_TEST(Requests, ANonBlockingPipeIsWaitedForToo) {
  const Pipe pipe;
  ASSERT_EQ(::fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK), 0);
  std::string text(4, '.');
  const std::uint32_t read = this->begin(ask_for::read(pipe.reader.get(), room_in(text)));
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  pipe.write("late");
  EXPECT_EQ(this->bench().final_result(read), 4);
  const std::array<iovec, 1> room{iovec{text.data(), text.size()}};
  EXPECT_EQ(this->ask(ask_for::readv(pipe.reader.get(), room, ask_for::current_offset, RWF_NOWAIT)),
            -EAGAIN);
  EXPECT_EQ(::fcntl(pipe.writer.get(), F_GETFL) & O_NONBLOCK, 0) << "left as it was";
}

TYPED_TEST(Requests, WhatWaitsIsCancelledByTagByDescriptorAndByRecord) {
  const Pipe pipe;
  std::string text(4, '.');
  const auto read = [&] {
    const std::uint32_t number = this->begin(ask_for::read(pipe.reader.get(), room_in(text)));
    EXPECT_EQ(this->ask(ask_for::nop()), 0);
    return number;
  };
  const std::uint32_t by_tag = read();
  EXPECT_EQ(this->ask(ask_for::cancel(this->word_of(by_tag))), 0);
  EXPECT_EQ(this->bench().final_result(by_tag), -ECANCELED);
  EXPECT_EQ(this->ask(ask_for::cancel(this->word_of(by_tag))), -ENOENT);
  const std::uint32_t one = read();
  const std::uint32_t other = read();
  EXPECT_EQ(this->ask(ask_for::cancel_fd(pipe.reader.get(), ask_for::cancel_flag::all)), 2);
  EXPECT_EQ(this->bench().final_result(one), -ECANCELED);
  EXPECT_EQ(this->bench().final_result(other), -ECANCELED);
  const std::uint32_t by_record = read();
  this->cancel(by_record);
  EXPECT_EQ(this->bench().final_result(by_record), -ECANCELED);
  this->cancel(by_record);
  EXPECT_EQ(this->ask(ask_for::nop()), 0) << "too late, and nobody is told";
}

TYPED_TEST(Requests, CancellingAtOnceIsInOrder) {
  const Pipe pipe;
  std::array<std::string, 20> texts;
  std::vector<std::uint32_t> numbers;
  // More than the submission queue holds: both wait in the overflow queue.
  for (std::string& text : texts) {
    text.resize(1);
    numbers.push_back(this->begin(ask_for::read(pipe.reader.get(), room_in(text))));
  }
  for (const std::uint32_t number : numbers) this->cancel(number);
  for (const std::uint32_t number : numbers) {
    EXPECT_EQ(this->bench().final_result(number), -ECANCELED);
  }
}

TYPED_TEST(Requests, AnEpollInstanceIsAskedForItsEvents) {
  const Pipe pipe;
  const loom_test::Descriptor inner(epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = 77;
  EXPECT_EQ(this->ask(ask_for::epoll_ctl(inner.get(), pipe.reader.get(), EPOLL_CTL_ADD, &event)),
            0);
  std::array<epoll_event, 2> found{};
  const std::uint32_t wait = this->begin(ask_for::epoll_wait(inner.get(), found));
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  if (!this->bench().in_flight.contains(wait)) GTEST_SKIP() << "a kernel before 6.15";
  pipe.write("x");
  EXPECT_EQ(this->bench().final_result(wait), 1);
  EXPECT_EQ(found[0].data.u32, 77U);
}

/// A child that ends with 7 when a letter comes through the gate.
pid_t child_behind(const Pipe& gate) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  char letter = 0;
  _exit(::read(gate.reader.get(), &letter, 1) == 1 ? 7 : 1);
}

TYPED_TEST(Requests, AChildIsWaitedFor) {
  const Pipe gate;
  const pid_t child = child_behind(gate);
  ASSERT_GE(child, 0);
  siginfo_t information{};
  const std::uint32_t wait =
      this->begin(ask_for::waitid(P_PID, static_cast<id_t>(child), &information, WEXITED));
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  gate.write("x");
  const std::int32_t result = this->bench().final_result(wait);
  if (result == -EINVAL) GTEST_SKIP() << "a kernel before 6.7";
  EXPECT_EQ(result, 0);
  EXPECT_EQ(information.si_status, 7);
}

TYPED_TEST(Requests, SeveralMayWaitForOneChild) {
  const Pipe gate;
  const pid_t child = child_behind(gate);
  ASSERT_GE(child, 0);
  siginfo_t information[3]{};
  std::uint32_t waits[3];
  for (int n = 0; n < 3; ++n) {
    waits[n] =
        this->begin(ask_for::waitid(P_PID, static_cast<id_t>(child), &information[n], WEXITED));
  }
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  this->cancel(waits[2]);
  const std::int32_t cancelled = this->bench().final_result(waits[2]);
  gate.write("x");
  const std::int32_t first = this->bench().final_result(waits[0]);
  const std::int32_t second = this->bench().final_result(waits[1]);
  if (first == -EINVAL) {
    ::waitpid(child, nullptr, 0);
    GTEST_SKIP() << "a kernel before 6.7";
  }
  EXPECT_TRUE(cancelled == -ECANCELED || cancelled == -EINTR) << cancelled;
  EXPECT_EQ(std::min(first, second), -ECHILD);
  EXPECT_EQ(std::max(first, second), 0);
}

TYPED_TEST(Requests, APollForNothingHearsOfTheEnd) {
  Pipe pipe;
  const std::uint32_t poll = this->begin(ask_for::poll_add(pipe.reader.get(), 0));
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  pipe.writer.close();
  EXPECT_EQ(this->bench().final_result(poll), POLLHUP);
}

#if defined(LOOM_TEST_KQUEUE)

TYPED_TEST(Requests, AChildThatTheKernelCallsGoneTooEarlyIsAskedAgain) {
  const Pipe gate;
  const pid_t child = child_behind(gate);
  ASSERT_GE(child, 0);
  siginfo_t information{};
  kqueue_on_epoll::fail_change(0, ESRCH);
  const std::uint32_t wait =
      this->begin(ask_for::waitid(P_PID, static_cast<id_t>(child), &information, WEXITED));
  EXPECT_EQ(this->ask(ask_for::nop()), 0);
  gate.write("x");
  EXPECT_EQ(this->bench().final_result(wait), 0);
  EXPECT_EQ(information.si_status, 7);
}

#endif

}  // namespace

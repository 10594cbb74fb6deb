// Requests that wait in a system call for as long as somebody else likes: a FIFO that nobody opens,
// a pipe in which nothing comes. Cancelled, they end on both backends alike; nobody ever comes to
// the other end, so without an interruption these tests end by their patience.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "descriptor_table.hpp"
#include "request_fixture.hpp"

namespace {

namespace ask_for = loom::system;
using loom_test::bytes_of;
using loom_test::Descriptor;
using loom_test::Pipe;

template <class Which>
class Interruption : public loom_test::Requests<Which> {
 protected:
  void SetUp() override {
    loom_test::Requests<Which>::SetUp();
    path_ = this->folder.file("fifo");
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  }

  /// Frees a worker that an interruption should have freed, so that a failure ends.
  void TearDown() override {
    const Descriptor both(::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    loom_test::Requests<Which>::TearDown();
  }

  /// With O_CREAT io_uring waits too; else it tries first without waiting, and then has it open.
  [[nodiscard]] ask_for::Request opening() const {
    return ask_for::open_at(AT_FDCWD, path_.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600);
  }

  /// Cancels a request after `turns` turns of the loop; its result.
  std::int32_t cancelled_after(const ask_for::Request& request, int turns) {
    const std::uint32_t number = this->begin(request);
    for (int n = 0; n < turns; ++n) {
      this->bench().turn();
      std::this_thread::yield();
    }
    this->cancel(number);
    const auto is_over = [&] { return !this->bench().in_flight.contains(number); };
    EXPECT_TRUE(this->bench().run_until(is_over, loom::nanoseconds_per_millisecond));
    return is_over() ? this->bench().final_result(number) : INT32_MIN;
  }

  std::string path_;
};
TYPED_TEST_SUITE(Interruption, loom_test::RequestBackends, loom_test::BackendNames);

// Any number of turns: the worker has not begun, begins, or waits already.
TYPED_TEST(Interruption, EndsTheOpeningOfAFifoAtAnyMoment) {
  for (int turns = 0; turns < 100; ++turns) {
    ASSERT_EQ(this->cancelled_after(this->opening(), turns), -ECANCELED) << turns;
  }
}

TYPED_TEST(Interruption, EndsSpliceAndTeeOfAnEmptyPipe) {
  const Pipe source;
  const Pipe target;
  const auto tee = ask_for::tee(source.reader.get(), target.writer.get(), 4);
  const auto splice = ask_for::splice(source.reader.get(), ask_for::current_offset,
                                      target.writer.get(), ask_for::current_offset, 4, 0);
  for (int turns = 0; turns < 50; ++turns) {
    ASSERT_EQ(this->cancelled_after(tee, turns), -ECANCELED) << turns;
    ASSERT_EQ(this->cancelled_after(splice, turns), -ECANCELED) << turns;
  }
  source.write("free");
  EXPECT_EQ(this->ask(tee), 4) << "nothing was taken, and the next one is not interrupted";
}

TYPED_TEST(Interruption, GivesADescriptorOrNoneWhenTheOtherEndComesMeanwhile) {
  const std::size_t before = loom_test::open_descriptors().size();
  std::atomic<bool> over{false};
  std::thread writer([&] {
    while (!over.load()) {
      const Descriptor end(::open(this->path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
      std::this_thread::yield();
    }
  });
  for (int round = 0; round < 200; ++round) {
    const std::int32_t result = this->cancelled_after(this->opening(), round % 20);
    if (result >= 0) {
      ::close(result);
    } else {
      EXPECT_EQ(result, -ECANCELED);
    }
  }
  over.store(true);
  writer.join();
  EXPECT_EQ(loom_test::open_descriptors().size(), before) << "none was left open";
}

using OnEpoll = Interruption<loom_test::OnEpoll<loom_test::Plain>>;

TEST_F(OnEpoll, LeavesJobsThatAreNoRequestsAlone) {
  struct Reading : loom::Job {
    int fd = -1;
    std::atomic<bool> begun{false};
    bool takes_signals = true;
  };
  const Pipe pipe;
  Reading job;
  job.fd = pipe.reader.get();
  job.tag = loom::Tag(9, loom_test::some_operation, 1);
  job.run = [](loom::Job& self) noexcept {
    auto& mine = static_cast<Reading&>(self);
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    mine.takes_signals = sigismember(&blocked, loom::interruption_signal()) == 0;
    mine.begun.store(true);
    char byte = 0;
    self.result = static_cast<std::int32_t>(::read(mine.fd, &byte, 1));
  };
  // The only worker has been interrupted before.
  EXPECT_EQ(cancelled_after(opening(), 50), -ECANCELED);
  bench().in_flight.insert(9);
  ASSERT_TRUE(bench().loose.core.submit_job(*bench().loose.core.blocking_, job));
  while (!job.begun.load()) std::this_thread::yield();
  const std::uint32_t behind = begin(opening());
  cancel(behind);
  for (int n = 0; n < 50; ++n) bench().turn();
  pipe.write("x");
  EXPECT_EQ(bench().final_result(9), 1) << "and not interrupted";
  EXPECT_FALSE(job.takes_signals);
  EXPECT_EQ(bench().final_result(behind), -ECANCELED);
}

TEST(InterruptionSignal, IsOneThatNobodyHandles) {
  const int first = loom::claim_free_signal();
  ASSERT_NE(first, 0);
  const int second = loom::claim_free_signal();
  ASSERT_NE(second, 0);
  EXPECT_NE(first, second) << "the first has a handler now";
  EXPECT_GT(second, SIGRTMIN);
  for (const int number : {first, second}) std::signal(number, SIG_DFL);
}

}  // namespace

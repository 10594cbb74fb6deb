// Pipe fds whose ends somebody else closes by their numbers: the connection ends with the errno, or
// waits in peace for a stop where the kernel tells nobody; the loop never turns for ever.
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <atomic>
#include <string>

#include "closed_fixture.hpp"
#include "request_fixture.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom_test::close_by_mistake;
using loom_test::Descriptor;

/// Numbers that the shape names; the tests put descriptors there.
constexpr int read_number = 710;
constexpr int write_number = 711;

struct PipeFd {
  using Handler = loom_test::ScriptedHandler<PipeFd>;
  using Framing = loom::RawFraming;
  static constexpr std::uint64_t longest_wait_nanoseconds = 200 * loom::nanoseconds_per_millisecond;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::pipe,
                           .address = "fd:710",
                           .write_address = "fd:711",
                           .slots = 1,
                           .buffer_bytes = 4096,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .reconnect_initial_nanoseconds = 0});
};

class ClosedPipe : public loom_test::ClosedFixture<PipeFd> {
 protected:
  void SetUp() override {
    ClosedFixture::SetUp();
    ASSERT_EQ(::dup2(in_.reader.get(), read_number), read_number);
    ASSERT_EQ(::dup2(out_.writer.get(), write_number), write_number);
    script_.on_close = [this](Connection&, loom::CloseReason why) {
      if (why.kind == loom::CloseKind::failed) error_ = why.system_error;
    };
  }
  void TearDown() override {
    ClosedFixture::TearDown();
    ::close(read_number);
    ::close(write_number);
  }

  /// The number of the program's own descriptor for what `fd` is an end of; -1 where it has none.
  [[nodiscard]] int own_number(int fd) const {
    const std::vector<int> found = opened(loom_test::open_descriptors()[fd]);
    return found.empty() ? -1 : found[0];
  }

  loom_test::Pipe in_;
  loom_test::Pipe out_;
  std::atomic<int> error_ = 0;
};
INSTANTIATE_TEST_SUITE_P(On, ClosedPipe, loom_test::both_backends(), loom_test::backend_name);

#define NUMBER_OR_SKIP(number, fd)   \
  const int number = own_number(fd); \
  if (number < 0) GTEST_SKIP() << "an entry of the ring's table has no number to be closed"

TEST_P(ClosedPipe, TheNumbersThatTheConfigNamesAreNotNeeded) {
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP("fd:710");
  close_by_mistake(read_number);
  close_by_mistake(write_number);
  in_.write("hello");
  char text[5] = {};
  ASSERT_TRUE(loom_test::wait_for(out_.reader.get(), POLLIN));
  EXPECT_EQ(::read(out_.reader.get(), text, sizeof text), 5);
  EXPECT_EQ(std::string(text, 5), "hello");
  expect_a_loop_that_sleeps(10);
}

TEST_P(ClosedPipe, TheWrittenEndFailsWithTheNextWrite) {
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP("fd:710");
  ASSERT_TRUE(journal_.wait_for("open 0"));
  NUMBER_OR_SKIP(number, write_number);
  close_by_mistake(number);
  in_.write("hello");
  ASSERT_TRUE(journal_.wait_for("close 0 failed"));
  expect_a_loop_that_sleeps(10);
  EXPECT_EQ(error_, EBADF);
  EXPECT_EQ(stat(Stat::send_errors), 1U);
}

TEST_P(ClosedPipe, TheReadEndIsSilentUntilTheStop) {
  LOOM_START_OR_SKIP("fd:710");
  ASSERT_TRUE(journal_.wait_for("open 0"));
  NUMBER_OR_SKIP(number, read_number);
  close_by_mistake(number);
  in_.write("nobody reads this");
  expect_a_loop_that_sleeps(10);
  program_.join();
  EXPECT_EQ(journal_.count("data 0 nobody reads this"), 0U);
  EXPECT_EQ(journal_.count("close 0 stopped"), 1U);
}

TEST_P(ClosedPipe, ASocketThatOthersHaveTooFailsWithWhatComesNext) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  ASSERT_EQ(::dup2(theirs.get(), read_number), read_number);
  LOOM_START_OR_SKIP("fd:710");
  ASSERT_TRUE(journal_.wait_for("open 0"));
  NUMBER_OR_SKIP(number, read_number);
  close_by_mistake(number);
  for (int n = 0; n < 10; ++n) ASSERT_TRUE(loom_test::send_all(ours.get(), "x"));
  ASSERT_TRUE(journal_.wait_for("close 0 failed"));
  // epoll still knows the socket, by a number that is gone: its edges are for nobody.
  for (int n = 0; n < 10; ++n) ASSERT_TRUE(loom_test::send_all(ours.get(), "x"));
  expect_a_loop_that_sleeps(10);
  EXPECT_EQ(error_, EBADF);
  EXPECT_EQ(stat(Stat::receive_errors), 1U);
}

}  // namespace

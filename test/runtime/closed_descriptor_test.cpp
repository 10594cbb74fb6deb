// Descriptors of the runtime that somebody else closes by mistake: the eventfd that wakes a
// reactor, its duplicate, the epoll instance, a connection's socket; closed, or somebody else's
// file by now. Nothing hangs or turns for ever, no stranger's file is written to, a stop arrives,
// one line says what happened, and other connections go on.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <string>
#include <vector>

#include "closed_fixture.hpp"

namespace {

using loom::DoorbellState;
using loom::Stat;
using loom_test::close_by_mistake;
using loom_test::Descriptor;

template <bool direct>
struct EchoFd {
  using Handler = loom_test::ScriptedHandler<EchoFd>;
  using Framing = loom::RawFraming;
  static constexpr std::uint64_t longest_wait_nanoseconds = 200 * loom::nanoseconds_per_millisecond;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .slots = 4,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .traits = {.receive = direct ? loom::ReceiveStrategy::direct
                                                        : loom::ReceiveStrategy::multishot},
                           .options = {.reuse_address = true, .backlog = 16}});
};

template <bool direct>
class ClosedDescriptors : public loom_test::ClosedFixture<EchoFd<direct>> {
 protected:
  using Connection = loom::Connection<EchoFd<direct>>;

  loom::Doorbell& doorbell() { return this->program_.reactor(0).inbox()->doorbell(); }

  /// The reactor's descriptor of the connection whose other end is `peer`; -1 if it has none.
  [[nodiscard]] static int other_end_of(int peer) {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(peer, reinterpret_cast<sockaddr*>(&own), &size);
    for (const auto& [fd, what] : loom_test::open_descriptors()) {
      sockaddr_in other{};
      size = sizeof other;
      if (::getpeername(fd, reinterpret_cast<sockaddr*>(&other), &size) != 0) continue;
      if (other.sin_port == own.sin_port) return fd;
    }
    return -1;
  }
};

using ClosedMultishot = ClosedDescriptors<false>;
using ClosedDirect = ClosedDescriptors<true>;
INSTANTIATE_TEST_SUITE_P(On, ClosedMultishot, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, ClosedDirect, loom_test::both_backends(), loom_test::backend_name);

TEST_P(ClosedMultishot, TheEventfdsDuplicateRingsOn) {
  LOOM_START_OR_SKIP();
  close_by_mistake(doorbell().wake_fd());
  expect_a_loop_that_sleeps(20);
  expect_mail();
  EXPECT_EQ(doorbell().state(), DoorbellState::duplicate);
  program_.join();
  EXPECT_EQ(logged("loom: somebody closed the eventfd "), 1U);
}

TEST_P(ClosedMultishot, TheDuplicateOfTheEventfdIsNotNeeded) {
  LOOM_START_OR_SKIP();
  close_by_mistake(doorbell().spare_fd());
  expect_a_loop_that_sleeps(20);
  expect_mail();
  EXPECT_NE(doorbell().state(), DoorbellState::deaf);
  close_by_mistake(doorbell().wake_fd());
  program_.wake(0);
  EXPECT_EQ(doorbell().state(), DoorbellState::deaf);
}

TEST_P(ClosedMultishot, WithoutAnyEventfdMailAndAStopArriveByTheNextLook) {
  LOOM_START_OR_SKIP();
  close_by_mistake(doorbell().wake_fd());
  close_by_mistake(doorbell().spare_fd());
  expect_a_loop_that_sleeps(5);
  expect_mail();
  EXPECT_EQ(doorbell().state(), DoorbellState::deaf);
  const Descriptor client = loom_test::connect_to(port_);
  ASSERT_TRUE(journal_.wait_for("open 0")) << "what the kernel reports needs no doorbell";
  program_.join();
  EXPECT_EQ(logged("loom: somebody closed the eventfd "), 1U);
  EXPECT_EQ(journal_.count("close 0 stopped") + journal_.count("close 0 local"), 1U);
}

TEST_P(ClosedMultishot, AFileWithTheEventfdsNumberStaysEmptyAndMailArrives) {
  LOOM_START_OR_SKIP();
  const Descriptor file(::memfd_create("stranger", MFD_CLOEXEC));
  ASSERT_EQ(::syscall(SYS_dup3, file.get(), doorbell().wake_fd(), O_CLOEXEC), doorbell().wake_fd());
  expect_a_loop_that_sleeps(20);
  expect_mail();
  EXPECT_EQ(doorbell().state(), DoorbellState::duplicate);
  program_.join();
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 0);
  EXPECT_EQ(logged("loom: somebody closed the eventfd "), 1U);
  ::close(doorbell().wake_fd());
}

TEST_P(ClosedMultishot, FilesWithBothNumbersStayEmptyAndAStopIsNotLost) {
  LOOM_START_OR_SKIP();
  const Descriptor file(::memfd_create("stranger", MFD_CLOEXEC));
  const int numbers[] = {doorbell().wake_fd(), doorbell().spare_fd()};
  for (const int fd : numbers) ASSERT_EQ(::syscall(SYS_dup3, file.get(), fd, O_CLOEXEC), fd);
  expect_a_loop_that_sleeps(5);
  EXPECT_EQ(doorbell().state(), DoorbellState::deaf);
  program_.request_stop();
  EXPECT_TRUE(eventually([&] { return program_.stopped(); }));
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_END), 0);
  for (const int fd : numbers) ::close(fd);
}

TEST_P(ClosedMultishot, AStopIsNotLostWithAllEventfdsClosed) {
  LOOM_START_OR_SKIP();
  close_by_mistake(doorbell().wake_fd());
  close_by_mistake(doorbell().spare_fd());
  program_.request_stop();
  EXPECT_TRUE(eventually([&] { return program_.stopped(); }));
}

TEST_P(ClosedMultishot, WithoutItsEpollInstanceTheProgramStops) {
  LOOM_START_OR_SKIP();
  if (std::string(GetParam()) != "epoll") GTEST_SKIP() << "has no epoll instance";
  for (const int fd : opened("anon_inode:[eventpoll]")) close_by_mistake(fd);
  program_.wake(0);
  EXPECT_TRUE(eventually([&] { return program_.stopped(); }));
  EXPECT_EQ(logged("loom: a reactor lost its epoll descriptor "), 1U);
  EXPECT_LT(stat(Stat::kernel_entries), 10000U) << "turns are 1 ms apart until the stop";
}

TEST_P(ClosedMultishot, AConnectionFailsWhenItNextSendsAndAnotherGoesOn) {
  std::vector<Connection> open;
  script_.on_open = [&](Connection& connection) { open.push_back(connection); };
  script_.on_data = [](Connection& connection, loom::Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP();
  const Descriptor harmed = loom_test::connect_to(port_);
  ASSERT_TRUE(journal_.wait_for("open 0"));
  const Descriptor other = loom_test::connect_to(port_);
  ASSERT_TRUE(eventually([&] { return stat(Stat::open_connections) == 2; }));
  const int fd = other_end_of(harmed.get());
  if (fd < 0) GTEST_SKIP() << "a direct descriptor has no number that one could close";
  close_by_mistake(fd);
  ASSERT_TRUE(program_.reactor(0).post([&open] { open[0].write("x"); }));
  ASSERT_TRUE(eventually([&] { return stat(Stat::open_connections) == 1; }));
  ASSERT_TRUE(loom_test::send_all(other.get(), "still here"));
  EXPECT_EQ(loom_test::receive_exactly(other.get(), 10), "still here");
  EXPECT_EQ(journal_.count("close 0 failed"), 1U);
  EXPECT_EQ(stat(Stat::send_errors), 1U);
}

TEST_P(ClosedDirect, AConnectionFailsWhenItIsNextReadAndAnotherGoesOn) {
  int error = 0;
  script_.on_close = [&](Connection&, loom::CloseReason why) {
    if (why.kind == loom::CloseKind::failed) error = why.system_error;
  };
  script_.on_data = [](Connection& connection, loom::Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP();
  const Descriptor harmed = loom_test::connect_to(port_);
  ASSERT_TRUE(journal_.wait_for("open 0"));
  const Descriptor other = loom_test::connect_to(port_);
  ASSERT_TRUE(journal_.wait_for("open 1"));
  const int fd = other_end_of(harmed.get());
  ASSERT_GE(fd, 0);
  close_by_mistake(fd);
  ASSERT_TRUE(eventually([&] {
    program_.wake(0);
    return journal_.count("close 0 failed") == 1;
  }));
  ASSERT_TRUE(loom_test::send_all(other.get(), "still here"));
  EXPECT_EQ(loom_test::receive_exactly(other.get(), 10), "still here");
  expect_a_loop_that_sleeps(10);
  program_.join();
  EXPECT_EQ(error, EBADF);
  EXPECT_EQ(stat(Stat::receive_errors), 1U);
}

}  // namespace

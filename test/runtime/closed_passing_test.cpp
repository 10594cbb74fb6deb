// Descriptors beside bytes, and connections that pass them, whose numbers somebody else closes: a
// typed answer or a typed end of that connection, and everything else goes on.
#include <gtest/gtest.h>

#include <fcntl.h>

#include <atomic>
#include <string>
#include <vector>

#include "closed_fixture.hpp"
#include "unix_peer.hpp"

namespace {

using loom::Bytes;
using loom::ReceivedDescriptor;
using loom::Stat;
using loom::WriteResult;
using loom_test::close_by_mistake;
using loom_test::Descriptor;

template <loom::Trigger trigger>
struct PassingFd {
  using Handler = loom_test::ScriptedHandler<PassingFd>;
  using Framing = loom::RawFraming;
  static constexpr std::uint64_t longest_wait_nanoseconds = 200 * loom::nanoseconds_per_millisecond;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::unix_server,
                           .slots = 3,
                           .buffer_bytes = 1024,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .traits = {.trigger = trigger},
                           .descriptors = 3,
                           .options = {.backlog = 16}});
};

template <loom::Trigger trigger>
class ClosedPassing : public loom_test::ClosedFixture<PassingFd<trigger>> {
 protected:
  using Connection = loom::Connection<PassingFd<trigger>>;

  Descriptor connect() { return loom_test::connect_to_unix(name_, SOCK_STREAM); }

  /// Connects and finds the number of the reactor's end; -1 where it has none.
  int connect_and_find(Descriptor& peer) {
    const auto before = loom_test::open_descriptors();
    peer = connect();
    EXPECT_TRUE(this->journal_.wait_for("open 0"));
    int found = -1;
    for (const auto& [fd, what] : loom_test::open_descriptors()) {
      const bool is_new = !before.contains(fd) && fd != peer.get();
      if (is_new && what.rfind("socket:", 0) == 0) found = fd;
    }
    return found;
  }

  /// Connection 0 failed with EBADF; a new one is served, and the loop sleeps.
  void expect_one_failed_connection() {
    ASSERT_TRUE(this->journal_.wait_for("close 0 failed"));
    // The program closes the number once more: nobody may have it anew before that.
    ASSERT_TRUE(this->turn_around());
    const Descriptor other = connect();
    ASSERT_TRUE(loom_test::send_all(other.get(), "echo"));
    EXPECT_EQ(loom_test::receive_exactly(other.get(), 4), "echo");
    this->expect_a_loop_that_sleeps(10);
    EXPECT_EQ(error_, EBADF);
  }

  void note_errors() {
    this->script_.on_close = [this](Connection&, loom::CloseReason why) {
      if (why.kind == loom::CloseKind::failed) error_ = why.system_error;
    };
  }

  std::string name_ = loom_test::abstract_name("closed");
  Descriptor file_{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  std::atomic<int> error_ = 0;
};

using ClosedEdge = ClosedPassing<loom::Trigger::edge>;
using ClosedLevel = ClosedPassing<loom::Trigger::level>;
INSTANTIATE_TEST_SUITE_P(On, ClosedEdge, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, ClosedLevel, loom_test::both_backends(), loom_test::backend_name);

TEST_P(ClosedEdge, ANumberThatIsNotOpenIsAnAnswerAndBytesGoOn) {
  std::vector<int> results;
  script_.on_data = [&](Connection& connection, Bytes) {
    const int number = ::dup(file_.get());
    close_by_mistake(number);
    results.push_back(connection.send_descriptor(number, "lost").value());
    results.push_back(connection.send_descriptor(file_.get(), "sent").value());
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  ASSERT_TRUE(loom_test::send_all(peer.get(), "go"));
  const loom_test::Received part = loom_test::receive_with_descriptor(peer.get());
  EXPECT_EQ(part.bytes, "sent");
  EXPECT_TRUE(loom_test::same_file(part.descriptor.get(), file_.get()));
  program_.join();
  EXPECT_EQ(results, (std::vector<int>{WriteResult::no_descriptor, WriteResult::queued}));
}

TEST_P(ClosedEdge, AQueuedDescriptorThatSomebodyClosesEndsItsConnectionAlone) {
  note_errors();
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    if (bytes.text() != "pass") return static_cast<void>(connection.write(bytes));
    EXPECT_TRUE(connection.send_descriptor(file_.get(), "with"));
    for (const int fd : opened("/dev/null")) close_by_mistake(fd);
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  ASSERT_TRUE(loom_test::send_all(peer.get(), "pass"));
  expect_one_failed_connection();
  EXPECT_EQ(stat(Stat::send_errors), 1U);
}

TEST_P(ClosedEdge, AReceivedDescriptorThatSomebodyClosesIsAnErrorOfTheHandlersOwnCalls) {
  int closed = 0;
  script_.on_descriptor = [&](Connection&, ReceivedDescriptor descriptor) {
    close_by_mistake(descriptor.get());
    closed += ::fcntl(descriptor.get(), F_GETFD) < 0 && errno == EBADF;
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  ASSERT_TRUE(loom_test::send_with_descriptors(peer.get(), "with", {file_.get(), file_.get()}));
  ASSERT_TRUE(loom_test::send_all(peer.get(), "after"));
  ASSERT_TRUE(eventually([&] { return stat(Stat::bytes_received) == 9; }));
  expect_a_loop_that_sleeps(10);
  program_.join();
  EXPECT_EQ(closed, 2);
  EXPECT_EQ(journal_.count("close 0 failed"), 0U);
}

TEST_P(ClosedEdge, ADescriptorThatSomebodyClosesWhileItWaitsIsHandedOverAsItIs) {
  Connection paused;
  std::vector<int> errors;
  script_.on_descriptor = [&](Connection& connection, ReceivedDescriptor descriptor) {
    errors.push_back(::fcntl(descriptor.get(), F_GETFD) < 0 ? errno : 0);
    if (errors.size() > 1) return;
    paused = connection;
    connection.pause();
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  ASSERT_TRUE(loom_test::send_with_descriptors(peer.get(), "with", {file_.get(), file_.get()}));
  ASSERT_TRUE(journal_.wait_for("descriptor 0"));
  ASSERT_TRUE(turn_around());
  const std::vector<int> waiting = opened("/dev/null");
  ASSERT_EQ(waiting.size(), 1U);
  close_by_mistake(waiting[0]);
  ASSERT_TRUE(program_.reactor(0).post([&paused] { paused.resume(); }));
  ASSERT_TRUE(journal_.wait_for("data 0 with"));
  ASSERT_TRUE(loom_test::send_all(peer.get(), "after"));
  ASSERT_TRUE(journal_.wait_for("data 0 after"));
  program_.join();
  EXPECT_EQ(errors, (std::vector<int>{0, EBADF}));
}

TEST_P(ClosedEdge, AConnectionWhoseSocketSomebodyClosesFailsWhenItNextSends) {
  note_errors();
  std::vector<Connection> open;
  script_.on_open = [&](Connection& connection) { open.push_back(connection); };
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP(name_);
  Descriptor peer;
  const int number = connect_and_find(peer);
  if (number < 0) GTEST_SKIP() << "an entry of the ring's table has no number to be closed";
  close_by_mistake(number);
  ASSERT_TRUE(program_.reactor(0).post([&open] { open[0].write("x"); }));
  expect_one_failed_connection();
  EXPECT_EQ(stat(Stat::send_errors), 1U);
}

TEST_P(ClosedLevel, AConnectionWhoseSocketSomebodyClosesFailsWhenItIsNextWatched) {
  note_errors();
  Connection paused;
  script_.on_open = [&](Connection& connection) {
    if (journal_.count("open 0") > 1) return;
    paused = connection;
    connection.pause();
  };
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP(name_);
  Descriptor peer;
  const int number = connect_and_find(peer);
  if (number < 0) GTEST_SKIP() << "an entry of the ring's table has no number to be closed";
  ASSERT_TRUE(turn_around());
  close_by_mistake(number);
  expect_a_loop_that_sleeps(5);
  ASSERT_TRUE(program_.reactor(0).post([&paused] { paused.resume(); }));
  expect_one_failed_connection();
  EXPECT_EQ(stat(Stat::receive_errors), 1U);
}

}  // namespace

// Reading that stops and goes on: paused connections, the receive buffers they hold, connections
// that starve because of them, and buffers that come back however a connection ends.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "program_fixture.hpp"
#include "unix_peer.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::StreamEnd;

/// Six connections share two receive buffers.
struct PauseFd {
  using Handler = loom_test::ScriptedHandler<PauseFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape = loom_test::numbered(
      {.kind = loom::StreamKind::tcp_server,
       .slots = 6,
       .buffer_bytes = 1024,
       .buffer_count = 2,
       .write_queue_bytes = 4096,
       .options = {.reuse_address = true, .backlog = 64, .send_buffer_bytes = 4096}});
};

/// The same over unix sockets: how much a TCP peer takes that reads nothing is its kernel's choice
/// and may still change.
struct UnixPauseFd {
  using Handler = loom_test::ScriptedHandler<UnixPauseFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::unix_server,
                           .slots = 6,
                           .buffer_bytes = 1024,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 64, .send_buffer_bytes = 4096}});
};

class Pause : public loom_test::ProgramTest<PauseFd> {
 protected:
  /// "pause" pauses the connection, "wake" resumes every connection that was paused.
  void script_pauses() {
    script_.on_data = [this](Connection& connection, Bytes bytes) {
      received_[connection.index()].append(bytes.text());
      if (bytes.text().ends_with("pause")) {
        connection.pause();
        paused_.push_back(connection);
      }
      if (bytes.text() == "wake") {
        for (Connection& sleeper : paused_) sleeper.resume();
        paused_.clear();
      }
      connection.write("+");
    };
  }

  Descriptor connect() {
    Descriptor client = loom_test::connect_to(port_);
    opened_ += 1;
    EXPECT_TRUE(eventually([&] { return stat(Stat::accepted) == opened_; }));
    return client;
  }

  /// Sends `text` and waits for the handler's answer.
  static bool say(const Descriptor& client, const std::string& text) {
    return loom_test::send_all(client.get(), text) &&
           loom_test::receive_exactly(client.get(), 1) == "+";
  }

  std::vector<Connection> paused_;
  std::map<std::uint32_t, std::string> received_;
  std::uint64_t opened_ = 0;
};
INSTANTIATE_TEST_SUITE_P(On, Pause, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Pause, NothingIsDeliveredUntilResumeAndNothingIsLost) {
  script_pauses();
  LOOM_START_OR_SKIP();
  const Descriptor sleeper = connect();
  const Descriptor other = connect();
  std::string expected;
  for (int round = 0; round < 20; ++round) {
    const std::string more = "more of round " + std::to_string(round);
    ASSERT_TRUE(say(sleeper, "pause"));
    ASSERT_TRUE(loom_test::send_all(sleeper.get(), more));
    ASSERT_TRUE(say(other, "wake"));
    ASSERT_EQ(loom_test::receive_exactly(sleeper.get(), 1), "+") << "round " << round;
    expected += "pause" + more;
  }
  program_.join();
  EXPECT_EQ(received_[0], expected);
}

TEST_P(Pause, AStarvedConnectionGoesOnWhenABufferComesBack) {
  script_pauses();
  LOOM_START_OR_SKIP();
  std::vector<Descriptor> sleepers;
  for (int n = 0; n < 2; ++n) {
    sleepers.push_back(connect());
    ASSERT_TRUE(say(sleepers.back(), "pause"));
    ASSERT_TRUE(loom_test::send_all(sleepers.back().get(), "held"));
  }
  // Both buffers are held once these bytes were received; then a third connection finds none.
  ASSERT_TRUE(eventually([&] { return stat(Stat::bytes_received) == 2 * 9; }));
  const Descriptor starved = connect();
  ASSERT_TRUE(loom_test::send_all(starved.get(), "hungry"));
  ASSERT_TRUE(eventually([&] { return stat(Stat::buffers_exhausted) != 0; }));
  EXPECT_EQ(journal_.count("data 2 hungry"), 0U);
  sleepers[0].close();
  // Its slot is paused: only a failure ends it. A reset is one.
  const linger hard{1, 0};
  setsockopt(sleepers[1].get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  sleepers[1].close();
  program_.request_stop();
  EXPECT_TRUE(journal_.wait_for("close 0 stopped"));
}

TEST_P(Pause, BuffersComeBackHoweverAPausedConnectionEnds) {
  script_pauses();
  LOOM_START_OR_SKIP();
  const Descriptor other = connect();
  for (int round = 0; round < 10; ++round) {
    Descriptor sleeper = connect();
    ASSERT_TRUE(say(sleeper, "pause")) << "round " << round;
    ASSERT_TRUE(loom_test::send_all(sleeper.get(), "held"));
    const std::string held = "held by slot " + std::to_string(round);
    ASSERT_TRUE(say(other, "wake"));
    ASSERT_EQ(loom_test::receive_exactly(sleeper.get(), 1), "+");
    ASSERT_TRUE(say(sleeper, "pause"));
    ASSERT_TRUE(loom_test::send_all(sleeper.get(), "held again"));
    sleeper.close();
    ASSERT_TRUE(say(other, "wake"));
    ASSERT_TRUE(eventually([&] { return stat(Stat::open_connections) == 1; })) << round;
  }
}

class UnixPause : public loom_test::ProgramTest<UnixPauseFd> {
 protected:
  Descriptor connect() {
    Descriptor client = loom_test::connect_to_unix(name_, SOCK_STREAM);
    opened_ += 1;
    EXPECT_TRUE(eventually([&] { return stat(Stat::accepted) == opened_; }));
    return client;
  }

  const std::string name_ = loom_test::abstract_name("pause");
  std::uint64_t opened_ = 0;
};
INSTANTIATE_TEST_SUITE_P(On, UnixPause, loom_test::both_backends(), loom_test::backend_name);

TEST_P(UnixPause, ClosingGivesHeldBuffersBackBeforeTheQueueHasDrained) {
  std::vector<Connection> sleepers;
  const std::string filler(64, 'f');
  const auto fill = [&](Connection& connection) {
    while (connection.write(Bytes(std::string_view(filler)))) {
    }
  };
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    if (bytes.text() == "hello") connection.write("+");
    if (bytes.text() != "stuff") return;
    connection.pause();
    sleepers.push_back(connection);
    fill(connection);
  };
  script_.on_drain = fill;
  script_.on_open = [&](Connection& connection) {
    if (connection.index() != 3) return;
    for (const Connection& sleeper : sleepers) {
      // Otherwise this test would show nothing: a queue that drains gives buffers back anyway.
      EXPECT_LT(sleeper.writable_bytes(), UnixPauseFd::shape.write_queue_bytes / 2);
      sleeper.close();
    }
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor other = connect();
  std::vector<Descriptor> clients;
  for (std::uint32_t n = 1; n <= 2; ++n) {
    clients.push_back(connect());
    ASSERT_TRUE(loom_test::send_all(clients.back().get(), "stuff"));
    ASSERT_TRUE(journal_.wait_for("data " + std::to_string(n) + " stuff"));
    ASSERT_TRUE(loom_test::send_all(clients.back().get(), "held"));
  }
  ASSERT_TRUE(eventually([&] { return stat(Stat::bytes_received) == 2 * 9; }));
  ASSERT_TRUE(loom_test::send_all(other.get(), "hello"));
  ASSERT_TRUE(eventually([&] { return stat(Stat::buffers_exhausted) != 0; }));
  // The peers read nothing, so the kernel's buffers fill up and the queues behind them stand.
  ASSERT_TRUE(sending_stands_still());
  const Descriptor closer = connect();
  EXPECT_EQ(loom_test::receive_exactly(other.get(), 1), "+");
  EXPECT_EQ(stat(Stat::closed), 0U) << "both still have something to send";
}

}  // namespace

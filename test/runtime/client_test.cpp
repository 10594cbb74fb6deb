// A client's attempts, timeouts and returns, and programs that are stopped in every state of a
// connection; on both backends.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::CloseReason;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::StreamEnd;

/// Two connections that keep trying, quickly.
struct ClientFd {
  using Handler = loom_test::ScriptedHandler<ClientFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp,
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 65536,
                           .connect_timeout_nanoseconds = 20 * loom::nanoseconds_per_millisecond,
                           .reconnect_initial_nanoseconds = loom::nanoseconds_per_millisecond,
                           .reconnect_maximum_nanoseconds = 4 * loom::nanoseconds_per_millisecond});
};

class Client : public loom_test::ProgramTest<ClientFd> {
 protected:
  static std::string text_of(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

  Descriptor accept_from(const Descriptor& listener) {
    if (!loom_test::wait_for(listener.get(), POLLIN)) return {};
    return Descriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

  /// Lets every connection write until its queue refuses, again and again.
  void keep_queues_full() {
    const auto fill = [filler = std::string(1024, 'f')](Connection& connection) {
      while (connection.write(Bytes(std::string_view(filler)))) {
      }
    };
    script_.on_open = fill;
    script_.on_drain = fill;
  }
};
INSTANTIATE_TEST_SUITE_P(On, Client, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Client, ConnectsAndConnectsAgainAfterThePeerLeft) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  script_.on_open = [](Connection& connection) { connection.write("hi"); };
  LOOM_START_OR_SKIP(text_of(port));
  for (int round = 0; round < 6; ++round) {
    Descriptor peer = accept_from(listener);
    ASSERT_EQ(loom_test::receive_exactly(peer.get(), 2), "hi") << "round " << round;
  }
  EXPECT_TRUE(journal_.wait_for("close 0 ended") || journal_.wait_for("close 1 ended"));
}

TEST_P(Client, SaysThatItWasRefusedAndTriesOn) {
  std::uint16_t port = 0;
  loom_test::listen_anywhere(port).close();
  int refusal_error = 0;
  // The attempt that the stop cuts off has no error of its own.
  script_.on_close = [&](Connection&, CloseReason why) {
    if (why.kind == loom::CloseKind::refused) refusal_error = why.system_error;
  };
  LOOM_START_OR_SKIP(text_of(port));
  EXPECT_TRUE(journal_.wait_for("close 0 refused", 3));
  EXPECT_TRUE(journal_.wait_for("close 1 refused", 3));
  EXPECT_EQ(journal_.count("open 0"), 0U);
  program_.join();
  EXPECT_EQ(refusal_error, ECONNREFUSED);
  EXPECT_GE(stat(Stat::connect_failures), 6U);
  EXPECT_EQ(stat(Stat::closed), 0U) << "no connection existed";
}

/// A listener whose backlog is full, so that connects to it hang.
struct Hanging {
  std::uint16_t port = 0;
  Descriptor listener = loom_test::listen_anywhere(port, 0);
  Descriptor filler = loom_test::connect_to(port);
};

TEST_P(Client, TriesEveryAddressOfAName) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  script_.on_open = [](Connection& connection) { connection.write("hi"); };
  // Where the name has ::1 first, nobody listens there, and 127.0.0.1 is the second attempt.
  LOOM_START_OR_SKIP("localhost:" + std::to_string(port));
  const Descriptor peer = accept_from(listener);
  ASSERT_EQ(loom_test::receive_exactly(peer.get(), 2), "hi");
  EXPECT_EQ(journal_.count("close 0 refused"), 0U) << "a failed address is not a failed attempt";
}

TEST_P(Client, AConnectThatHangsTimesOut) {
  const Hanging hanging;
  LOOM_START_OR_SKIP(text_of(hanging.port));
  EXPECT_TRUE(journal_.wait_for("close 0 timed_out", 2));
  EXPECT_TRUE(journal_.wait_for("close 1 timed_out", 2));
}

TEST_P(Client, StopsWhileConnecting) {
  const Hanging hanging;
  LOOM_START_OR_SKIP(text_of(hanging.port));
  program_.join();
  EXPECT_EQ(journal_.count("open 0"), 0U);
  // Each attempt that was begun has ended, by the stop or by its timeout just before.
  EXPECT_GE(journal_.events().size(), 2U);
  for (const std::string& event : journal_.events()) EXPECT_EQ(event.find("close"), 0U) << event;
}

TEST_P(Client, StopsWhileAPeerDoesNotRead) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  keep_queues_full();
  LOOM_START_OR_SKIP(text_of(port));
  const Descriptor first = accept_from(listener);
  const Descriptor second = accept_from(listener);
  ASSERT_TRUE(journal_.wait_for("drain 0") && journal_.wait_for("drain 1"));
  program_.request_stop();
  program_.join();
  EXPECT_EQ(journal_.count("close 0 stopped"), 1U);
  EXPECT_EQ(journal_.count("close 1 stopped"), 1U);
}

TEST_P(Client, ManyWakeUpsDoNotCutAStopShort) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  // Its queue holds something that the peer does not read, so stopping has to wait for it.
  keep_queues_full();
  LOOM_START_OR_SKIP(text_of(port));
  const Descriptor first = accept_from(listener);
  const Descriptor second = accept_from(listener);
  ASSERT_TRUE(journal_.wait_for("drain 0") && journal_.wait_for("drain 1"));
  // Once nothing moves any more, wake-ups are the only events that the stopping loop sees.
  ASSERT_TRUE(sending_stands_still());
  program_.request_stop();
  ASSERT_TRUE(eventually([&] {
    program_.wake(0);
    return program_.stopped();
  }));
  program_.join();
  EXPECT_EQ(journal_.count("close 0 stopped"), 1U);
  EXPECT_EQ(journal_.count("close 1 stopped"), 1U);
}

TEST_P(Client, SendsWhatItWroteBeforeItStops) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  const std::string text(60000, 'l');
  script_.on_data = [&](Connection& connection, Bytes) {
    connection.write(Bytes(std::string_view(text)));
    program_.request_stop();  // what reactor().stop() does
  };
  LOOM_START_OR_SKIP(text_of(port));
  Descriptor peer = accept_from(listener);
  ASSERT_TRUE(loom_test::send_all(peer.get(), "x"));
  std::string arrived;
  EXPECT_EQ(loom_test::receive_to_end(peer.get(), arrived), StreamEnd::finished);
  EXPECT_EQ(arrived.size(), text.size());
  program_.join();
}

TEST_P(Client, AHandlerMayStopTheProgram) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  loom::ReactorCore* core = nullptr;
  script_.on_start = [&](loom::ReactorCore& reactor) { core = &reactor; };
  script_.on_open = [&](Connection&) { core->stop(); };
  LOOM_START_OR_SKIP(text_of(port));
  EXPECT_TRUE(eventually([&] { return program_.stopped(); }));
}

}  // namespace

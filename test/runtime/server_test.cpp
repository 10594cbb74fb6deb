// A server's connections from accept to the last completion, on both backends: data, state, slots
// and generations, full tables, pausing, closing in every way, and handlers that throw.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::CloseReason;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::StreamEnd;

/// Five connections, four receive buffers: paused connections can exhaust them.
struct ServerFd {
  using Handler = loom_test::ScriptedHandler<ServerFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .slots = 5,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 65536,
                           .options = {.reuse_address = true, .backlog = 64}});
};

class Server : public loom_test::ProgramTest<ServerFd> {
 protected:
  void echo() {
    script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  }
  Descriptor connect() { return loom_test::connect_to(port_); }
};
INSTANTIATE_TEST_SUITE_P(On, Server, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Server, EchoesAndSaysWhenThePeerEnded) {
  echo();
  LOOM_START_OR_SKIP();
  Descriptor client = connect();
  ASSERT_TRUE(loom_test::send_all(client.get(), "hello"));
  EXPECT_EQ(loom_test::receive_exactly(client.get(), 5), "hello");
  ::shutdown(client.get(), SHUT_WR);
  std::string rest;
  EXPECT_EQ(loom_test::receive_to_end(client.get(), rest), StreamEnd::finished);
  EXPECT_TRUE(journal_.wait_for("close 0 ended"));
}

TEST_P(Server, AStateIsFreshForEachConnectionAndGivenBackAtItsEnd) {
  std::atomic<std::size_t> given_back{0};
  std::vector<std::uint64_t> bytes_at_open;
  script_.on_open = [&](Connection& connection) {
    bytes_at_open.push_back(connection.state().bytes);
    EXPECT_EQ(connection.state().token, nullptr);
    connection.state().token = std::shared_ptr<int>(new int(7), [&](const int* token) {
      delete token;
      given_back.fetch_add(1);
    });
    connection.write("go");
  };
  LOOM_START_OR_SKIP();
  for (std::size_t round = 1; round <= 3; ++round) {
    Descriptor client = connect();
    ASSERT_EQ(loom_test::receive_exactly(client.get(), 2), "go");
    ASSERT_TRUE(loom_test::send_all(client.get(), "data"));
    ASSERT_TRUE(journal_.wait_for("data 0 data", round));
    client.close();
    ASSERT_TRUE(journal_.wait_for("close 0 ended", round));
    // The connection is over: what its State owned must not wait for the slot's next use.
    EXPECT_TRUE(eventually([&] { return given_back.load() == round; })) << "round " << round;
  }
  program_.join();
  EXPECT_EQ(bytes_at_open, std::vector<std::uint64_t>(3, 0));
}

TEST_P(Server, AConnectionKeptPastItsEndTouchesNobodyElse) {
  Connection kept;
  std::vector<std::uint32_t> generations;
  std::vector<int> kept_results;
  script_.on_open = [&](Connection& connection) {
    generations.push_back(connection.generation());
    if (generations.size() == 1) {
      kept = connection;
      return;
    }
    kept_results.push_back(kept.write("for a dead connection").value());
    kept.abort();
    kept.pause();
    connection.write("mine");
  };
  LOOM_START_OR_SKIP();
  connect().close();
  ASSERT_TRUE(journal_.wait_for("close 0 ended"));
  // The slot is free once its close completed; whichever slot comes next is not the dead one's.
  Descriptor second = connect();
  EXPECT_EQ(loom_test::receive_exactly(second.get(), 4), "mine");
  second.close();
  program_.join();
  ASSERT_EQ(kept_results.size(), 1U);
  EXPECT_EQ(kept_results[0], loom::WriteResult::closed);
  if (journal_.count("open 0") == 2) {
    EXPECT_EQ(generations[1], generations[0] + 1);
  }
}

TEST_P(Server, SlotsAreUsedAgainHoweverManyConnectionsCome) {
  echo();
  LOOM_START_OR_SKIP();
  for (int round = 0; round < 100; ++round) {
    Descriptor client = connect();
    ASSERT_TRUE(loom_test::send_all(client.get(), "x"));
    ASSERT_EQ(loom_test::receive_exactly(client.get(), 1), "x") << "round " << round;
    ::shutdown(client.get(), SHUT_WR);
    std::string rest;
    ASSERT_EQ(loom_test::receive_to_end(client.get(), rest), StreamEnd::finished);
  }
  EXPECT_EQ(stat(Stat::accepted), 100U);
}

TEST_P(Server, RefusesConnectionsPastItsLastSlot) {
  LOOM_START_OR_SKIP();
  std::vector<Descriptor> clients;
  for (std::uint32_t n = 0; n < ServerFd::shape.slots; ++n) {
    clients.push_back(connect());
    ASSERT_TRUE(eventually([&] { return stat(Stat::open_connections) == n + 1; }));
  }
  Descriptor extra = connect();
  std::string text;
  EXPECT_NE(loom_test::receive_to_end(extra.get(), text), StreamEnd::neither);
  EXPECT_TRUE(eventually([&] { return stat(Stat::refused) == 1; }));
  clients.clear();
  ASSERT_TRUE(eventually([&] { return stat(Stat::open_connections) == 0; }));
}

TEST_P(Server, AThrowingHookEndsItsConnectionAlone) {
  script_.on_open = [](Connection& connection) {
    if (connection.index() == 0) throw std::runtime_error("on_open");
  };
  script_.on_data = [](Connection&, Bytes bytes) {
    if (bytes.text() == "throw") throw 7;
  };
  script_.on_close = [](Connection&, CloseReason) { throw std::runtime_error("on_close"); };
  LOOM_START_OR_SKIP();
  Descriptor first = connect();
  std::string text;
  EXPECT_EQ(loom_test::receive_to_end(first.get(), text), StreamEnd::reset);
  EXPECT_TRUE(journal_.wait_for("close 0 handler_threw"));
  // Slot 0 throws at open; so hold it, by waiting for connections that live in another.
  std::vector<Descriptor> clients;
  for (int n = 0; n < 3 && journal_.count("open 1") == 0; ++n) clients.push_back(connect());
  program_.request_stop();
  program_.join();
  EXPECT_EQ(journal_.count("close 0 handler_threw"), journal_.count("open 0"));
}

TEST_P(Server, AThrowingOnDataResetsThePeer) {
  script_.on_data = [](Connection&, Bytes) { throw std::runtime_error("a handler's mistake"); };
  LOOM_START_OR_SKIP();
  Descriptor client = connect();
  ASSERT_TRUE(loom_test::send_all(client.get(), "x"));
  std::string text;
  EXPECT_EQ(loom_test::receive_to_end(client.get(), text), StreamEnd::reset);
  EXPECT_TRUE(journal_.wait_for("close 0 handler_threw"));
  const std::string handler(loom::type_name<ServerFd::Handler>());
  EXPECT_TRUE(log_.said("loom: fds.stream (" + handler + "::on_data) threw: a handler's mistake; " +
                        "its connection is closed (handler_threw)"));
  EXPECT_EQ(stat(loom::Stat::exceptions), 1U);
}

TEST_P(Server, CloseSendsWhatWasWrittenFirst) {
  const std::string text(60000, 'c');
  script_.on_open = [&](Connection& connection) {
    EXPECT_TRUE(connection.write(Bytes(std::string_view(text))));
    connection.close();
    EXPECT_EQ(connection.write("late").value(), loom::WriteResult::closed);
  };
  LOOM_START_OR_SKIP();
  Descriptor client = connect();
  std::string arrived;
  EXPECT_EQ(loom_test::receive_to_end(client.get(), arrived), StreamEnd::finished);
  EXPECT_EQ(arrived, text);
  EXPECT_TRUE(journal_.wait_for("close 0 local"));
}

TEST_P(Server, AbortResetsThePeer) {
  script_.on_data = [](Connection& connection, Bytes) { connection.abort(); };
  LOOM_START_OR_SKIP();
  Descriptor client = connect();
  ASSERT_TRUE(loom_test::send_all(client.get(), "x"));
  std::string text;
  EXPECT_EQ(loom_test::receive_to_end(client.get(), text), StreamEnd::reset);
  EXPECT_TRUE(journal_.wait_for("close 0 aborted"));
}

TEST_P(Server, FinishEndsSendingAndGoesOnReceiving) {
  script_.on_open = [](Connection& connection) {
    connection.write("bye");
    connection.finish();
    EXPECT_EQ(connection.write("late").value(), loom::WriteResult::closed);
  };
  LOOM_START_OR_SKIP();
  Descriptor client = connect();
  std::string text;
  EXPECT_EQ(loom_test::receive_to_end(client.get(), text), StreamEnd::finished);
  EXPECT_EQ(text, "bye");
  ASSERT_TRUE(loom_test::send_all(client.get(), "more"));
  EXPECT_TRUE(journal_.wait_for("data 0 more"));
  client.close();
  EXPECT_TRUE(journal_.wait_for("close 0 ended"));
}

TEST_P(Server, ARefusedWriteIsFollowedByADrain) {
  const std::string most(ServerFd::shape.write_queue_bytes, 'w');
  script_.on_open = [&](Connection& connection) {
    EXPECT_TRUE(connection.write(Bytes(std::string_view(most))));
    EXPECT_EQ(connection.writable_bytes(), 0U);
    EXPECT_EQ(connection.write("x").value(), loom::WriteResult::full);
  };
  script_.on_drain = [](Connection& connection) {
    EXPECT_GE(connection.writable_bytes(), ServerFd::shape.write_queue_bytes / 2);
    connection.write("!");
    connection.close();
  };
  LOOM_START_OR_SKIP();
  Descriptor client = connect();
  std::string arrived;
  EXPECT_EQ(loom_test::receive_to_end(client.get(), arrived), StreamEnd::finished);
  EXPECT_EQ(arrived, most + "!");
  EXPECT_EQ(journal_.count("drain 0"), 1U);
  EXPECT_EQ(stat(Stat::writes_refused), 1U);
}

}  // namespace

// Receives that may fill several buffers at once (IORING_RECVSEND_BUNDLE): the bytes keep their
// order over all of them, connections do not mix theirs, and every buffer comes back whatever the
// handler does in the middle. Where the kernel or the backend has no bundles, the same must hold.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <thread>

#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom_test::Descriptor;

constexpr std::uint32_t buffer_bytes = 256;

/// Four connections share sixteen buffers of 256 B; lines are longer than a buffer.
struct BundleFd {
  using Handler = loom_test::ScriptedHandler<BundleFd>;
  using Framing = loom::LineFraming<1024>;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .slots = 4,
                           .buffer_bytes = buffer_bytes,
                           .buffer_count = 16,
                           .write_queue_bytes = 65536,
                           .traits = {.receive = loom::ReceiveStrategy::bundle},
                           .options = {.reuse_address = true, .backlog = 8}});
};

class Bundle : public loom_test::ProgramTest<BundleFd> {
 protected:
  /// A line that says which it is, of a length between 1 and 1,000.
  static std::string line(char whose, int number) {
    std::string text(static_cast<std::size_t>(1 + number * 37 % 1000), whose);
    const std::string name = std::to_string(number);
    return text.replace(0, std::min(text.size(), name.size()), name, 0, text.size());
  }
  static std::string lines(char whose, int count) {
    std::string text;
    for (int n = 0; n < count; ++n) text += line(whose, n) + "\n";
    return text;
  }
};
INSTANTIATE_TEST_SUITE_P(On, Bundle, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Bundle, ConnectionsKeepTheirBytesInOrder) {
  std::array<std::string, 4> heard;
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    heard[connection.index()].append(bytes.text()).append("\n");
    if (bytes.text().back() == 'X') connection.write("+");
  };
  LOOM_START_OR_SKIP();
  std::array<Descriptor, 4> clients;
  std::array<std::thread, 4> writers;
  std::array<std::string, 4> sent;
  for (std::size_t n = 0; n < clients.size(); ++n) {
    clients[n] = loom_test::connect_to(port_);
    ASSERT_TRUE(eventually([&] { return stat(Stat::accepted) == n + 1; }));
    sent[n] = lines(static_cast<char>('a' + n), 600) + "X\n";
    writers[n] = std::thread([&, n] { loom_test::send_all(clients[n].get(), sent[n]); });
  }
  for (const Descriptor& client : clients) {
    EXPECT_EQ(loom_test::receive_exactly(client.get(), 1), "+");
  }
  for (std::thread& writer : writers) writer.join();
  program_.join();
  for (std::size_t n = 0; n < heard.size(); ++n) EXPECT_EQ(heard[n], sent[n]) << n;
}

TEST_P(Bundle, WhatFollowsAPauseIsHeldInAllItsBuffers) {
  std::string heard;
  Connection sleeper;
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    if (connection.index() == 1) {
      sleeper.resume();
      connection.write("+");
      return;
    }
    heard.append(bytes.text()).append("\n");
    connection.pause();
    connection.write("-");
  };
  script_.on_open = [&](Connection& connection) {
    if (connection.index() == 0) sleeper = connection;
  };
  LOOM_START_OR_SKIP();
  const Descriptor client = loom_test::connect_to(port_);
  ASSERT_TRUE(eventually([&] { return stat(Stat::accepted) == 1; }));
  const Descriptor waker = loom_test::connect_to(port_);
  const int count = 12;
  const std::string sent = lines('p', count);
  // A paused connection holds what came: the waker must find a buffer beside it.
  ASSERT_LT(sent.size(), 12 * buffer_bytes);
  std::thread writer([&] { EXPECT_TRUE(loom_test::send_all(client.get(), sent)); });
  for (int n = 0; n < count; ++n) {
    ASSERT_EQ(loom_test::receive_exactly(client.get(), 1), "-") << n;
    ASSERT_TRUE(loom_test::send_all(waker.get(), "wake\n"));
    ASSERT_EQ(loom_test::receive_exactly(waker.get(), 1), "+");
  }
  writer.join();
  program_.join();
  EXPECT_EQ(heard, sent);
}

TEST_P(Bundle, WhoFoundNoBufferGoesOnWhenSomeComeBack) {
  loom::ReactorHandle reactor;
  Connection sleeper;
  script_.on_start = [&](loom::ReactorCore& core) { reactor = core.handle(); };
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    if (connection.index() != 0) return static_cast<void>(connection.write("+"));
    if (bytes.text() != "last") connection.pause();
    sleeper = connection;
  };
  LOOM_START_OR_SKIP();
  const Descriptor holder = loom_test::connect_to(port_);
  ASSERT_TRUE(eventually([&] { return stat(Stat::accepted) == 1; }));
  const Descriptor starving = loom_test::connect_to(port_);
  ASSERT_TRUE(eventually([&] { return stat(Stat::accepted) == 2; }));
  // One line is taken; of the rest, more than all buffers hold, the ring takes what it can.
  std::thread writer([&] { loom_test::send_all(holder.get(), lines('h', 64) + "last\n"); });
  EXPECT_TRUE(eventually([&] { return stat(Stat::messages_received) == 1; }));
  EXPECT_TRUE(turn_around());
  EXPECT_TRUE(loom_test::send_all(starving.get(), "hungry\n"));
  EXPECT_TRUE(turn_around());
  for (int n = 0; n < 64; ++n) {
    const std::uint64_t before = stat(Stat::messages_received);
    EXPECT_TRUE(reactor.post([&] { sleeper.resume(); }));
    EXPECT_TRUE(eventually([&] { return stat(Stat::messages_received) != before; })) << n;
  }
  EXPECT_EQ(loom_test::receive_exactly(starving.get(), 1), "+");
  writer.join();
}

TEST_P(Bundle, EveryBufferComesBackWhenAConnectionEndsWithinOne) {
  script_.on_data = [](Connection& connection, Bytes bytes) {
    if (bytes.text().starts_with("0")) connection.close();
    if (bytes.text() == "still here") connection.write("+");
  };
  LOOM_START_OR_SKIP();
  for (int round = 0; round < 24; ++round) {
    const Descriptor client = loom_test::connect_to(port_);
    loom_test::send_all(client.get(), lines('e', 12));
    ASSERT_TRUE(eventually([&] {
      return stat(Stat::closed) == static_cast<std::uint64_t>(round) + 1 &&
             stat(Stat::open_connections) == 0;
    })) << round;
  }
  const Descriptor client = loom_test::connect_to(port_);
  ASSERT_TRUE(loom_test::send_all(client.get(), "still here\n"));
  EXPECT_EQ(loom_test::receive_exactly(client.get(), 1), "+");
}

}  // namespace

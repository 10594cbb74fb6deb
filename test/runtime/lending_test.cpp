// What a hook writes of the very bytes that it was given leaves without a copy, from the receive
// buffer. Nobody may notice: order, bounds, slow readers and ends are as with a copy. Receives by
// readiness lend on epoll, direct receives on both backends.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>

#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::ReceiveStrategy;
using loom::Stat;
using loom_test::Descriptor;

/// Three connections share two receive buffers, larger than what is lent at least.
constexpr loom::StreamShape shape_of(ReceiveStrategy strategy) {
  return loom_test::numbered(
      {.kind = loom::StreamKind::tcp_server,
       .slots = 3,
       .buffer_bytes = 4096,
       .buffer_count = 2,
       .write_queue_bytes = 16384,
       .traits = {.receive = strategy},
       .options = {.reuse_address = true, .backlog = 8, .send_buffer_bytes = 4096}});
}

struct ArmedFd {
  using Handler = loom_test::ScriptedHandler<ArmedFd>;
  using Framing = loom::LineFraming<2048>;
  static constexpr loom::StreamShape shape = shape_of(ReceiveStrategy::multishot);
};
struct DirectFd {
  using Handler = loom_test::ScriptedHandler<DirectFd>;
  using Framing = loom::LineFraming<2048>;
  static constexpr loom::StreamShape shape = shape_of(ReceiveStrategy::direct);
};

template <class Fd>
class Lending : public loom_test::ProgramTest<Fd> {
 public:
  using typename loom_test::ProgramTest<Fd>::Connection;

  void writes_twice() {
    script_.on_data = [](Connection& connection, Bytes line) {
      const std::uint32_t before = connection.writable_bytes();
      connection.write(line);
      EXPECT_EQ(connection.writable_bytes(), before - line.size()) << "what is lent takes room too";
      connection.write("|");
      connection.write(line.part(100, 700));
      connection.write("\n");
    };
    LOOM_START_OR_SKIP();
    const Descriptor client = loom_test::connect_to(port_);
    const std::string line = pattern(1500, 'a');
    for (int round = 0; round < 8; ++round) {
      ASSERT_TRUE(loom_test::send_all(client.get(), line + "\n"));
      const std::string expected = line + "|" + line.substr(100, 700) + "\n";
      ASSERT_EQ(loom_test::receive_exactly(client.get(), expected.size()), expected);
    }
  }

  void a_slow_reader_misses_nothing() {
    std::map<std::uint32_t, std::string> refused;
    script_.on_data = [&](Connection& connection, Bytes line) {
      if (connection.write(line)) return;
      refused[connection.index()] = std::string(line.text());
      connection.pause();
    };
    script_.on_drain = [&](Connection& connection) {
      connection.write(Bytes(std::string_view(refused[connection.index()])));
      connection.resume();
    };
    LOOM_START_OR_SKIP();
    const Descriptor client = loom_test::connect_to(port_);
    std::string sent;
    std::string lines;
    for (int n = 0; n < 400; ++n) {
      const std::string line =
          pattern(static_cast<std::size_t>(1000 + n), static_cast<char>('a' + n % 26));
      sent += line;
      lines += line + "\n";
    }
    std::thread writer([&] { EXPECT_TRUE(loom_test::send_all(client.get(), lines)); });
    // Before anything is read the program has filled what there is to fill.
    EXPECT_TRUE(this->eventually([&] { return stat(Stat::writes_refused) != 0; }));
    EXPECT_EQ(loom_test::receive_exactly(client.get(), sent.size()), sent);
    writer.join();
  }

  void what_follows_a_pause_is_kept() {
    script_.on_data = [](Connection& connection, Bytes line) {
      connection.write(line);
      if (connection.index() == 0) connection.pause();
    };
    script_.on_open = [&](Connection& connection) {
      if (connection.index() == 0) sleeper_ = connection;
      if (connection.index() == 1) sleeper_.resume();
    };
    LOOM_START_OR_SKIP();
    const Descriptor client = loom_test::connect_to(port_);
    const std::string first = pattern(800, 'f');
    const std::string second = pattern(900, 's');
    ASSERT_TRUE(loom_test::send_all(client.get(), first + "\n" + second + "\n"));
    ASSERT_EQ(loom_test::receive_exactly(client.get(), first.size()), first);
    const Descriptor waker = loom_test::connect_to(port_);
    ASSERT_EQ(loom_test::receive_exactly(client.get(), second.size()), second);
  }

  void buffers_come_back_however_it_ends() {
    script_.on_data = [](Connection& connection, Bytes line) {
      connection.write(line);
      if (line.text().starts_with("close")) connection.close();
      if (line.text().starts_with("abort")) connection.abort();
      if (line.text().starts_with("throw")) throw 1;
    };
    LOOM_START_OR_SKIP();
    for (int round = 0; round < 6; ++round) {
      for (const char* how : {"close", "abort", "throw"}) {
        const Descriptor client = loom_test::connect_to(port_);
        const std::string line = how + pattern(1000, 'e');
        ASSERT_TRUE(loom_test::send_all(client.get(), line + "\n"));
        // What was written before a close() still arrives; the other two end at once.
        if (*how == 'c') {
          ASSERT_EQ(loom_test::receive_exactly(client.get(), line.size()), line);
        }
        ASSERT_TRUE(this->eventually([&] { return stat(Stat::open_connections) == 0; })) << how;
      }
    }
    const Descriptor client = loom_test::connect_to(port_);
    const std::string line = pattern(2000, 'l');
    ASSERT_TRUE(loom_test::send_all(client.get(), line + "\n"));
    EXPECT_EQ(loom_test::receive_exactly(client.get(), line.size()), line);
  }

 private:
  using loom_test::ProgramTest<Fd>::port_;
  using loom_test::ProgramTest<Fd>::script_;
  using loom_test::ProgramTest<Fd>::stat;

  /// `bytes` letters that differ with their place.
  static std::string pattern(std::size_t bytes, char first) {
    std::string text(bytes, first);
    for (std::size_t n = 0; n < bytes; n += 7) text[n] = static_cast<char>('A' + n % 26);
    return text;
  }

  Connection sleeper_;
};

using ArmedLending = Lending<ArmedFd>;
using DirectLending = Lending<DirectFd>;
INSTANTIATE_TEST_SUITE_P(On, ArmedLending, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, DirectLending, loom_test::both_backends(), loom_test::backend_name);

TEST_P(ArmedLending, WritesOfOneBufferKeepTheirOrder) { writes_twice(); }
TEST_P(DirectLending, WritesOfOneBufferKeepTheirOrder) { writes_twice(); }
TEST_P(ArmedLending, ASlowReaderMissesNothing) { a_slow_reader_misses_nothing(); }
TEST_P(DirectLending, ASlowReaderMissesNothing) { a_slow_reader_misses_nothing(); }
TEST_P(ArmedLending, WhatFollowsAPauseIsKept) { what_follows_a_pause_is_kept(); }
TEST_P(DirectLending, WhatFollowsAPauseIsKept) { what_follows_a_pause_is_kept(); }
TEST_P(ArmedLending, BuffersComeBackHoweverItEnds) { buffers_come_back_however_it_ends(); }
TEST_P(DirectLending, BuffersComeBackHoweverItEnds) { buffers_come_back_however_it_ends(); }

}  // namespace

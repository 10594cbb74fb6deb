// Messages that come together: a fiber reads them one after the other where they lie, and whatever
// it does between two reads (wait, yield, pause, close) the next read gives what it would have
// given one by one.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <thread>

#include "fiber_fixture.hpp"
#include "loom/framing.hpp"

namespace {

using loom::Failure;
using loom::Stat;
using loom_test::connect_to;
using loom_test::Descriptor;
using loom_test::receive_exactly;
using loom_test::send_all;
using loom_test::StreamEnd;

struct LineFd {
  using Handler = loom::FiberStream<LineFd, loom_test::FiberHandler<LineFd>, 0>;
  using Framing = loom::LineFraming<512>;
  static constexpr loom::StackClass stacks{"connections", 65536, 2, 0};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 2,
                           .buffer_bytes = 2048,
                           .buffer_count = 4,
                           .write_queue_bytes = 8192,
                           .options = {.no_delay = true, .backlog = 16}});
};

class FiberRead : public loom_test::FiberProgramTest<LineFd> {
 protected:
  using Fiber = loom::FiberConnection<LineFd>;
};
INSTANTIATE_TEST_SUITE_P(Backends, FiberRead, loom_test::both_backends(), loom_test::backend_name);

TEST_P(FiberRead, WhateverItDoesBetweenTwoReadsNothingIsLostOrChanged) {
  script_.run = [](Fiber& connection) {
    while (const auto line = connection.read()) {
      const std::string before(line->text());
      switch (before.front()) {
        case 's': static_cast<void>(loom::sleep(1'000)); break;
        case 'y': loom::yield(); break;
        case 'f': static_cast<void>(connection.flush()); break;
        case 'p':
          connection.handle().pause();
          loom::yield();
          connection.handle().resume();
          break;
        default: break;
      }
      EXPECT_EQ(line->text(), before) << "the message is the fiber's until it reads again";
      if (!connection.write_frame(*line)) return;
    }
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  std::mt19937 random(4);
  std::string sent;
  constexpr std::uint64_t lines = 4000;
  for (std::uint64_t n = 0; n < lines; ++n) {
    sent += "------syfp"[random() % 10];
    sent += std::string(random() % 300, static_cast<char>('a' + n % 26)) + "\n";
  }
  std::thread sender([&] { send_all(peer.get(), sent); });
  EXPECT_EQ(receive_exactly(peer.get(), sent.size()), sent);
  sender.join();
  EXPECT_EQ(stat(Stat::messages_received), lines);
}

TEST_P(FiberRead, ReadsNothingMoreThatItClosedBefore) {
  script_.run = [this](Fiber& connection) {
    auto line = connection.read();
    EXPECT_TRUE(line);
    line = connection.read();
    EXPECT_EQ(line->text(), "two");
    connection.close();
    EXPECT_FALSE(connection.read()) << "three has come, and nobody wants it";
    script_.journal.add("read");
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  ASSERT_TRUE(send_all(peer.get(), "one\ntwo\nthree\n"));
  EXPECT_TRUE(script_.journal.wait_for("read"));
  std::string rest;
  EXPECT_NE(loom_test::receive_to_end(peer.get(), rest), StreamEnd::neither);
}

TEST_P(FiberRead, ACancelledScopeReadsNothingMore) {
  script_.run = [this](Fiber& connection) {
    EXPECT_TRUE(connection.read());
    {
      loom::Scope scope;
      EXPECT_TRUE(scope.spawn(1, "reads", [&connection, &scope] {
        EXPECT_EQ(connection.read()->text(), "two");
        scope.cancel();
        EXPECT_EQ(connection.read().error().failure, Failure::cancelled);
      }));
      static_cast<void>(scope.join());
    }
    EXPECT_EQ(connection.read()->text(), "three") << "it is there for who comes next";
    script_.journal.add("read");
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  ASSERT_TRUE(send_all(peer.get(), "one\ntwo\nthree\n"));
  EXPECT_TRUE(script_.journal.wait_for("read"));
}

TEST_P(FiberRead, ATooLongLineEndsItsConnectionBehindThoseBefore) {
  script_.run = [this](Fiber& connection) {
    EXPECT_EQ(connection.read()->text(), "one");
    EXPECT_EQ(connection.read()->text(), "two");
    EXPECT_FALSE(connection.read());
    EXPECT_EQ(connection.close_reason().kind, loom::CloseKind::frame_too_large);
    script_.journal.add("read");
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  ASSERT_TRUE(send_all(peer.get(), "one\ntwo\n" + std::string(600, 'x') + "\n"));
  EXPECT_TRUE(script_.journal.wait_for("read"));
}

}  // namespace

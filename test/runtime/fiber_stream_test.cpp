// Fiber style: a connection's whole life as straight-line code, on both backends.
#include <numeric>
#include <stdexcept>
#include <string>

#include "fiber_fixture.hpp"
#include "loom/framing.hpp"

namespace {

using loom::Bytes;
using loom::Failure;
using loom::Stat;
using loom_test::connect_to;
using loom_test::Descriptor;
using loom_test::receive_exactly;
using loom_test::send_all;
using loom_test::StreamEnd;

/// Four connections, stacks for two of them, one may wait for a stack.
struct LineFd {
  using Handler = loom::FiberStream<LineFd, loom_test::FiberHandler<LineFd>, 0>;
  using Framing = loom::LineFraming<4096>;
  static constexpr loom::StackClass stacks{"connections", 65536, 2, 1};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 4,
                           .buffer_bytes = 1024,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.no_delay = true, .reuse_address = true, .backlog = 16}});
};

class FiberStream : public loom_test::FiberProgramTest<LineFd> {
 protected:
  using Fiber = loom::FiberConnection<LineFd>;

  /// Sends every line back.
  static void echo(Fiber& connection) {
    while (const auto line = connection.read()) {
      if (!connection.write_frame(*line)) return;
    }
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, FiberStream, loom_test::both_backends(),
                         loom_test::backend_name);

TEST_P(FiberStream, EchoesLinesUntilThePeerEnds) {
  script_.run = &echo;
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  std::string sent;
  for (unsigned n = 0; n < 2000; ++n) sent += std::to_string(n) + std::string(n % 50, 'x') + "\n";
  std::thread sender([&] { send_all(peer.get(), sent); });
  EXPECT_EQ(receive_exactly(peer.get(), sent.size()), sent);
  sender.join();
  ::shutdown(peer.get(), SHUT_WR);
  std::string rest;
  EXPECT_EQ(loom_test::receive_to_end(peer.get(), rest), StreamEnd::finished);
  EXPECT_TRUE(script_.journal.wait_for("end 0"));
  EXPECT_EQ(stat(Stat::messages_received), 2000U);
}

TEST_P(FiberStream, AMessageStaysWhereItIsWhileItsFiberWaits) {
  // Each line is written back in two parts with a wait for the kernel between them; more lines
  // come meanwhile, some across the end of a buffer.
  script_.run = [](Fiber& connection) {
    while (const auto line = connection.read()) {
      const std::string before(line->text());
      if (!connection.write(line->part(0, line->size() / 2)) || !connection.flush()) return;
      EXPECT_EQ(line->text(), before) << "the bytes were the fiber's";
      if (!connection.write(line->part(line->size() / 2, line->size() - line->size() / 2))) return;
      if (!connection.write("\n") || !connection.flush()) return;
      EXPECT_EQ(line->text(), before);
    }
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  std::string sent;
  for (unsigned n = 0; n < 3000; ++n)
    sent += std::string(n % 200 + 2, static_cast<char>('a' + n % 26)) + "\n";
  std::thread sender([&] { send_all(peer.get(), sent); });
  EXPECT_EQ(receive_exactly(peer.get(), sent.size()), sent);
  sender.join();
}

TEST_P(FiberStream, AWriteLongerThanItsQueueWaitsForRoom) {
  const std::string large(1 << 20, 'L');
  script_.run = [&](Fiber& connection) {
    EXPECT_TRUE(connection.write(Bytes(std::string_view(large))));
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  EXPECT_EQ(receive_exactly(peer.get(), large.size()), large);
  EXPECT_TRUE(script_.journal.wait_for("end 0"));
}

TEST_P(FiberStream, ALostPeerIsAFailedReadAndAFailedWrite) {
  script_.run = [&](Fiber& connection) {
    auto line = connection.read();
    EXPECT_TRUE(line);
    line = connection.read();
    EXPECT_EQ(line.error().failure, Failure::closed);
    EXPECT_EQ(connection.close_reason().kind, loom::CloseKind::reset);
    EXPECT_EQ(connection.write("more").error().failure, Failure::closed);
    EXPECT_EQ(connection.read().error().failure, Failure::closed) << "and again";
  };
  LOOM_START_OR_SKIP();
  Descriptor peer = connect_to(port_);
  ASSERT_TRUE(send_all(peer.get(), "one\n"));
  EXPECT_TRUE(eventually([&] { return stat(Stat::messages_received) == 1; }));
  const linger reset{1, 0};
  ::setsockopt(peer.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  peer.close();
  EXPECT_TRUE(script_.journal.wait_for("end 0"));
}

TEST_P(FiberStream, AnEscapedExceptionEndsItsConnectionAlone) {
  script_.run = [](Fiber& connection) {
    while (const auto line = connection.read()) {
      if (line->text() == "throw") throw std::runtime_error("as told");
      if (!connection.write_frame(*line)) return;
    }
  };
  LOOM_START_OR_SKIP();
  const Descriptor good = connect_to(port_);
  const Descriptor bad = connect_to(port_);
  ASSERT_TRUE(send_all(good.get(), "first\n"));
  EXPECT_EQ(receive_exactly(good.get(), 6), "first\n");
  ASSERT_TRUE(send_all(bad.get(), "throw\n"));
  std::string rest;
  EXPECT_EQ(loom_test::receive_to_end(bad.get(), rest), StreamEnd::reset);
  ASSERT_TRUE(send_all(good.get(), "second\n"));
  EXPECT_EQ(receive_exactly(good.get(), 7), "second\n");
}

TEST_P(FiberStream, TheHookOfTheEndSeesTheFibersStateAndMayThrow) {
  script_.run = [](Fiber& connection) {
    while (const auto line = connection.read()) connection.state().bytes += line->size();
  };
  script_.on_close = [&](loom::Connection<LineFd>& connection) {
    script_.journal.add("closed after " + std::to_string(connection.state().bytes));
    throw std::runtime_error("from on_close");
  };
  LOOM_START_OR_SKIP();
  for (const unsigned round : {1U, 2U}) {
    Descriptor peer = connect_to(port_);
    ASSERT_TRUE(send_all(peer.get(), "seven77\n"));
    peer.close();
    EXPECT_TRUE(eventually([&] { return stat(Stat::closed) == round; })) << "the program goes on";
  }
  EXPECT_TRUE(script_.journal.wait_for("closed after 7"));
}

TEST_P(FiberStream, AThrowAfterAWaitInsideCatchIsTheFibersOwn) {
  // Both fibers wait while they handle an exception; each must throw its own again.
  script_.run = [&](Fiber& connection) {
    try {
      try {
        throw std::runtime_error("of " + std::to_string(connection.index()));
      } catch (...) {
        static_cast<void>(connection.read());
        throw;
      }
    } catch (const std::runtime_error& error) {
      script_.journal.add(std::to_string(connection.index()) + " caught " + error.what());
    }
  };
  LOOM_START_OR_SKIP();
  const Descriptor first = connect_to(port_);
  const Descriptor second = connect_to(port_);
  ASSERT_TRUE(script_.journal.wait_for("begin 0") && script_.journal.wait_for("begin 1"));
  send_all(first.get(), "go\n");
  send_all(second.get(), "go\n");
  EXPECT_TRUE(script_.journal.wait_for("0 caught of 0"));
  EXPECT_TRUE(script_.journal.wait_for("1 caught of 1"));
}

TEST_P(FiberStream, WithoutAStackAConnectionWaitsOrIsRefused) {
  script_.run = &echo;
  LOOM_START_OR_SKIP();
  Descriptor first = connect_to(port_);
  const Descriptor second = connect_to(port_);
  ASSERT_TRUE(script_.journal.wait_for("begin 0") && script_.journal.wait_for("begin 1"));
  const Descriptor third = connect_to(port_);
  ASSERT_TRUE(send_all(third.get(), "patient\n"));
  ASSERT_TRUE(eventually([&] { return stat(Stat::stacks_awaited) == 1; }));
  const Descriptor fourth = connect_to(port_);
  std::string rest;
  EXPECT_NE(loom_test::receive_to_end(fourth.get(), rest), StreamEnd::neither);
  EXPECT_EQ(stat(Stat::stacks_exhausted), 1U);
  first.close();
  EXPECT_EQ(receive_exactly(third.get(), 8), "patient\n") << "it has the first one's stack";
  program_.join();
  const loom::ReactorRun& run = program_.run_of(0);
  ASSERT_EQ(run.stack_class_count, 2U);
  EXPECT_STREQ(run.stacks[0].name, "connections");
  EXPECT_EQ(run.stacks[0].used_most, 2U);
  EXPECT_EQ(run.stacks[0].refused, 1U);
  EXPECT_EQ(run.stacks[1].used_most, 0U);
}

TEST_P(FiberStream, AStopEndsConnectionsThatWaitForAStack) {
  script_.run = [](Fiber&) { static_cast<void>(loom::sleep(loom::no_deadline)); };
  LOOM_START_OR_SKIP();
  const Descriptor first = connect_to(port_);
  const Descriptor second = connect_to(port_);
  ASSERT_TRUE(script_.journal.wait_for("begin 0") && script_.journal.wait_for("begin 1"));
  const Descriptor third = connect_to(port_);
  ASSERT_TRUE(eventually([&] { return stat(Stat::stacks_awaited) == 1; }));
}

TEST_P(FiberStream, AStoppedReactorUnwindsItsFibers) {
  std::atomic<int> destroyed = 0;
  script_.run = [&](Fiber& connection) {
    struct AtEnd {
      std::atomic<int>& count;
      ~AtEnd() { count += 1; }
    } at_end{destroyed};
    // Waits for what never comes, and does not care for the connection's end.
    loom::FiberWaitList nobody;
    connection.handle().slot().family->core->fibers().suspend(&nobody, loom::no_deadline);
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  ASSERT_TRUE(script_.journal.wait_for("begin 0"));
  program_.join();
  EXPECT_EQ(destroyed, 1);
  EXPECT_EQ(script_.journal.count("unwound 0"), 1U);
  EXPECT_EQ(stat(Stat::fibers_live), 0U);
}

TEST_P(FiberStream, SpawnedFibersRunInTheirTurnAndYield) {
  std::string order;
  script_.on_start = [&](loom::ReactorCore& core) {
    loom::FiberScheduler& fibers = core.fibers();
    for (char letter = 'a'; letter < 'd'; ++letter) {
      EXPECT_TRUE(fibers.spawn(1, "letters", [this_order = &order, letter, &fibers] {
        for (int n = 0; n < 3; ++n) {
          *this_order += letter;
          fibers.yield();
        }
        if (letter == 'c') loom_test::FiberScript<LineFd>::current->journal.add(*this_order);
      }));
    }
  };
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(script_.journal.wait_for("abcabcabc"));
}

TEST_P(FiberStream, SleepsForAtLeastAsLongAsAsked) {
  script_.run = [&](Fiber& connection) {
    loom::ReactorCore& core = connection.handle().slot().family->core->fibers().core();
    for (const std::uint64_t nanoseconds : {0U, 1000U, 300'000U, 5'000'000U}) {
      const std::uint64_t begin = core.now_nanoseconds();
      EXPECT_TRUE(loom::sleep(nanoseconds));
      EXPECT_GE(core.now_nanoseconds(), begin + nanoseconds);
    }
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  EXPECT_TRUE(script_.journal.wait_for("end 0"));
}

TEST_P(FiberStream, AReadWithADeadlineComesBackAndCanBeRepeated) {
  script_.run = [&](Fiber& connection) {
    loom::ReactorCore& core = connection.handle().slot().family->core->fibers().core();
    const auto late = connection.read(core.now_nanoseconds() + 1'000'000);
    EXPECT_EQ(late.error().failure, Failure::timed_out);
    EXPECT_TRUE(connection.write_frame("ready"));
    const auto line = connection.read(core.now_nanoseconds() + 20'000'000'000);
    EXPECT_EQ(line ? line->text() : "nothing", "now");
  };
  LOOM_START_OR_SKIP();
  const Descriptor peer = connect_to(port_);
  EXPECT_EQ(receive_exactly(peer.get(), 6), "ready\n");
  ASSERT_TRUE(send_all(peer.get(), "now\n"));
  EXPECT_TRUE(script_.journal.wait_for("end 0"));
}

TEST_P(FiberStream, SlotsAndStacksAreUsedAgain) {
  script_.run = &echo;
  LOOM_START_OR_SKIP();
  for (int round = 0; round < 200; ++round) {
    const Descriptor peer = connect_to(port_);
    ASSERT_TRUE(send_all(peer.get(), "round\n"));
    ASSERT_EQ(receive_exactly(peer.get(), 6), "round\n");
  }
  EXPECT_EQ(stat(Stat::stacks_exhausted), 0U);
}

}  // namespace

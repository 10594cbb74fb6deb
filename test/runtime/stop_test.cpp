// A stop in the middle of everything: operations of every kind in flight, on every backend and with
// every way to read, asked for by another thread after some number of turns. Nothing stays in
// flight and no connection open: a loop that had to give up at its limit of 190 ms would leave
// some.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::FdTraits;
using loom::Stat;
using loom_test::Descriptor;

constexpr int rounds = 8;
constexpr std::uint32_t most_turns = 40;
constexpr int peers_at_once = 9;

struct Multishot {
  static constexpr FdTraits traits{};
};
struct Oneshot {
  static constexpr FdTraits traits{.receive = loom::ReceiveStrategy::oneshot};
};
struct Direct {
  static constexpr FdTraits traits{.receive = loom::ReceiveStrategy::direct};
};
struct Level {
  static constexpr FdTraits traits{.trigger = loom::Trigger::level};
};

template <class Variant>
struct ServerFd {
  using Handler = loom_test::ScriptedHandler<ServerFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .slots = 12,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 65536,
                           .traits = Variant::traits,
                           .options = {.reuse_address = true, .backlog = 64}});
};

/// Some of its connections hang in connect(2), the others are open; all have a time limit armed.
template <class Variant>
struct ClientFd {
  using Handler = loom_test::ScriptedHandler<ClientFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp,
                           .slots = 6,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 65536,
                           .traits = Variant::traits,
                           .connect_timeout_nanoseconds = loom::nanoseconds_per_second,
                           .reconnect_initial_nanoseconds = loom::nanoseconds_per_millisecond,
                           .reconnect_maximum_nanoseconds = 4 * loom::nanoseconds_per_millisecond});
};

/// One program around one fd, from its start to its stop.
template <class Fd>
class Busy {
 public:
  using Connection = loom::Connection<Fd>;

  /// Connection 0 echoes, 1 writes more than its peer reads, 2 is paused, and so on.
  Busy() {
    script_.on_open = [filler = std::string(1024, 'f')](Connection& connection) {
      if (connection.index() % 3 == 2) connection.pause();
      if (connection.index() % 3 != 1) return;
      while (connection.write(Bytes(std::string_view(filler)))) {
      }
    };
    script_.on_drain = script_.on_open;
    script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
    loom_test::Script<Fd>::current = &script_;
    loom_test::current_table = {"test", loom::shared_abi, &loom_test::One<Fd>::entry, 1};
  }

  /// False where this machine has no such backend.
  bool start(const char* backend, const std::string& address) {
    const loom::AddressOverride override{"stream", address.c_str()};
    loom::ProgramStart start;
    start.reactors[0].shared = block_.data();
    start.backend = backend;
    start.addresses = &override;
    start.address_count = 1;
    const loom::StartReport report = program_.start(start);
    if (!report.ok) {
      EXPECT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
      EXPECT_TRUE(loom::IoUring<loom_test::OneShape<Fd>>::probe()) << report.message;
      return false;
    }
    const std::string bound = report.bound_count == 0 ? ":0" : report.bound[0].text;
    port = static_cast<std::uint16_t>(std::stoi(bound.substr(bound.rfind(':') + 1)));
    return true;
  }

  /// Another thread stops the program once it has gone around `turns` times more.
  void stop_after(std::uint64_t turns) {
    const std::uint64_t until = block_.stat(Stat::turns) + turns;
    std::thread([&] {
      while (block_.stat(Stat::turns) < until) program_.wake(0);
      program_.request_stop();
    }).join();
    program_.join();
    EXPECT_EQ(block_.stat(Stat::in_flight), 0U) << "after " << turns << " turns";
    EXPECT_EQ(block_.stat(Stat::open_connections), 0U) << "after " << turns << " turns";
    EXPECT_EQ(block_.stat(Stat::stale_completions), 0U) << "after " << turns << " turns";
  }

  std::uint16_t port = 0;

 private:
  loom_test::Script<Fd> script_;
  loom_test::SharedBlock block_{loom_test::OneShape<Fd>::shared_bytes};
  loom::RunningProgram program_;
};

template <class Variant>
class Stop : public testing::Test {
 protected:
  std::mt19937 random_{std::random_device{}()};
};
using Variants = testing::Types<Multishot, Oneshot, Direct, Level>;
TYPED_TEST_SUITE(Stop, Variants);

TYPED_TEST(Stop, OfABusyServerLeavesNothingInFlight) {
  for (const char* backend : {"io_uring", "epoll"}) {
    for (int round = 0; round < rounds; ++round) {
      Busy<ServerFd<TypeParam>> busy;
      if (!busy.start(backend, "127.0.0.1:0")) break;
      std::vector<Descriptor> peers;
      for (int n = 0; n < peers_at_once; ++n) {
        peers.push_back(loom_test::connect_to(busy.port));
        ASSERT_TRUE(loom_test::send_all(peers.back().get(), "some bytes")) << backend;
      }
      busy.stop_after(this->random_() % most_turns);
    }
  }
}

TYPED_TEST(Stop, OfClientsInEveryStateLeavesNothingInFlight) {
  for (const char* backend : {"io_uring", "epoll"}) {
    for (int round = 0; round < rounds; ++round) {
      // A backlog of 1 holds two connections; the kernel drops the SYNs of the others.
      std::uint16_t port = 0;
      const Descriptor listener = loom_test::listen_anywhere(port, 1);
      Busy<ClientFd<TypeParam>> busy;
      if (!busy.start(backend, "127.0.0.1:" + std::to_string(port))) break;
      busy.stop_after(this->random_() % most_turns);
    }
  }
}

TYPED_TEST(Stop, BeforeTheFirstTurnIsSeenInIt) {
  for (const char* backend : {"io_uring", "epoll"}) {
    Busy<ServerFd<TypeParam>> busy;
    if (!busy.start(backend, "127.0.0.1:0")) continue;
    busy.stop_after(0);
  }
}

}  // namespace

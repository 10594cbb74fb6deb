// A program's threads: started together, stopped from anywhere, joined as often as one likes, and
// none left over when one of them cannot start; and a reactor that the caller's thread turns.
#include <gtest/gtest.h>

#include <poll.h>
#include <pthread.h>

#include <atomic>
#include <csignal>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::StartReport;
using loom_test::Descriptor;

struct EchoFd {
  using Handler = loom_test::ScriptedHandler<EchoFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 16}});
};

using One = loom_test::One<EchoFd>;
using Shape = loom_test::OneShape<EchoFd>;
constexpr loom::ReactorEntry three[] = {
    {"a", Shape::shared_bytes, One::entry.run},
    {"b", Shape::shared_bytes, One::entry.run},
    {"c", Shape::shared_bytes, One::entry.run},
};

/// Three reactors with a server each.
class Program : public testing::Test {
 protected:
  void SetUp() override {
    loom_test::Script<EchoFd>::current = &script_;
    loom_test::current_table = {"test", loom::shared_abi, three, 3};
    for (int n = 0; n < 3; ++n) start_.reactors[n].shared = blocks_[n].data();
    start_.context = this;
    start_.stopped = [](void* self, std::uint32_t reactor) noexcept {
      static_cast<Program*>(self)->script_.journal.add("stopped " + std::to_string(reactor));
    };
  }

  loom_test::Script<EchoFd> script_;
  loom_test::SharedBlock blocks_[3] = {loom_test::SharedBlock(Shape::shared_bytes),
                                       loom_test::SharedBlock(Shape::shared_bytes),
                                       loom_test::SharedBlock(Shape::shared_bytes)};
  loom::ProgramStart start_;
};

TEST_F(Program, StartsEveryReactorAndReportsWhatEachOneBound) {
  loom::RunningProgram program;
  EXPECT_TRUE(program.stopped());
  const StartReport report = program.start(start_);
  ASSERT_TRUE(report.ok) << report.message;
  EXPECT_FALSE(program.stopped());
  ASSERT_EQ(report.bound_count, 3U);
  for (std::uint32_t n = 0; n < 3; ++n) {
    const std::string bound = report.bound[n].text;
    const int port = std::stoi(bound.substr(bound.rfind(':') + 1));
    EXPECT_GE(loom_test::connect_to(static_cast<std::uint16_t>(port)).get(), 0) << bound;
    EXPECT_STRNE(report.reactors[n].backend, "");
    EXPECT_STRNE(report.reactors[n].reason, "");
  }
  program.join();
  EXPECT_TRUE(program.stopped());
  for (std::uint32_t n = 0; n < 3; ++n) {
    EXPECT_EQ(script_.journal.count("stopped " + std::to_string(n)), 1U);
  }
}

TEST_F(Program, IsStoppedFromAnotherThread) {
  loom::RunningProgram program;
  ASSERT_TRUE(program.start(start_).ok);
  std::thread other([&] { program.request_stop(); });
  for (std::uint32_t n = 0; n < 3; ++n) {
    EXPECT_TRUE(script_.journal.wait_for("stopped " + std::to_string(n)));
  }
  other.join();
  program.join();
}

TEST_F(Program, IsWokenAndStoppedByManyThreadsWhileItEnds) {
  loom::RunningProgram program;
  ASSERT_TRUE(program.start(start_).ok);
  std::atomic<bool> over{false};
  std::vector<std::thread> others;
  for (int n = 0; n < 4; ++n) {
    others.emplace_back([&] {
      while (!over.load()) {
        for (std::uint32_t reactor = 0; reactor < 5; ++reactor) program.wake(reactor);
        program.request_stop();
      }
    });
  }
  program.join();
  over.store(true);
  for (std::thread& other : others) other.join();
  EXPECT_TRUE(program.stopped());
}

TEST_F(Program, IsJoinedAsOftenAsOneLikes) {
  loom::RunningProgram program;
  program.join();
  loom::RunningProgram second;
  ASSERT_TRUE(second.start(start_).ok);
  second.join();
  second.join();
  second.wake(0);
  second.request_stop();
  EXPECT_TRUE(second.stopped());
}

TEST_F(Program, StartsOnce) {
  loom::RunningProgram program;
  ASSERT_TRUE(program.start(start_).ok);
  StartReport again = program.start(start_);
  EXPECT_FALSE(again.ok);
  EXPECT_STREQ(again.code, "LOOM5007");
  EXPECT_FALSE(program.stopped()) << "the first start goes on";
  program.join();
  again = program.start(start_);
  EXPECT_STREQ(again.code, "LOOM5007");
}

TEST_F(Program, AHandlerThatThrowsWhileItStartsIsAnErrorOfTheStart) {
  script_.on_start = [](loom::ReactorCore&) { throw std::runtime_error("no licence found"); };
  loom::RunningProgram program;
  const StartReport report = program.start(start_);
  EXPECT_FALSE(report.ok);
  EXPECT_STREQ(report.code, "LOOM5008");
  EXPECT_NE(std::string(report.message).find("no licence found"), std::string::npos);
  EXPECT_TRUE(program.stopped());
}

TEST_F(Program, RefusesAnAddressForAnUnknownFd) {
  const loom::AddressOverride overrides[] = {{"stream", "127.0.0.1:0"}, {"steam", "127.0.0.1:0"}};
  start_.addresses = overrides;
  start_.address_count = 2;
  loom::RunningProgram program;
  const StartReport report = program.start(start_);
  EXPECT_FALSE(report.ok);
  EXPECT_STREQ(report.code, "LOOM5005");
  EXPECT_STREQ(report.fd, "steam");
  EXPECT_TRUE(program.stopped());
}

TEST_F(Program, AStopThatCameBeforeTheStartIsKept) {
  loom::RunningProgram program;
  program.request_stop();
  ASSERT_TRUE(program.start(start_).ok);
  for (std::uint32_t n = 0; n < 3; ++n) {
    EXPECT_TRUE(script_.journal.wait_for("stopped " + std::to_string(n)));
  }
}

TEST_F(Program, RunsNothingWhenOneReactorCannotStart) {
  for (std::uint32_t failing = 0; failing < 3; ++failing) {
    loom::ProgramStart program_start = start_;
    program_start.reactors[failing].core = 1023;
    loom::RunningProgram program;
    const StartReport report = program.start(program_start);
    EXPECT_FALSE(report.ok);
    EXPECT_STREQ(report.code, "LOOM5003");
    EXPECT_NE(std::string(report.message).find("core 1023"), std::string::npos) << report.message;
    EXPECT_TRUE(program.stopped());
  }
}

TEST_F(Program, AFailedStartFreesTheAddressesItHadBound) {
  std::uint16_t port = 0;
  loom_test::listen_anywhere(port).close();
  const std::string address = "127.0.0.1:" + std::to_string(port);
  // All three reactors want one port: exactly one of them gets it, the start fails.
  const loom::AddressOverride taken{"stream", address.c_str()};
  start_.addresses = &taken;
  start_.address_count = 1;
  {
    loom::RunningProgram program;
    const StartReport report = program.start(start_);
    EXPECT_FALSE(report.ok);
    EXPECT_STREQ(report.code, "LOOM5002");
    EXPECT_STREQ(report.fd, "stream");
  }
  // Binding it again at once is what a user who corrects the mistake does.
  loom_test::current_table.reactor_count = 1;
  loom::RunningProgram program;
  const StartReport report = program.start(start_);
  EXPECT_TRUE(report.ok) << report.message;
}

TEST_F(Program, AnUnknownBackendIsAnErrorThatNamesIt) {
  start_.backend = "kqueue";
  loom::RunningProgram program;
  const StartReport report = program.start(start_);
  EXPECT_FALSE(report.ok);
  EXPECT_STREQ(report.code, "LOOM5001");
  EXPECT_NE(std::string(report.message).find("'kqueue'"), std::string::npos) << report.message;
}

TEST_F(Program, ItsThreadsTakeNoSignalsButTheirOwnFaults) {
  sigset_t blocked;
  sigemptyset(&blocked);
  script_.on_start = [&](loom::ReactorCore&) { pthread_sigmask(SIG_BLOCK, nullptr, &blocked); };
  loom_test::current_table.reactor_count = 1;
  loom::RunningProgram program;
  ASSERT_TRUE(program.start(start_).ok);
  program.join();
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGUSR1}) {
    EXPECT_EQ(sigismember(&blocked, signal), 1) << strsignal(signal);
  }
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    EXPECT_EQ(sigismember(&blocked, signal), 0) << strsignal(signal);
  }
}

/// A reactor without a thread of its own: the test's turns it.
class Hosted : public loom_test::ProgramTest<EchoFd> {
 protected:
  void customise(loom::ProgramStart& start) override {
    start.hosted = true;
    script_.on_data = [this](Connection& connection, Bytes bytes) {
      EXPECT_EQ(std::this_thread::get_id(), host_);
      connection.write(bytes);
    };
  }

  /// What a host does: turns while there is something to do, and waits as it is told.
  void turn_until_over() {
    for (;;) {
      const loom::HostedState state = program_.turn();
      if (state == loom::HostedState::over) return;
      if (state != loom::HostedState::idle) continue;
      pollfd entry{program_.hosted()->poll_fd(), POLLIN, 0};
      const timespec limit = loom::to_timespec(program_.hosted()->wait_nanoseconds());
      ::ppoll(&entry, 1, &limit, nullptr);
    }
  }

  const std::thread::id host_ = std::this_thread::get_id();
};

TEST_P(Hosted, ServesOnItsHostsThreadAndIsStoppedFromAnother) {
  LOOM_START_OR_SKIP();
  std::thread peer([&] {
    for (int round = 0; round < 3; ++round) {
      const Descriptor client = loom_test::connect_to(port_);
      for (const char* text : {"one", "two", "six"}) {
        EXPECT_TRUE(loom_test::send_all(client.get(), text));
        EXPECT_EQ(loom_test::receive_exactly(client.get(), 3), text);
      }
    }
    program_.wake(0);
    program_.request_stop();
  });
  turn_until_over();
  peer.join();
  EXPECT_EQ(program_.hosted(), nullptr);
  EXPECT_EQ(program_.turn(), loom::HostedState::over);
}

TEST_P(Hosted, IsFinishedByAJoinThatComesBetweenTwoTurns) {
  LOOM_START_OR_SKIP();
  const Descriptor client = loom_test::connect_to(port_);
  while (journal_.count("open 0") == 0) program_.turn();
  program_.join();
  EXPECT_EQ(journal_.count("close 0 stopped") + journal_.count("close 0 local"), 1U);
  EXPECT_EQ(program_.turn(), loom::HostedState::over);
}

INSTANTIATE_TEST_SUITE_P(Backends, Hosted, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

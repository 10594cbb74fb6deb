// Work that hooks give to a pool: its value comes home to the reactor, exceptions and refusals are
// results, the loop goes on while every worker is blocked, and a stop waits for what runs and
// cancels what does not.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include "gate.hpp"
#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::Failure;
using loom::PostResult;
using loom::Result;
using loom_test::Gate;
using loom_test::receive_exactly;
using loom_test::send_all;

struct EchoFd {
  using Handler = loom_test::ScriptedHandler<EchoFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 16}});
};

constexpr loom::PoolEntry pools[] = {{.name = "crunch", .threads = 2, .queue_entries = 2}};

/// A server with a pool of two workers, a queue of two and four slots.
class Offload : public loom_test::ProgramTest<EchoFd> {
 public:
  using ProgramTest::script_;

  void SetUp() override {
    ProgramTest::SetUp();
    loom_test::current_table.pools = pools;
    loom_test::current_table.pool_count = 1;
  }
  void customise(loom::ProgramStart& program_start) override {
    program_start.context = this;
    program_start.log = [](void* self, const char* line) noexcept {
      static_cast<Offload*>(self)->note(line);
    };
  }
  void note(const std::string& event) { script_.journal.add(event); }
  [[nodiscard]] bool saw(const std::string& event, std::size_t times = 1) const {
    return script_.journal.wait_for(event, times);
  }
  /// Runs `act` on the reactor's thread.
  template <class Act>
  void on_reactor(Act act) {
    ASSERT_TRUE(program_.reactor(0).post([this, act] { act(*this); }));
  }
  /// Submits a job that waits at the gate; notes what became of it.
  PostResult submit_blocked() {
    return script_.pool.submit(
        [this] {
          gate_.pass();
          return 7;
        },
        [this](Result<int> result) {
          note(result ? "value " + std::to_string(*result) : result.error().name());
        });
  }

  Gate gate_;
};

TEST_P(Offload, AnswersAConnectionWithWhatAJobReturns) {
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    const std::uint64_t number = std::stoull(std::string(bytes.text()));
    const auto hook = std::this_thread::get_id();
    const PostResult result = script_.pool.submit(
        [number, hook] {
          EXPECT_NE(std::this_thread::get_id(), hook);
          return number * number;
        },
        [connection, hook](Result<std::uint64_t> square) {
          EXPECT_EQ(std::this_thread::get_id(), hook);
          ASSERT_TRUE(square);
          connection.write(Bytes(std::to_string(*square)));
        });
    EXPECT_TRUE(result);
  };
  LOOM_START_OR_SKIP();
  const auto client = loom_test::connect_to(port_);
  ASSERT_TRUE(send_all(client.get(), "12"));
  EXPECT_EQ(receive_exactly(client.get(), 3), "144");
  ASSERT_TRUE(send_all(client.get(), "100"));
  EXPECT_EQ(receive_exactly(client.get(), 5), "10000");
  EXPECT_EQ(stat(loom::Stat::offloaded), 2U);
}

TEST_P(Offload, EchoesWhileEveryWorkerIsBlocked) {
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP();
  on_reactor([](Offload& test) {
    for (int n = 0; n < 2; ++n) EXPECT_TRUE(test.submit_blocked());
  });
  for (int n = 0; n < 2; ++n) sem_wait(&gate_.arrived);
  const auto client = loom_test::connect_to(port_);
  for (int n = 0; n < 200; ++n) {
    ASSERT_TRUE(send_all(client.get(), "ping"));
    ASSERT_EQ(receive_exactly(client.get(), 4), "ping");
  }
  EXPECT_EQ(script_.journal.count("value 7"), 0U) << "the workers are blocked still";
  for (int n = 0; n < 2; ++n) sem_post(&gate_.open);
  EXPECT_TRUE(saw("value 7", 2));
}

TEST_P(Offload, AJobThatThrowsIsAResultAndALine) {
  LOOM_START_OR_SKIP();
  on_reactor([](Offload& test) {
    EXPECT_TRUE(test.script_.pool.submit([]() -> int { throw std::runtime_error("no disk"); },
                                         [&test](Result<int> result) {
                                           EXPECT_FALSE(result);
                                           EXPECT_EQ(result.error().failure, Failure::threw);
                                           test.note("told");
                                         }));
    EXPECT_TRUE(test.script_.pool.submit([] { throw 7; },
                                         [&test](Result<void> result) {
                                           EXPECT_EQ(result.error().failure, Failure::threw);
                                           test.note("told");
                                         }));
  });
  ASSERT_TRUE(saw("told", 2));
  on_reactor([](Offload& test) {
    EXPECT_TRUE(test.script_.pool.submit(
        [] {}, [](Result<void> result) { throw std::runtime_error(result ? "later" : "?"); }));
  });
  EXPECT_TRUE(saw("loom: a job of pools.crunch threw: no disk"));
  EXPECT_TRUE(saw("loom: a job of pools.crunch threw: something that is no std::exception"));
  EXPECT_TRUE(saw("loom: what follows a job of pools.crunch threw: later; the loop goes on"));
}

TEST_P(Offload, SaysFullAndTakesMoreOnceAJobCameHome) {
  LOOM_START_OR_SKIP();
  on_reactor([](Offload& test) {
    for (int n = 0; n < 2; ++n) EXPECT_TRUE(test.submit_blocked());
  });
  for (int n = 0; n < 2; ++n) sem_wait(&gate_.arrived);
  // Two in the queue; then neither the queue nor the slots have room.
  on_reactor([](Offload& test) {
    for (int n = 0; n < 2; ++n) EXPECT_TRUE(test.submit_blocked());
    EXPECT_EQ(test.submit_blocked().value(), PostResult::full);
    test.note("refused");
  });
  ASSERT_TRUE(saw("refused"));
  EXPECT_EQ(stat(loom::Stat::offload_refused), 1U);
  for (int n = 0; n < 4; ++n) sem_post(&gate_.open);
  ASSERT_TRUE(saw("value 7", 4));
  sem_post(&gate_.open);
  on_reactor([](Offload& test) { EXPECT_TRUE(test.submit_blocked()); });
  EXPECT_TRUE(saw("value 7", 5));
}

TEST_P(Offload, WhatFollowsMaySubmitAgainFromTheLastSlot) {
  LOOM_START_OR_SKIP();
  struct Chain {
    Offload* test;
    int left;
    void operator()(Result<void>) const {
      if (left == 0) return test->note("end of chain");
      const Chain next{test, left - 1};
      EXPECT_TRUE(test->script_.pool.submit([] {}, next));
    }
  };
  on_reactor([](Offload& test) { Chain{&test, 100}(Result<void>()); });
  EXPECT_TRUE(saw("end of chain"));
}

TEST_P(Offload, AStopCancelsWhatIsQueuedAndWaitsForWhatRuns) {
  LOOM_START_OR_SKIP();
  on_reactor([](Offload& test) {
    for (int n = 0; n < 2; ++n) EXPECT_TRUE(test.submit_blocked());
  });
  for (int n = 0; n < 2; ++n) sem_wait(&gate_.arrived);
  on_reactor([](Offload& test) {
    EXPECT_TRUE(test.script_.pool.submit(
        [] { ADD_FAILURE() << "it was cancelled"; },
        [&test](Result<void> result) {
          test.note(result.error().name());
          test.note(test.submit_blocked().value() == PostResult::closed ? "closed" : "taken");
        }));
    test.note("queued");
  });
  ASSERT_TRUE(saw("queued"));
  program_.request_stop();
  // Past the limit of a stop the loop is over and what nobody began is cancelled; still the
  // reactor waits for what runs. No worker is free before the gate opens, so no order is left.
  const auto mailbox_closed = [&] {
    return program_.reactor(0).post([] {}).value() == PostResult::closed;
  };
  ASSERT_TRUE(eventually(mailbox_closed));
  EXPECT_FALSE(program_.stopped());
  EXPECT_EQ(script_.journal.count("value 7"), 0U);
  for (int n = 0; n < 2; ++n) sem_post(&gate_.open);
  program_.join();
  EXPECT_EQ(script_.journal.count("value 7"), 2U);
  EXPECT_EQ(script_.journal.count("cancelled"), 1U);
  EXPECT_EQ(script_.journal.count("closed"), 1U);
}

INSTANTIATE_TEST_SUITE_P(On, Offload, loom_test::both_backends(), loom_test::backend_name);

TEST(OffloadAlone, RefusesOnAReactorWithoutThePool) {
  const loom::PoolOut pool;
  const PostResult result =
      pool.submit([] {}, [](Result<void>) { FAIL() << "it was not submitted"; });
  EXPECT_EQ(result.value(), PostResult::closed);
}

}  // namespace

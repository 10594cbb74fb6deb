// Every slot for jobs and for system requests taken in a running program, from hooks and from
// fibers: each refusal is the documented result and takes nothing from what was accepted, the work
// goes on as soon as slots are free, and a stop with all of them taken leaves nothing in flight.
#include <gtest/gtest.h>

#include <atomic>
#include <string>

#include "full_slots_fixture.hpp"
#include "loom/fiber/await.hpp"
#include "loom/fiber/offload.hpp"

namespace {

using loom::Failure;
using loom::PostResult;
using loom_test::Clerk;
using loom_test::job_slots;
using loom_test::queue_entries;
using loom_test::request_slots;

using FullSlots = loom_test::FullSlots;
INSTANTIATE_TEST_SUITE_P(On, FullSlots, loom_test::both_backends(), loom_test::backend_name);

TEST_P(FullSlots, OfJobsRefuseAHookUntilOneComesHome) {
  LOOM_START_OR_SKIP();
  take_job_slots();
  in_a_hook([this](Clerk& clerk) {
    for (int n = 0; n < 3; ++n) EXPECT_EQ(submit(clerk, 100 + n).value(), PostResult::full);
  });
  EXPECT_EQ(block_.stat(loom::Stat::offload_refused), 3U);
  EXPECT_EQ(block_.stat(loom::Stat::offloaded), job_slots);
  sem_post(&gate_.open);
  ASSERT_TRUE(journal_.wait_for("job 0: 0"));
  in_a_hook([this](Clerk& clerk) {
    EXPECT_TRUE(submit(clerk, 4));
    EXPECT_EQ(submit(clerk, 103).value(), PostResult::full) << "one came home, one was taken";
  });
  for (int n = 0; n < int{job_slots}; ++n) sem_post(&gate_.open);
  for (const char* each : {"job 1: 1", "job 2: 2", "job 3: 3", "job 4: 4"}) {
    EXPECT_TRUE(journal_.wait_for(each)) << each;
  }
  for (int n = 100; n < 104; ++n) {
    EXPECT_EQ(journal_.count("job " + std::to_string(n) + ": " + std::to_string(n)), 0U);
  }
}

TEST_P(FullSlots, OfJobsRefuseAFiberThatOffloadsByItsOwnRecordMeanwhile) {
  LOOM_START_OR_SKIP();
  take_job_slots();
  begin_fiber(
      [this](Clerk& clerk) {
        EXPECT_EQ(submit(clerk, 100).value(), PostResult::full);
        const auto value = loom::offload(clerk.pool, [] { return 42; });
        EXPECT_TRUE(value && *value == 42) << "it waits in the queue and not in a slot";
        EXPECT_TRUE(submit(clerk, 4));
      },
      "fiber is over");
  ASSERT_TRUE(loom_test::eventually([&] { return block_.stat(loom::Stat::offload_refused) == 1; }));
  for (int n = 0; n < int{job_slots} + 1; ++n) sem_post(&gate_.open);
  EXPECT_TRUE(journal_.wait_for("fiber is over"));
  EXPECT_TRUE(journal_.wait_for("job 4: 4"));
}

TEST_P(FullSlots, AFullQueueIsAResultOfAFiberAndTheNextTryGoesOn) {
  LOOM_START_OR_SKIP();
  take_job_slots();
  std::atomic<int> ran = 0;
  // One job of the slots runs, the others are in the queue; fibers take what is left of it.
  constexpr int fill = int{queue_entries} - (int{job_slots} - 1);
  for (int n = 0; n < fill; ++n) {
    begin_fiber([&](Clerk& clerk) { EXPECT_TRUE(loom::offload(clerk.pool, [&] { ran += 1; })); },
                "filled");
  }
  in_a_fiber([](Clerk& clerk) {
    const auto refused = loom::offload(clerk.pool, [] { ADD_FAILURE() << "it was refused"; });
    EXPECT_EQ(refused.error().failure, Failure::full);
  });
  for (int n = 0; n < int{job_slots}; ++n) sem_post(&gate_.open);
  ASSERT_TRUE(journal_.wait_for("filled", fill));
  in_a_fiber([&](Clerk& clerk) { EXPECT_TRUE(loom::offload(clerk.pool, [&] { ran += 1; })); });
  EXPECT_EQ(ran, fill + 1);
}

TEST_P(FullSlots, OfJobsAtAStopComeHomeEachOnce) {
  LOOM_START_OR_SKIP();
  take_job_slots();
  program_.request_stop();
  // Nobody is let through before what was not begun has been cancelled.
  ASSERT_TRUE(loom_test::eventually(
      [&] { return program_.reactor(0).post([] {}).value() == PostResult::closed; }));
  sem_post(&gate_.open);
  program_.join();
  EXPECT_EQ(journal_.count("job 0: 0"), 1U);
  for (const char* each : {"job 1: cancelled", "job 2: cancelled", "job 3: cancelled"}) {
    EXPECT_EQ(journal_.count(each), 1U) << each;
  }
}

TEST_P(FullSlots, OfRequestsRefuseAHookUntilOneCompletes) {
  LOOM_START_OR_SKIP();
  take_request_slots();
  const loom_test::Pipe& last = pipes_[request_slots];
  in_a_hook([&](Clerk& clerk) {
    // What was refused is asked for again by the hook that hears of a free slot.
    Clerk::completed = [&](Clerk& self, loom::Completed done) {
      if (done.token != 1) return;
      EXPECT_TRUE(wait_for_pipe(self, last, 9));
      EXPECT_EQ(wait_for_pipe(self, last, 10).error().failure, Failure::exhausted);
    };
    for (int n = 0; n < 3; ++n) {
      EXPECT_EQ(wait_for_pipe(clerk, last, 9).error().failure, Failure::exhausted);
    }
  });
  pipes_[1].write("x");
  ASSERT_TRUE(journal_.wait_for("1: 1"));
  for (const auto& pipe : pipes_) pipe.write("x");
  for (const char* each : {"0: 1", "2: 1", "9: 1"}) EXPECT_TRUE(journal_.wait_for(each)) << each;
  EXPECT_EQ(journal_.count("1: 1"), 1U);
  EXPECT_EQ(journal_.count("10: 1"), 0U);
}

TEST_P(FullSlots, OfRequestsRefuseAFiberThatAwaitsByItsOwnRecordMeanwhile) {
  LOOM_START_OR_SKIP();
  take_request_slots();
  const loom_test::Pipe& last = pipes_[request_slots];
  pipes_[request_slots].write("x");
  in_a_fiber([&](Clerk& clerk) {
    EXPECT_EQ(wait_for_pipe(clerk, last, 9).error().failure, Failure::exhausted);
    EXPECT_TRUE(loom::await(loom::system::poll_add(last.reader.get(), POLLIN)));
  });
  pipes_[0].write("x");
  ASSERT_TRUE(journal_.wait_for("0: 1"));
  in_a_fiber([&](Clerk& clerk) { EXPECT_TRUE(wait_for_pipe(clerk, last, 9)); });
  EXPECT_TRUE(journal_.wait_for("9: 1"));
}

TEST_P(FullSlots, OfRequestsAtAStopCompleteEachOnce) {
  LOOM_START_OR_SKIP();
  take_request_slots();
  in_a_hook([&](Clerk&) {
    Clerk::completed = [&](Clerk& self, loom::Completed) {
      EXPECT_EQ(wait_for_pipe(self, pipes_[0], 9).error().failure, Failure::closed);
    };
  });
  program_.request_stop();
  program_.join();
  for (const char* each : {"0: -125", "1: -125", "2: -125"}) {
    EXPECT_EQ(journal_.count(each), 1U) << each;
  }
}

}  // namespace

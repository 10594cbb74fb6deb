// Work that fibers give to a pool: what it gives and throws comes back to the fiber's own thread, a
// full queue is typed, and neither a cancellation nor a stop leaves a worker with a dead stack.
#include <atomic>
#include <stdexcept>
#include <thread>

#include "fiber_harness.hpp"
#include "loom/pool.hpp"

namespace {

using loom::Baton;
using loom::Failure;
using loom::offload;
using loom::Result;
using loom_test::common_stacks;

class FiberOffload : public loom_test::FiberLoopTest {
 protected:
  FiberOffload() { EXPECT_FALSE(pool_.start(entry_)); }
  ~FiberOffload() override { pool_.stop(); }

  static constexpr loom::PoolEntry entry_{"work", 1, 2, nullptr};
  loom::Pool pool_;
  Baton release_;
};

TEST_F(FiberOffload, AValueComesBackToTheFibersThread) {
  const auto here = std::this_thread::get_id();
  loop_.run([&] {
    int local = 20;
    const Result<int> sum = offload(pool_.queue(), [&] {
      EXPECT_NE(std::this_thread::get_id(), here);
      local += 1;
      return local * 2;
    });
    EXPECT_EQ(std::this_thread::get_id(), here);
    EXPECT_EQ(*sum, 42);
    EXPECT_EQ(local, 21);
    EXPECT_TRUE(offload(pool_.queue(), [&] { local = 0; }));
    EXPECT_EQ(local, 0);
    const auto failed = offload(pool_.queue(), []() -> Result<int> { return Failure::ended; });
    EXPECT_EQ(failed.error().failure, Failure::ended);
  });
}

TEST_F(FiberOffload, AnExceptionComesBack) {
  loop_.run([&] {
    try {
      static_cast<void>(offload(pool_.queue(), [] { throw std::runtime_error("on a worker"); }));
      ADD_FAILURE() << "it is thrown here";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "on a worker");
    }
  });
}

TEST_F(FiberOffload, OtherFibersGoOnMeanwhile) {
  Baton done;
  loop_.spawn("offloads",
              [&] { EXPECT_TRUE(offload(pool_.queue(), [&] { return done.wait(); })); });
  loop_.spawn("goes on", [&] { done.post(); });
  loop_.run();
}

TEST_F(FiberOffload, AFullQueueIsTyped) {
  Baton begun;
  int ran = 0;
  loop_.spawn("occupies", [&] {
    EXPECT_TRUE(offload(pool_.queue(), [&] {
      begun.post();
      return release_.wait();
    }));
  });
  loop_.spawn("fills", [&] {
    EXPECT_TRUE(begun.wait());
    for (int n = 0; n < 2; ++n) {
      loop_.spawn("queued", [&] { EXPECT_TRUE(offload(pool_.queue(), [&] { ran += 1; })); });
    }
    loom::yield();
    EXPECT_EQ(offload(pool_.queue(), [] {}).error().failure, Failure::full);
    release_.post();
  });
  loop_.run();
  EXPECT_EQ(ran, 2);
}

TEST_F(FiberOffload, WhatHasNotBegunIsWithdrawnAndWhatHasIsWaitedFor) {
  Baton begun;
  bool ran = false;
  loop_.run([&] {
    loom::Scope scope;
    EXPECT_TRUE(scope.spawn(common_stacks, "begun", [&] {
      EXPECT_TRUE(offload(pool_.queue(), [&] {
        begun.post();
        return release_.wait();
      })) << "it had begun";
    }));
    EXPECT_TRUE(begun.wait());
    EXPECT_TRUE(scope.spawn(common_stacks, "queued", [&] {
      const auto result = offload(pool_.queue(), [&] { ran = true; });
      EXPECT_EQ(result.error().failure, Failure::cancelled);
    }));
    loom::yield();
    scope.cancel();
    loom::yield();
    EXPECT_EQ(scope.size(), 2U) << "both have their stacks until their jobs come home";
    release_.post();
    EXPECT_EQ(scope.join().error().failure, Failure::cancelled);
  });
  EXPECT_FALSE(ran);
}

TEST_F(FiberOffload, AStopWaitsForWhatRunsAndUnwindsWhatDoesNot) {
  Baton begun;
  bool ran = false;
  bool unwound = false;
  std::uint64_t on_stack = 0;
  loop_.spawn("begun", [&] {
    std::uint64_t mine = 0;
    EXPECT_TRUE(offload(pool_.queue(), [&] {
      begun.post();
      EXPECT_TRUE(release_.wait());
      mine = 7;
    }));
    on_stack = mine;
  });
  loop_.spawn("queued", [&] {
    EXPECT_TRUE(begun.wait());
    try {
      static_cast<void>(offload(pool_.queue(), [&] { ran = true; }));
    } catch (const loom::FiberUnwind&) {
      unwound = true;
      throw;
    }
  });
  while (loop_.core().jobs_out_ != 2) loop_.turn();
  loop_.inbox().cancel_jobs();
  loop_.fibers().unwind_all();
  release_.post();
  loop_.run();
  EXPECT_EQ(on_stack, 7U);
  EXPECT_FALSE(ran);
  EXPECT_TRUE(unwound);
}

TEST_F(FiberOffload, ManyFibersThousandsOfJobs) {
  std::atomic<std::uint64_t> sum{0};
  std::uint64_t refused = 0;
  for (int n = 0; n < 4; ++n) {
    loop_.spawn("offloads", [&] {
      for (std::uint64_t job = 0; job < 2'000; ++job) {
        while (!offload(pool_.queue(), [&] { sum += 1; })) {
          refused += 1;
          loom::yield();
        }
      }
    });
  }
  loop_.run();
  EXPECT_EQ(sum.load(), 8'000U);
}

}  // namespace

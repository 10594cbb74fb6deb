// Mutexes and semaphores of fibers: exclusion across waits, first come first served, time limits,
// and what a stop leaves behind.
#include <mutex>

#include "fiber_harness.hpp"

namespace {

using loom::Failure;
using loom::Mutex;
using loom::Semaphore;
using namespace std::chrono_literals;

using FiberMutex = loom_test::FiberLoopTest;

TEST_F(FiberMutex, ExcludesAcrossWaits) {
  Mutex mutex;
  int inside = 0;
  int most = 0;
  int visits = 0;
  for (int n = 0; n < 6; ++n) {
    loop_.spawn("visitor", [&] {
      for (int visit = 0; visit < 50; ++visit) {
        const std::lock_guard<Mutex> lock(mutex);
        inside += 1;
        most = std::max(most, inside);
        loom::yield();
        inside -= 1;
        visits += 1;
      }
    });
  }
  loop_.run();
  EXPECT_EQ(most, 1);
  EXPECT_EQ(visits, 300);
}

TEST_F(FiberMutex, ServesWhoeverWaitsLongest) {
  Mutex mutex;
  std::string order;
  for (char name = 'a'; name < 'e'; ++name) {
    loop_.spawn("visitor", [&, name] {
      for (int n = 0; n < 3; ++n) {
        mutex.lock();
        order += name;
        loom::yield();
        mutex.unlock();
      }
    });
  }
  loop_.run();
  EXPECT_EQ(order, "abcdabcdabcd");
}

TEST_F(FiberMutex, ATimeLimitLeavesTheOthersInTheirOrder) {
  Mutex mutex;
  std::string order;
  loop_.spawn("holder", [&] {
    const std::lock_guard<Mutex> lock(mutex);
    EXPECT_TRUE(loom::sleep(3'000'000));
  });
  loop_.spawn("impatient", [&] {
    EXPECT_EQ(mutex.lock_until(soon()).error().failure, Failure::timed_out);
    EXPECT_FALSE(mutex.try_lock());
    order += "impatient ";
  });
  loop_.spawn("patient", [&] {
    std::unique_lock<Mutex> lock(mutex, 60s);
    EXPECT_TRUE(lock.owns_lock());
    order += "patient";
    lock.unlock();
    EXPECT_TRUE(lock.try_lock_until(std::chrono::steady_clock::now() + 60s));
  });
  loop_.run();
  EXPECT_EQ(order, "impatient patient");
}

TEST_F(FiberMutex, AStopUnwindsWhoeverHasItAndWhoeverWaits) {
  Mutex mutex;
  int unwound = 0;
  for (int n = 0; n < 3; ++n) {
    loop_.spawn("visitor", [&] {
      try {
        const std::lock_guard<Mutex> lock(mutex);
        EXPECT_TRUE(loom::sleep_until(far()));
        ADD_FAILURE() << "the stop comes first";
      } catch (const loom::FiberUnwind&) {
        unwound += 1;
        throw;
      }
    });
  }
  loop_.turn();
  loop_.fibers().unwind_all();
  loop_.run();
  EXPECT_EQ(unwound, 3);
}

TEST_F(FiberMutex, WhatWasHandedOverBeforeAStopIsGivenBack) {
  Mutex mutex;
  bool had_it = false;
  loop_.spawn("first", [&] {
    mutex.lock();
    loom::yield();
    mutex.unlock();
    loop_.fibers().unwind_all();
  });
  loop_.spawn("second", [&] {
    const std::lock_guard<Mutex> lock(mutex);
    had_it = true;
    loom::yield();
    ADD_FAILURE() << "the next wait ends it";
  });
  loop_.run();
  EXPECT_TRUE(had_it);
}

TEST_F(FiberMutex, ASemaphoreServesInOrderWhateverIsWanted) {
  Semaphore semaphore(2);
  std::string order;
  const auto want = [&](const char* name, std::uint32_t count) {
    loop_.spawn(name, [&order, &semaphore, name, count] {
      EXPECT_TRUE(semaphore.acquire(count));
      order += name;
      loom::yield();
      semaphore.release(count);
    });
  };
  want("a1 ", 1);
  want("b2 ", 2);
  want("c1 ", 1);
  want("d2 ", 2);
  loop_.run();
  EXPECT_EQ(order, "a1 b2 c1 d2 ") << "c1 would fit at once, but b2 came before";
  EXPECT_EQ(semaphore.available(), 2U);
}

TEST_F(FiberMutex, AGreedyWaitThatEndsLetsTheNextGo) {
  Semaphore semaphore(1);
  std::string order;
  loop_.spawn("greedy", [&] {
    EXPECT_EQ(semaphore.acquire(2, soon()).error().failure, Failure::timed_out);
    order += "greedy ";
  });
  loop_.spawn("modest", [&] {
    EXPECT_FALSE(semaphore.try_acquire()) << "somebody came before";
    EXPECT_TRUE(semaphore.acquire(1, far()));
    order += "modest";
  });
  loop_.run();
  EXPECT_EQ(order, "greedy modest");
  EXPECT_EQ(semaphore.available(), 0U);
}

#ifndef NDEBUG
using FiberMutexDeathTest = FiberMutex;

TEST_F(FiberMutexDeathTest, ToolsBelongToOneReactor) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  Semaphore semaphore(1);
  EXPECT_TRUE(semaphore.try_acquire());
  EXPECT_DEATH(
      {
        const loom_test::FiberLoop other;
        static_cast<void>(semaphore.try_acquire());
      },
      "a tool belongs to the fibers of one reactor");
}

TEST_F(FiberMutexDeathTest, AMutexIsNotRecursive) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(loop_.run([] {
    Mutex mutex;
    mutex.lock();
    mutex.lock();
  }),
               "a mutex is not recursive");
}
#endif

}  // namespace

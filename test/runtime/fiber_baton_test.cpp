// Batons: a post is never lost, whoever posts and whoever waits; a time limit and a post that meet
// have one outcome; and the baton may go as soon as its wait is over.
#include <atomic>
#include <latch>
#include <thread>

#include "fiber_harness.hpp"

namespace {

using loom::Baton;
using loom::Failure;
using loom_test::FiberLoop;

using FiberBaton = loom_test::FiberLoopTest;

TEST_F(FiberBaton, APostBeforeTheWaitIsNotLost) {
  bool went_on = false;
  loop_.run([&] {
    Baton baton;
    EXPECT_FALSE(baton.try_wait());
    baton.post();
    baton.post();
    EXPECT_TRUE(baton.try_wait());
    EXPECT_TRUE(baton.wait());
    EXPECT_TRUE(baton.wait()) << "until it is reset";
    baton.reset();
    EXPECT_EQ(baton.wait_for(0).error().failure, Failure::timed_out);
    went_on = true;
  });
  EXPECT_TRUE(went_on);
}

TEST_F(FiberBaton, AFiberAndAHookWakeAFiber) {
  Baton first;
  Baton second;
  std::string order;
  loop_.spawn("waits", [&] {
    EXPECT_TRUE(first.wait());
    order += "first ";
    EXPECT_TRUE(second.wait_until(far()));
    order += "second";
  });
  loop_.spawn("posts", [&] {
    order += "post ";
    first.post();
    order += "posted ";
  });
  while (order.find("first") == std::string::npos) loop_.turn();
  second.post();
  loop_.run();
  EXPECT_EQ(order, "post posted first second");
}

TEST_F(FiberBaton, ATimeLimitEndsTheWaitAndTheBatonIsAsBefore) {
  loop_.run([&] {
    Baton baton;
    for (int n = 0; n < 3; ++n) {
      EXPECT_EQ(baton.wait_until(soon()).error().failure, Failure::timed_out);
    }
    EXPECT_FALSE(baton.try_wait());
    baton.post();
    EXPECT_TRUE(baton.wait_until(0)) << "a post counts although the time has passed";
  });
}

TEST_F(FiberBaton, APostThatMeetsTheTimeLimitCounts) {
  Baton baton;
  bool posted = false;
  const std::uint64_t limit = soon();
  loop_.spawn("waits", [&] {
    EXPECT_TRUE(baton.wait_until(limit));
    posted = baton.try_wait();
  });
  loop_.turn();
  while (loop_.core().now_nanoseconds() <= limit) {
  }
  // The limit has passed, but the loop has not looked.
  baton.post();
  loop_.run();
  EXPECT_TRUE(posted);
}

TEST_F(FiberBaton, AnotherThreadWakesAFiberWhereItRuns) {
  const auto here = std::this_thread::get_id();
  Baton baton;
  std::thread poster;
  int written = 0;
  loop_.run([&] {
    poster = std::thread([&] {
      written = 42;
      baton.post();
    });
    EXPECT_TRUE(baton.wait());
    EXPECT_EQ(written, 42);
    EXPECT_EQ(std::this_thread::get_id(), here);
  });
  poster.join();
}

TEST_F(FiberBaton, AThreadWaitsForAFiber) {
  Baton go;
  Baton done;
  std::thread thread([&] {
    EXPECT_EQ(done.wait_for(1).error().failure, Failure::timed_out);
    go.post();
    EXPECT_TRUE(done.wait());
    EXPECT_TRUE(done.try_wait());
  });
  loop_.run([&] {
    EXPECT_TRUE(go.wait());
    done.post();
  });
  thread.join();
}

TEST_F(FiberBaton, AStopEndsTheWait) {
  Baton baton;
  bool unwound = false;
  loop_.spawn("waits", [&] {
    try {
      static_cast<void>(baton.wait());
    } catch (const loom::FiberUnwind&) {
      unwound = true;
      throw;
    }
  });
  loop_.turn();
  loop_.fibers().unwind_all();
  loop_.run();
  EXPECT_TRUE(unwound);
}

/// One side of a game of two threads, each with fibers of its own: every fiber waits for its ball
/// and throws it back. Each ball is a Baton that exists only for one wait.
struct Court {
  static constexpr std::uint32_t games = 4;
  std::atomic<Baton*> waiting[2][games] = {};  // partner: the other side, acquire and release
  std::latch over{2};  ///< a loop stays until no post to its fibers is under way any more

  /// Waits with a fresh baton in `side`'s place; the other side takes it out and posts.
  void play(std::uint32_t side, std::uint32_t game, std::uint64_t rounds, std::uint64_t limit) {
    for (std::uint64_t n = 0; n < rounds; ++n) {
      if ((n + side) % 2 == 0) {
        hit(1 - side, game);
      } else {
        Baton ball;
        waiting[side][game].store(&ball, std::memory_order_release);
        // A limit that often passes at the moment of the post; then the wait goes on.
        while (!ball.wait_for(limit)) {
        }
      }
    }
  }
  void hit(std::uint32_t side, std::uint32_t game) {
    Baton* ball = nullptr;
    while ((ball = waiting[side][game].exchange(nullptr, std::memory_order_acquire)) == nullptr) {
      if (loom::FiberScheduler::of_this_thread != nullptr) loom::yield();
      std::this_thread::yield();
    }
    ball->post();
  }
};

constexpr std::uint64_t rounds = 10'000;

void serve(Court& court, std::uint32_t side, std::uint64_t limit) {
  FiberLoop loop;
  for (std::uint32_t game = 0; game < Court::games; ++game) {
    loop.spawn("player", [&, game] { court.play(side, game, rounds, limit); });
  }
  loop.run();
  court.over.arrive_and_wait();
}

TEST(FiberBatonStress, NoPostIsLostBetweenTwoReactors) {
  Court court;
  std::thread other([&] { serve(court, 1, 60'000'000'000); });
  serve(court, 0, 60'000'000'000);
  other.join();
}

TEST(FiberBatonStress, NoPostIsLostWhenTimeLimitsMeetIt) {
  Court court;
  std::thread other([&] { serve(court, 1, 3'000); });
  serve(court, 0, 2'000);
  other.join();
}

TEST(FiberBatonStress, NoPostIsLostBetweenAReactorAndThreads) {
  Court court;
  std::vector<std::thread> others;
  for (std::uint32_t game = 0; game < Court::games; ++game) {
    others.emplace_back([&, game] { court.play(1, game, rounds, 1'000'000); });
  }
  FiberLoop loop;
  for (std::uint32_t game = 0; game < Court::games; ++game) {
    loop.spawn("player", [&, game] { court.play(0, game, rounds, 1'000'000); });
  }
  loop.run();
  for (std::thread& other : others) other.join();
}

// Two threads post a million batons each, which two fibers wait for: some before, some meanwhile.
TEST(FiberBatonStress, NoneOfMillionsIsLost) {
  constexpr std::uint32_t count = 1'000'000;
  FiberLoop loop;
  std::thread posters[2];
  std::unique_ptr<Baton[]> batons[2];
  std::uint32_t gone_on[2] = {};
  for (std::uint32_t n = 0; n < 2; ++n) {
    batons[n] = std::make_unique<Baton[]>(count);
    loop.spawn("waits", [&, n] {
      for (; gone_on[n] < count; ++gone_on[n]) ASSERT_TRUE(batons[n][gone_on[n]].wait());
    });
    posters[n] = std::thread([&, n] {
      for (std::uint32_t index = 0; index < count; ++index) batons[n][index].post();
    });
  }
  loop.run();
  for (std::thread& poster : posters) poster.join();
  EXPECT_EQ(gone_on[0], count);
  EXPECT_EQ(gone_on[1], count);
}

#ifndef NDEBUG
TEST(FiberBatonDeathTest, TwoCannotWait) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        FiberLoop loop;
        Baton baton;
        for (int n = 0; n < 2; ++n) loop.spawn("waits", [&] { static_cast<void>(baton.wait()); });
        loop.run();
      },
      "one waits for a baton at a time");
}

TEST(FiberBatonDeathTest, AHookDoesNotWait) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  FiberLoop loop;
  Baton baton;
  EXPECT_DEATH(static_cast<void>(baton.wait()), "a hook of callback style must not wait");
}
#endif

}  // namespace

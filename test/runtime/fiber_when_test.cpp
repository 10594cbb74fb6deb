// when_all and when_any: every child is over when they return, results and exceptions come to the
// caller, and without stacks nothing runs.
#include <stdexcept>

#include "fiber_harness.hpp"

namespace {

using loom::Failure;
using loom::OnStacks;
using loom::Result;
using loom::when_all;
using loom::when_any;
using loom_test::scarce_stacks;

class FiberWhen : public loom_test::FiberLoopTest {
 protected:
  ~FiberWhen() override { EXPECT_EQ(loop_.core().stats().get(loom::Stat::fibers_live), 0U); }
  /// Fibers that live; the caller is one.
  std::uint64_t live() { return loop_.core().stats().get(loom::Stat::fibers_live); }
};

TEST_F(FiberWhen, AllGivesWhatEachGave) {
  loop_.run([&] {
    bool done = false;
    auto [number, text, nothing, failed] = when_all(
        [] {
          loom::yield();
          return 7;
        },
        [] { return std::string("text"); }, [&] { done = true; },
        []() -> Result<int> { return Failure::ended; });
    EXPECT_EQ(live(), 1U);
    EXPECT_EQ(*number, 7);
    EXPECT_EQ(*text, "text");
    EXPECT_TRUE(nothing);
    EXPECT_TRUE(done);
    EXPECT_EQ(failed.error().failure, Failure::ended) << "a Result stays one";
  });
}

TEST_F(FiberWhen, AllRunsThemAtOnce) {
  loop_.run([&] {
    loom::Baton there;
    loom::Baton back;
    const auto results = when_all(
        [&] {
          there.post();
          return back.wait();
        },
        [&] {
          const auto result = there.wait();
          back.post();
          return result;
        });
    EXPECT_TRUE(std::get<0>(results));
    EXPECT_TRUE(std::get<1>(results));
  });
}

TEST_F(FiberWhen, AllThrowsTheFirstExceptionAfterTheOthersEnded) {
  loop_.run([&] {
    Result<void> other = Failure::none;
    try {
      static_cast<void>(when_all([&] { other = loom::sleep_until(far()); },
                                 [] {
                                   loom::yield();
                                   throw std::runtime_error("first");
                                 }));
      ADD_FAILURE() << "it is thrown here";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "first");
    }
    EXPECT_EQ(other.error().failure, Failure::cancelled);
    EXPECT_EQ(live(), 1U);
  });
}

TEST_F(FiberWhen, WithoutAStackForEachNothingRuns) {
  loop_.run([&] {
    int ran = 0;
    const auto run = [&] { return ++ran; };
    const auto all = when_all(OnStacks{scarce_stacks}, run, run, run);
    EXPECT_EQ(std::get<0>(all).error().failure, Failure::exhausted);
    EXPECT_EQ(std::get<2>(all).error().failure, Failure::exhausted);
    const auto any = when_any(OnStacks{scarce_stacks}, run, run, run);
    EXPECT_EQ(any.index(), 2U);
    EXPECT_EQ(std::get<2>(any).error().failure, Failure::exhausted);
    EXPECT_EQ(ran, 0);
    EXPECT_EQ(live(), 1U);
    EXPECT_EQ(*std::get<1>(when_all(OnStacks{scarce_stacks}, run, run)), 2);
  });
}

TEST_F(FiberWhen, AnyGivesTheFirstAndEndsTheOthers) {
  loop_.run([&] {
    Result<void> slow = Failure::none;
    bool over = false;
    const auto any = when_any(
        [&] {
          slow = loom::sleep_until(far());
          loom::yield();
          over = true;
          return 1;
        },
        [&] {
          EXPECT_TRUE(loom::sleep(1'000));
          return std::string("fast");
        });
    EXPECT_EQ(any.index(), 1U);
    EXPECT_EQ(*std::get<1>(any), "fast");
    EXPECT_EQ(slow.error().failure, Failure::cancelled);
    EXPECT_TRUE(over) << "it was waited for";
    EXPECT_EQ(live(), 1U);
  });
}

TEST_F(FiberWhen, AnyThrowsWhatTheFirstThrewAndDropsWhatOthersThrow) {
  loop_.run([&] {
    try {
      static_cast<void>(when_any([]() -> int { throw std::runtime_error("first"); },
                                 [&]() -> int {
                                   static_cast<void>(loom::sleep_until(far()));
                                   throw std::runtime_error("second");
                                 }));
      ADD_FAILURE() << "it is thrown here";
    } catch (const std::runtime_error& error) {
      EXPECT_STREQ(error.what(), "first");
    }
    const auto any = when_any([] { return 3; },
                              [&]() -> int {
                                static_cast<void>(loom::sleep_until(far()));
                                throw std::runtime_error("late");
                              });
    EXPECT_EQ(*std::get<0>(any), 3);
  });
  EXPECT_TRUE(loop_.lines().empty());
}

TEST_F(FiberWhen, ACancelledCallerCancelsItsChildren) {
  loop_.run([&] {
    loom::Scope scope;
    bool checked = false;
    EXPECT_TRUE(scope.spawn(loom_test::common_stacks, "caller", [&] {
      const auto wait = [&] { return loom::sleep_until(far()); };
      const auto results = when_all(wait, wait);
      EXPECT_EQ(std::get<0>(results).error().failure, Failure::cancelled);
      const auto none = when_any(wait, wait);
      EXPECT_EQ(std::get<0>(none).error().failure, Failure::cancelled);
      checked = true;
    }));
    loom::yield();
    loom::yield();
    scope.cancel();
    EXPECT_EQ(scope.join().error().failure, Failure::cancelled);
    EXPECT_TRUE(checked);
  });
}

}  // namespace

// What is a fiber's own: its variables, its name, and the C++ runtime's idea of which exceptions it
// handles and which unwind it.
#include <stdexcept>
#include <thread>

#include "fiber_harness.hpp"

namespace {

using loom::FiberLocal;

using FiberOwn = loom_test::FiberLoopTest;

/// Counts those that live.
struct Counted {
  static inline int living = 0;
  int number = 0;
  Counted() noexcept { living += 1; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { living -= 1; }
};
FiberLocal<Counted> counted;
FiberLocal<std::uint64_t> second;

TEST_F(FiberOwn, VariablesAreEachFibersOwnAndEndWithIt) {
  for (int n = 0; n < 4; ++n) {
    loop_.spawn("own", [n] {
      EXPECT_EQ(counted.find(), nullptr) << "a record used before is empty again";
      (*counted.get())->number = n;
      loom::yield();
      EXPECT_EQ(Counted::living, 4);
      EXPECT_EQ(counted.find()->number, n);
      EXPECT_EQ(second.find(), nullptr);
      EXPECT_EQ(**second.get(), 0U);
      loom::yield();
    });
  }
  loop_.run();
  EXPECT_EQ(Counted::living, 0);
  loop_.run([] { EXPECT_EQ(counted.find(), nullptr); });
}

TEST_F(FiberOwn, AStopDestroysVariables) {
  loop_.spawn("own", [&] {
    (*counted.get())->number = 1;
    static_cast<void>(loom::sleep_until(far()));
  });
  loop_.turn();
  EXPECT_EQ(Counted::living, 1);
  loop_.fibers().unwind_all();
  loop_.run();
  EXPECT_EQ(Counted::living, 0);
}

TEST_F(FiberOwn, AKeyPastTheLastSlotIsTyped) {
  loop_.run([] {
    // Two are claimed above, and keys of a program stay.
    const FiberLocal<int> others[loom::fiber_local_slots - 2];
    FiberLocal<int> one_more;
    EXPECT_EQ(one_more.get().error().failure, loom::Failure::exhausted);
    EXPECT_EQ(one_more.find(), nullptr);
    EXPECT_TRUE(counted.get());
    static_cast<void>(others);
  });
}

TEST_F(FiberOwn, AFiberKnowsItsNameAndIndex) {
  std::uint32_t first = 0;
  loop_.spawn("first", [&] {
    EXPECT_STREQ(loom::this_fiber::name(), "first");
    EXPECT_EQ(loom::this_fiber::number(), 0U);
    EXPECT_FALSE(loom::this_fiber::is_cancelled());
    first = loom::this_fiber::index();
    loom::yield();
    EXPECT_EQ(loom::this_fiber::index(), first);
  });
  loop_.spawn("second", [&] { EXPECT_NE(loom::this_fiber::index(), first); });
  loop_.run();
}

/// What is being handled, as text; throws it again to look.
std::string handled() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  }
}

TEST_F(FiberOwn, EachHandlesItsOwnExceptions) {
  for (int n = 0; n < 4; ++n) {
    loop_.spawn("throws", [n] {
      const std::string mine = "outer " + std::to_string(n);
      const std::string nested = "nested " + std::to_string(n);
      try {
        loom::yield();
        throw std::runtime_error(mine);
      } catch (const std::exception&) {
        loom::yield();
        EXPECT_EQ(handled(), mine);
        try {
          throw std::runtime_error(nested);
        } catch (const std::exception& error) {
          loom::yield();
          EXPECT_EQ(error.what(), nested);
          EXPECT_EQ(handled(), nested);
          EXPECT_TRUE(std::current_exception());
        }
        loom::yield();
        EXPECT_EQ(handled(), mine);
      }
      loom::yield();
      EXPECT_FALSE(std::current_exception());
    });
  }
  // The loop handles one of its own meanwhile.
  try {
    throw std::runtime_error("loop");
  } catch (const std::exception&) {
    loop_.run();
    EXPECT_EQ(handled(), "loop");
  }
}

/// Waits while an exception unwinds its fiber.
struct WaitsInItsDestructor {
  int expected;
  ~WaitsInItsDestructor() {
    EXPECT_EQ(std::uncaught_exceptions(), expected);
    loom::yield();
    EXPECT_EQ(std::uncaught_exceptions(), expected) << "the others' do not count";
    loom::yield();
    EXPECT_EQ(std::uncaught_exceptions(), expected);
  }
};

TEST_F(FiberOwn, EachCountsItsOwnUncaughtExceptions) {
  for (int n = 0; n < 4; ++n) {
    loop_.spawn("unwinds", [n] {
      try {
        const WaitsInItsDestructor waits{n % 2};
        if (n % 2 == 1) throw std::runtime_error("unwinds");
      } catch (const std::runtime_error&) {
        EXPECT_EQ(std::uncaught_exceptions(), 0);
      }
    });
  }
  loop_.run();
  EXPECT_EQ(std::uncaught_exceptions(), 0);
}

TEST_F(FiberOwn, AStopDoesNotThrowIntoADestructorThatUnwinds) {
  bool went_on = false;
  struct Waits {
    bool& went_on;
    ~Waits() {
      EXPECT_FALSE(loom::sleep(1));
      went_on = true;
    }
  };
  loop_.spawn("unwinds", [&] {
    const Waits waits{went_on};
    static_cast<void>(loom::sleep_until(far()));
  });
  loop_.turn();
  loop_.fibers().unwind_all();
  loop_.run();
  EXPECT_TRUE(went_on);
}

TEST_F(FiberOwn, AnEscapedExceptionIsLoggedAndTheOthersGoOn) {
  int done = 0;
  loop_.spawn("throws", [] { throw std::runtime_error("escaped"); });
  loop_.spawn("goes on", [&] { done += 1; });
  loop_.run();
  EXPECT_EQ(done, 1);
  EXPECT_EQ(loop_.lines(),
            std::vector<std::string>{"loom: the fiber throws threw: escaped; it is over"});
}

#ifndef NDEBUG
using FiberOwnDeathTest = FiberOwn;

TEST_F(FiberOwnDeathTest, AFiberDoesNotResumeItself) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(loop_.run([&] {
    loop_.fibers().make_ready(loom::this_fiber::record(), loom::FiberWake::event);
  }),
               "a fiber cannot resume itself");
}

TEST_F(FiberOwnDeathTest, AFiberDoesNotLeaveItsReactor) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        loom::Fiber* fiber =
            loop_.spawn("waits", [&] { static_cast<void>(loom::sleep_until(far())); });
        loop_.turn();
        std::thread([&] { loop_.fibers().make_ready(*fiber, loom::FiberWake::event); }).join();
      },
      "a fiber never leaves its reactor");
  EXPECT_DEATH(
      {
        loop_.spawn("runs", [] {});
        std::thread([&] { loop_.turn(); }).join();
      },
      "a fiber never leaves its reactor");
}
#endif

}  // namespace

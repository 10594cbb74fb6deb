// Cancellation scopes: no child outlives them, every kind of wait ends, nested ones end with the
// outer, deadlines cancel, exceptions come to who joins, and a stop passes through in order.
#include <stdexcept>

#include "fiber_harness.hpp"

namespace {

using loom::Baton;
using loom::Failure;
using loom::Scope;
using loom_test::common_stacks;
using loom_test::scarce_stacks;

/// Tests with a place where children write down what became of them.
class FiberScope : public loom_test::FiberLoopTest {
 public:
  void note(const std::string& word) { words_ += word + " "; }
  template <class Value>
  void note(const std::string& word, const loom::Result<Value>& result) {
    note(word + ":" + result.error().name());
  }
  std::string words_;
};

TEST_F(FiberScope, JoinWaitsForEveryChild) {
  loop_.run([&] {
    Scope scope;
    for (int n = 0; n < 5; ++n) {
      EXPECT_TRUE(scope.spawn(common_stacks, "child", [this, n] {
        for (int turn = 0; turn < n; ++turn) loom::yield();
        note(std::to_string(n));
      }));
    }
    EXPECT_EQ(scope.size(), 5U);
    EXPECT_TRUE(scope.join());
    EXPECT_EQ(scope.size(), 0U);
    note("joined");
    EXPECT_TRUE(scope.spawn(common_stacks, "child", [this] { note("again"); }));
  });
  EXPECT_EQ(words_, "0 1 2 3 4 joined ") << "the last was cancelled before it began";
}

TEST_F(FiberScope, TheLongestWaitsAreForEver) {
  int ended = 0;
  loop_.run([&] {
    Scope scope;
    EXPECT_TRUE(scope.spawn(common_stacks, "sleeps", [&ended] {
      EXPECT_EQ(loom::sleep(UINT64_MAX).error().failure, Failure::cancelled);
      ended += 1;
    }));
    EXPECT_TRUE(scope.spawn(common_stacks, "waits", [&ended] {
      loom::Baton baton;
      EXPECT_EQ(baton.wait_for(UINT64_MAX).error().failure, Failure::cancelled);
      ended += 1;
    }));
    // Both wait by then; a deadline that had wrapped would be over.
    EXPECT_TRUE(loom::sleep(1'000'000));
    EXPECT_EQ(ended, 0);
    scope.cancel();
    static_cast<void>(scope.join());
  });
  EXPECT_EQ(ended, 2);
}

TEST_F(FiberScope, CancellingEndsEveryKindOfWait) {
  Baton baton;
  loom::Mutex mutex;
  loom::Semaphore semaphore(0);
  loom::FiberChannel<int, 1> empty;
  loom::FiberChannel<int, 1> full;
  loop_.run([&] {
    EXPECT_TRUE(full.send(1));
    mutex.lock();
    Scope scope;
    const auto child = [&](auto body) {
      EXPECT_TRUE(scope.spawn(common_stacks, "child", body));
      loom::yield();
    };
    child([&] { note("sleep", loom::sleep_until(far())); });
    child([&] { note("baton", baton.wait()); });
    child([&] { note("mutex", mutex.lock_until(far())); });
    child([&] { note("semaphore", semaphore.acquire()); });
    child([&] { note("receive", empty.receive()); });
    child([&] {
      note("send", full.send(2));
      EXPECT_TRUE(loom::this_fiber::is_cancelled());
      note("later", loom::sleep(1));
      mutex.lock();  // waits all the same: it could not say that it failed
      note("locked");
      mutex.unlock();
    });
    scope.cancel();
    EXPECT_EQ(scope.spawn(common_stacks, "late", [] {}).error().failure, Failure::cancelled);
    loom::yield();
    mutex.unlock();
    EXPECT_EQ(scope.join().error().failure, Failure::cancelled);
    EXPECT_TRUE(loom::sleep(1)) << "who opened the scope is not cancelled";
  });
  EXPECT_EQ(words_,
            "sleep:cancelled baton:cancelled mutex:cancelled semaphore:cancelled "
            "receive:cancelled send:cancelled later:cancelled locked ");
  baton.post();
  EXPECT_EQ(*full.try_receive(), 1);
}

TEST_F(FiberScope, WhatCameBeforeTheCancellationCounts) {
  Baton baton;
  loop_.run([&] {
    Scope scope;
    EXPECT_TRUE(scope.spawn(common_stacks, "child", [&] { note("baton", baton.wait()); }));
    loom::yield();
    baton.post();
    scope.cancel();
  });
  EXPECT_EQ(words_, "baton:none ");
}

TEST_F(FiberScope, TheEndOfTheBlockCancelsAndWaits) {
  loop_.run([&] {
    try {
      Scope scope;
      EXPECT_TRUE(scope.spawn(common_stacks, "child", [&] {
        note("child", loom::sleep_until(far()));
        loom::yield();
        note("over");
      }));
      loom::yield();
      throw std::runtime_error("out of here");
    } catch (const std::runtime_error&) {
      note("caught");
    }
  });
  EXPECT_EQ(words_, "child:cancelled over caught ");
}

TEST_F(FiberScope, NestedScopesEndWithTheOuter) {
  loop_.run([&] {
    Scope outer;
    EXPECT_TRUE(outer.spawn(common_stacks, "middle", [this] {
      Scope inner;
      EXPECT_TRUE(
          inner.spawn(common_stacks, "leaf", [this] { note("leaf", loom::sleep_until(far())); }));
      note("middle", inner.join());
    }));
    loom::yield();
    loom::yield();
    outer.cancel();
    note("outer", outer.join());
  });
  EXPECT_EQ(words_, "leaf:cancelled middle:cancelled outer:cancelled ");
}

TEST_F(FiberScope, ADeadlineCancelsTheChildren) {
  loop_.run([&] {
    Scope outer(far());
    Scope scope(soon());
    EXPECT_TRUE(
        scope.spawn(common_stacks, "child", [&] { note("child", loom::sleep_until(far())); }));
    EXPECT_TRUE(loom::sleep(3'000'000)) << "not those who opened it";
    note("scope", scope.join());
    EXPECT_FALSE(outer.is_cancelled());
  });
  EXPECT_EQ(words_, "child:cancelled scope:timed_out ");
}

TEST_F(FiberScope, AnExceptionCancelsTheOthersAndIsThrownByJoin) {
  loop_.run([&] {
    Scope scope;
    EXPECT_TRUE(
        scope.spawn(common_stacks, "waits", [&] { note("waits", loom::sleep_until(far())); }));
    EXPECT_TRUE(scope.spawn(common_stacks, "throws", [] { throw std::runtime_error("first"); }));
    EXPECT_TRUE(scope.spawn(common_stacks, "late", [this] { note("late"); }));
    try {
      static_cast<void>(scope.join());
      ADD_FAILURE() << "it is thrown here";
    } catch (const std::runtime_error& error) {
      note(error.what());
    }
  });
  EXPECT_EQ(words_, "waits:cancelled first ");
  EXPECT_TRUE(loop_.lines().empty());
}

TEST_F(FiberScope, WithoutAStackASpawnIsRefused) {
  loop_.run([&] {
    Scope scope;
    const auto child = [this] { note("child", loom::sleep_until(far())); };
    EXPECT_TRUE(scope.spawn(scarce_stacks, "child", child));
    EXPECT_TRUE(scope.spawn(scarce_stacks, "child", child));
    EXPECT_EQ(scope.spawn(scarce_stacks, "child", child).error().failure, Failure::exhausted);
    loom::yield();
  });
  EXPECT_EQ(words_, "child:cancelled child:cancelled ");
  EXPECT_EQ(loop_.fibers().stacks(scarce_stacks).used(), 0U);
}

TEST_F(FiberScope, ChildrenThatWaitForAStackAreForgottenWhenCancelled) {
  loop_.run([&] {
    Scope scope;
    // Seven stacks are left beside this fiber's; the rest wait for one.
    for (int n = 0; n < 12; ++n) {
      EXPECT_TRUE(
          scope.spawn(common_stacks, "child", [this] { note("child", loom::sleep_until(far())); }));
    }
    loom::yield();
    scope.cancel();
    EXPECT_EQ(scope.size(), 7U);
  });
  EXPECT_EQ(words_.size(), 7 * std::string("child:cancelled ").size());
}

TEST_F(FiberScope, AStopUnwindsChildrenBeforeTheirScope) {
  struct Farewell {
    FiberScope& test;
    const char* word;
    ~Farewell() { test.note(word); }
  };
  loop_.spawn("main", [&] {
    const Farewell last{*this, "main"};
    Scope scope;
    const Farewell first{*this, "block"};
    EXPECT_TRUE(scope.spawn(common_stacks, "child", [this] {
      const Farewell mine{*this, "child"};
      Scope inner;
      EXPECT_TRUE(inner.spawn(common_stacks, "leaf", [this] {
        const Farewell leaf{*this, "leaf"};
        static_cast<void>(loom::sleep_until(far()));
      }));
      static_cast<void>(inner.join());
    }));
    static_cast<void>(scope.join());
    ADD_FAILURE() << "the stop unwinds it";
  });
  for (int n = 0; n < 3; ++n) loop_.turn();
  loop_.fibers().unwind_all();
  loop_.run();
  EXPECT_EQ(words_, "leaf child block main ");
}

}  // namespace

// Nothing that fibers do among themselves allocates: spawning, waiting, handing over, cancelling.
#include "counted_allocations.hpp"
#include "fiber_harness.hpp"

namespace {

using loom_test::common_stacks;

using FiberAllocation = loom_test::FiberLoopTest;

/// Everything once.
void use_every_tool() {
  loom::Baton baton;
  loom::Mutex mutex;
  loom::Semaphore semaphore(1);
  loom::FiberChannel<std::uint64_t, 4> channel;
  loom::Scope scope;
  static_cast<void>(scope.spawn(common_stacks, "waits", [&] {
    static_cast<void>(baton.wait_for(60'000'000'000));
    mutex.lock();
    loom::yield();
    mutex.unlock();
    for (std::uint64_t n = 0; n < 8; ++n) static_cast<void>(channel.send(n));
    channel.close();
  }));
  static_cast<void>(scope.spawn(common_stacks, "cancelled",
                                [&] { static_cast<void>(loom::sleep(60'000'000'000)); }));
  loom::yield();
  mutex.lock();
  baton.post();
  loom::yield();
  mutex.unlock();
  static_cast<void>(semaphore.acquire());
  semaphore.release();
  while (channel.receive()) {
  }
  const auto all = loom::when_all([] { return 1; }, [] { loom::yield(); });
  EXPECT_TRUE(std::get<0>(all));
  EXPECT_EQ(loom::when_any([] {}, [] { static_cast<void>(loom::sleep(60'000'000'000)); }).index(),
            0U);
  scope.cancel();
  EXPECT_EQ(scope.join().error().failure, loom::Failure::cancelled);
}

TEST_F(FiberAllocation, NoToolAllocates) {
  std::atomic<std::uint64_t> allocations{0};
  loop_.spawn("main", [] {
    for (int n = 0; n < 100; ++n) use_every_tool();
  });
  {
    const loom_test::CountedAllocations counted(allocations);
    loop_.run();
  }
  EXPECT_EQ(allocations.load(), 0U);
  EXPECT_GE(loop_.core().stats().get(loom::Stat::fibers_started), 600U);
}

}  // namespace

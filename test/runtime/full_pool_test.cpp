// A reactor whose system requests wait for room in a pool: it sleeps meanwhile instead of turning
// without end, and carries all of them out when there is room.
#include <atomic>
#include <string>

#include "fiber_fixture.hpp"
#include "loom/framing.hpp"
#include "loom/pool.hpp"

namespace {

using loom::Stat;

struct ServerFd {
  using Handler = loom::FiberStream<ServerFd, loom_test::FiberHandler<ServerFd>, 0>;
  using Framing = loom::RawFraming;
  static constexpr loom::StackClass stacks{"connections", 65536, 1, 0};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 1,
                           .buffer_bytes = 1024,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096});
};

class FullPool : public loom_test::FiberProgramTest<ServerFd> {};
INSTANTIATE_TEST_SUITE_P(Backends, FullPool, loom_test::both_backends(), loom_test::backend_name);

TEST_P(FullPool, LetsTheLoopSleepAndServesWhatWaitedOnceThereIsRoom) {
  static constexpr loom::PoolEntry entry{"disk", 1, 2, nullptr};
  constexpr int requests = 4;
  loom::Pool pool;
  ASSERT_FALSE(pool.start(entry));
  loom::Baton release;
  std::atomic<int> served{0};
  script_.on_start = [&](loom::ReactorCore& core) {
    core.blocking_ = &pool.queue();
    EXPECT_TRUE(core.fibers().spawn(1, "blocks", [&] {
      EXPECT_TRUE(loom::offload(pool.queue(), [&] { return release.wait(); }));
    }));
    for (int n = 0; n < requests; ++n) {
      EXPECT_TRUE(core.fibers().spawn(1, "syncs", [&] {
        // No file that can be synced, but a call that takes the way through the pool.
        static_cast<void>(loom::await(
            loom::system::fsync(loom::this_threads_fibers().core().inbox_->doorbell().wake_fd())));
        served += 1;
      }));
    }
  };
  LOOM_START_OR_SKIP();
  // The ring itself carries them out on io_uring, and then nobody waits for the pool.
  if (GetParam() == std::string("epoll")) {
    ASSERT_TRUE(eventually([&] { return stat(Stat::overflow_queued) != 0; }));
    const std::uint64_t sleeps = stat(Stat::sleeps);
    const std::uint64_t turns = stat(Stat::turns);
    ASSERT_TRUE(eventually([&] { return stat(Stat::sleeps) >= sleeps + 20; })) << "it sleeps";
    EXPECT_LE(stat(Stat::turns) - turns, 100U) << "and turns no more often than it has to";
  }
  release.post();
  EXPECT_TRUE(eventually([&] { return served == requests; }));
  EXPECT_EQ(stat(Stat::offload_refused), 0U) << "what waits was not refused";
  program_.join();
  pool.stop();
}

}  // namespace

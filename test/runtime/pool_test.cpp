// Pools without a reactor: every job runs once and comes home, the queue is bounded, workers sleep
// and are woken, and a start that cannot be says why.
#include <gtest/gtest.h>

#include <pthread.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gate.hpp"
#include "loom/pool.hpp"
#include "support.hpp"

namespace {

using loom::Inbox;
using loom::Job;
using loom::Pool;
using loom::PoolEntry;
using loom::StartError;
using loom_test::Gate;

/// An inbox whose doorbell works, and a wait for what comes home to it.
struct Home : Inbox {
  Home() { EXPECT_TRUE(doorbell().open()); }

  Job* wait() {
    for (;;) {
      if (auto* node = homecoming().take()) return static_cast<Job*>(node);
      doorbell().announce_sleep();
      if (!has_any()) {
        if (!loom_test::wait_for(doorbell().wake_fd(), POLLIN)) return nullptr;
        std::uint64_t rings = 0;
        EXPECT_EQ(::read(doorbell().wake_fd(), &rings, sizeof rings), 8);
      }
      doorbell().withdraw_sleep();
    }
  }
};

struct GateJob : Job {
  Gate* gate = nullptr;
  explicit GateJob(Inbox& inbox, Gate& blocking) : gate(&blocking) {
    home = &inbox;
    run = [](Job& job) noexcept {
      Gate& mine = *static_cast<GateJob&>(job).gate;
      sem_post(&mine.arrived);
      sem_wait(&mine.open);
      job.result = 1;
    };
  }
};

TEST(Pool, RunsEveryJobOnceAndSendsItHome) {
  struct Square : Job {
    int value = 0;
    int runs = 0;
  };
  Home home;
  Pool pool;
  const PoolEntry entry{.name = "crunch", .threads = 3, .queue_entries = 16};
  const StartError error = pool.start(entry);
  ASSERT_FALSE(error) << error.message;
  constexpr std::size_t count = 2'000;
  const auto jobs = std::make_unique<Square[]>(count);
  std::size_t submitted = 0;
  std::size_t returned = 0;
  while (returned < count) {
    while (submitted < count) {
      Square& job = jobs[submitted];
      job.home = &home;
      job.value = static_cast<int>(submitted);
      job.run = [](Job& self) noexcept {
        auto& square = static_cast<Square&>(self);
        square.runs += 1;
        square.result = square.value * square.value;
      };
      if (!pool.queue().submit(job)) break;
      submitted += 1;
    }
    ASSERT_NE(home.wait(), nullptr) << "a job or a wake-up was lost";
    returned += 1;
  }
  for (std::size_t n = 0; n < count; ++n) {
    EXPECT_EQ(jobs[n].runs, 1);
    EXPECT_EQ(jobs[n].result, static_cast<int>(n * n));
  }
}

TEST(Pool, RefusesWhatItsQueueCannotHold) {
  Home home;
  Gate gate;
  Pool pool;
  const PoolEntry entry{.name = "crunch", .threads = 1, .queue_entries = 2};
  ASSERT_FALSE(pool.start(entry));
  GateJob running(home, gate);
  GateJob waiting[2] = {GateJob(home, gate), GateJob(home, gate)};
  GateJob refused(home, gate);
  ASSERT_TRUE(pool.queue().submit(running));
  sem_wait(&gate.arrived);
  EXPECT_TRUE(pool.queue().submit(waiting[0]));
  EXPECT_TRUE(pool.queue().submit(waiting[1]));
  EXPECT_FALSE(pool.queue().submit(refused));
  for (int n = 0; n < 3; ++n) sem_post(&gate.open);
  EXPECT_EQ(home.wait(), &running);
  EXPECT_EQ(home.wait(), &waiting[0]);
  EXPECT_EQ(home.wait(), &waiting[1]);
  EXPECT_FALSE(home.has_any());
}

TEST(Pool, CancelsWhatNoWorkerBegan) {
  Home home;
  Gate gate;
  Pool pool;
  const PoolEntry entry{.name = "crunch", .threads = 1, .queue_entries = 2};
  ASSERT_FALSE(pool.start(entry));
  GateJob running(home, gate);
  GateJob waiting(home, gate);
  ASSERT_TRUE(pool.queue().submit(running));
  sem_wait(&gate.arrived);
  ASSERT_TRUE(pool.queue().submit(waiting));
  home.cancel_jobs();
  sem_post(&gate.open);
  EXPECT_EQ(home.wait(), &running);
  EXPECT_EQ(running.result, 1) << "what runs is not cancelled";
  EXPECT_EQ(home.wait(), &waiting);
  EXPECT_EQ(waiting.result, -ECANCELED);
}

TEST(Pool, ItsWorkersAreNamedPinnedAndTakeNoSignals) {
  struct Look : Job {
    char name[16] = {};
    cpu_set_t cores{};
    sigset_t blocked{};
  };
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  int core = 0;
  while (!CPU_ISSET(core, &allowed)) core += 1;
  const int cores[] = {core};
  Home home;
  Pool pool;
  const PoolEntry entry{.name = "a_long_name", .threads = 1, .queue_entries = 2, .cores = cores};
  const StartError error = pool.start(entry);
  ASSERT_FALSE(error) << error.message;
  Look look;
  look.home = &home;
  look.run = [](Job& job) noexcept {
    auto& self = static_cast<Look&>(job);
    pthread_getname_np(pthread_self(), self.name, sizeof self.name);
    sched_getaffinity(0, sizeof self.cores, &self.cores);
    pthread_sigmask(SIG_BLOCK, nullptr, &self.blocked);
  };
  ASSERT_TRUE(pool.queue().submit(look));
  ASSERT_EQ(home.wait(), &look);
  EXPECT_STREQ(look.name, "a_long_name/0");
  EXPECT_EQ(CPU_COUNT(&look.cores), 1);
  EXPECT_TRUE(CPU_ISSET(core, &look.cores));
  EXPECT_EQ(sigismember(&look.blocked, SIGTERM), 1);
  EXPECT_EQ(sigismember(&look.blocked, SIGSEGV), 0);
}

TEST(Pool, ACoreThatIsNotThereIsAnErrorAndLeavesNoWorker) {
  const int cores[] = {0, 1023};
  Pool pool;
  const PoolEntry entry{.name = "crunch", .threads = 2, .queue_entries = 2, .cores = cores};
  const StartError error = pool.start(entry);
  ASSERT_TRUE(error);
  const std::string message = error.message;
  EXPECT_NE(message.find("pools.crunch"), std::string::npos) << message;
  EXPECT_STREQ(error.code, "LOOM5011") << message;
  EXPECT_NE(message.find("core 1023"), std::string::npos) << message;
  // Its destructor joins what was started; a worker left over would hang it.
}

TEST(Pool, StopsThoughItNeverStarted) {
  Pool pool;
  pool.stop();
  pool.stop();
}

}  // namespace

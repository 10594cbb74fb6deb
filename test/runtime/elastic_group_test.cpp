// A group that grows when its instances are crowded and shrinks when one fewer is enough: no
// connection is refused while another instance may come, none is cut off by one that goes, and
// what an instance had is free again after it.
#include <dirent.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "elastic_group_fixture.hpp"
#include "gate.hpp"

namespace {

using loom::Spread;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::echoes;
using loom_test::ElasticGroup;
using loom_test::eventually;
using loom_test::Gate;
using loom_test::instances;

constexpr std::uint32_t slots = loom_test::elastic_slots;

std::size_t entries_of(const char* folder) {
  DIR* directory = opendir(folder);
  std::size_t count = 0;
  while (readdir(directory) != nullptr) count += 1;
  closedir(directory);
  return count;
}

class ElasticGroupTest : public loom_test::GroupTest {};

TEST_P(ElasticGroupTest, RunsItsMinimumAndRefusesMailForTheRest) {
  ElasticGroup<Spread::round_robin> group(2);
  LOOM_START_GROUP_OR_SKIP(group);
  EXPECT_EQ(group.running(), 2U);
  EXPECT_EQ(group.instance(1).post([] {}).value(), loom::PostResult::posted);
  EXPECT_EQ(group.instance(2).post([] {}).value(), loom::PostResult::closed);
  // Posts to those that run still arrive in order behind it.
  EXPECT_TRUE(eventually([&] { return group.stat(1, Stat::mail_received) == 1; }));
}

TEST_P(ElasticGroupTest, GrowsWhenEveryInstanceIsCrowdedAndFillsUpToItsMaximum) {
  ElasticGroup<Spread::least_inflight> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<Descriptor> open;
  for (std::uint32_t n = 0; n < instances * slots; ++n) {
    auto [peer, instance] = group.connect();
    ASSERT_GE(instance, 0) << "connection " << n << " was refused";
    EXPECT_TRUE(echoes(peer, "hello"));
    open.push_back(std::move(peer));
  }
  EXPECT_EQ(group.running(), instances);
  EXPECT_EQ(group.sum(Stat::starts), instances);
  EXPECT_EQ(group.connect().second, -1) << "all are full, and no other may come";
  EXPECT_EQ(group.sum(Stat::refused), 1U);
}

TEST_P(ElasticGroupTest, ABurstWaitsForTheInstancesThatItNeeds) {
  ElasticGroup<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<Descriptor> open;
  for (std::uint32_t n = 0; n < instances * slots; ++n) {
    open.push_back(loom_test::connect_to(group.port()));
  }
  for (Descriptor& peer : open) EXPECT_EQ(loom_test::receive_exactly(peer.get(), 1).size(), 1U);
  for (Descriptor& peer : open) EXPECT_TRUE(echoes(peer, "hello"));
  EXPECT_EQ(group.sum(Stat::refused), 0U);
  EXPECT_EQ(group.running(), instances);
}

TEST_P(ElasticGroupTest, AnInstanceThatRetiresKeepsItsConnectionsToTheirEnd) {
  ElasticGroup<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<std::pair<Descriptor, int>> open;
  while (group.running() < instances) open.push_back(group.connect());
  for (std::uint32_t n = 0; n < 3; ++n) open.push_back(group.connect());
  ASSERT_TRUE(std::any_of(open.begin(), open.end(), [](auto& each) { return each.second == 3; }));
  // One of instance 3 stays, all others go.
  bool kept = false;
  open.erase(std::remove_if(open.begin(), open.end(),
                            [&](auto& each) {
                              if (each.second == 3 && !kept) return !(kept = true);
                              return true;
                            }),
             open.end());
  ASSERT_TRUE(group.shrinks_to(2)) << "instance 0, and the one that has a connection";
  for (int n = 0; n < 100; ++n) ASSERT_TRUE(echoes(open[0].first, "still here"));
  open.clear();
  EXPECT_TRUE(group.shrinks_to(1));
  EXPECT_TRUE(eventually([&] { return group.said("main retired: 1 of 4 instances serve"); }));
  auto [peer, instance] = group.connect();
  EXPECT_EQ(instance, 0);
}

TEST_P(ElasticGroupTest, AnInstanceThatRetiresWaitsForItsJobs) {
  constexpr loom::PoolEntry pools[] = {{.name = "crunch", .threads = 1, .queue_entries = 2}};
  ElasticGroup<Spread::round_robin> group;
  loom_test::current_table.pools = pools;
  loom_test::current_table.pool_count = 1;
  Gate gate;
  std::atomic<int> done{0};
  auto& script = group.script();
  script.on_open = [&](auto& connection) {
    connection.write(loom::Bytes(std::string_view(&loom_test::own_digit, 1)));
    // Once, at the only instance that came: the pool is that of whoever started last.
    if (loom_test::own_digit != '1' || done.exchange(1) != 0) return;
    EXPECT_TRUE(script.pool.submit([&] { gate.pass(); }, [&](loom::Result<void>) { done = 2; }));
  };
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<std::pair<Descriptor, int>> open;
  do {
    open.push_back(group.connect());
  } while (open.back().second != 1);
  sem_wait(&gate.arrived);
  open.clear();
  ASSERT_TRUE(eventually([&] { return group.said("main is asked to retire"); }));
  EXPECT_TRUE(group.instance(1).post([] {})) << "it runs, and takes mail";
  ASSERT_TRUE(eventually([&] { return group.stat(1, Stat::mail_received) >= 2; }));
  EXPECT_EQ(group.running(), 2U);
  EXPECT_EQ(done, 1);
  sem_post(&gate.open);
  EXPECT_TRUE(group.shrinks_to(1));
  EXPECT_EQ(done, 2) << "the job's answer came before the end";
}

TEST_P(ElasticGroupTest, AnInstanceWithASlotInUseIsCalledBack) {
  ElasticGroup<Spread::least_inflight> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<std::pair<Descriptor, int>> open;
  while (group.running() < 2) open.push_back(group.connect());
  while (open.back().second != 1) open.push_back(group.connect());
  const std::pair<Descriptor, int> stays = std::move(open.back());
  open.clear();
  // It has a connection and cannot end; asked to retire it is once the linger is over.
  for (std::uint64_t round = 0; round < 3; ++round) {
    while (open.size() < 2 * slots - 1) {
      open.push_back(group.connect());
      ASSERT_GE(open.back().second, 0);
    }
    open.clear();
  }
  EXPECT_EQ(group.stat(1, Stat::starts), 1U) << "its connection kept it from ending";
}

TEST_P(ElasticGroupTest, LosesNothingWhileInstancesComeAndGo) {
  ElasticGroup<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  // Two peers come and go all the time, also while instances do.
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> served{0};
  const auto visit = [&] {
    Descriptor peer = loom_test::connect_to(group.port());
    EXPECT_EQ(loom_test::receive_exactly(peer.get(), 1).size(), 1U);
    EXPECT_TRUE(echoes(peer, std::string(2000, 'x')));
    served += 1;
    return peer;
  };
  std::vector<std::thread> peers;
  for (int n = 0; n < 2; ++n) {
    peers.emplace_back([&] {
      while (!over) visit();
    });
  }
  for (int round = 0; round < 10; ++round) {
    std::vector<Descriptor> burst;
    // With room for those whose end the server has yet to hear of.
    for (std::uint32_t n = 0; n < 10; ++n) burst.push_back(visit());
    EXPECT_GE(group.running(), 3U);
    burst.clear();
    EXPECT_TRUE(group.shrinks_to(1));
  }
  over = true;
  for (std::thread& peer : peers) peer.join();
  EXPECT_TRUE(group.shrinks_to(1));
  EXPECT_EQ(group.sum(Stat::refused), 0U);
  EXPECT_EQ(group.stat(0, Stat::accepted), served.load());
  EXPECT_TRUE(eventually([&] { return group.sum(Stat::closed) == served.load(); }));
  EXPECT_GE(group.sum(Stat::starts), 1 + 10 * 2U);
}

TEST_P(ElasticGroupTest, GivesBackWhatItsInstancesHad) {
  ElasticGroup<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  const auto grow_and_shrink = [&] {
    std::vector<Descriptor> open;
    while (group.running() < instances) open.push_back(group.connect().first);
    open.clear();
    ASSERT_TRUE(group.shrinks_to(1));
  };
  grow_and_shrink();
  const std::size_t before = entries_of("/proc/self/fd");
  for (int n = 0; n < 5; ++n) grow_and_shrink();
  EXPECT_TRUE(eventually([&] { return entries_of("/proc/self/fd") <= before; }));
}

TEST_P(ElasticGroupTest, GoesOnWithoutAnInstanceThatCannotStart) {
  ElasticGroup<Spread::round_robin> group;
  for (std::uint32_t n = 1; n < instances; ++n) group.entries_[n].core = 1023;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<Descriptor> open;
  for (std::uint32_t n = 0; n < slots; ++n) {
    open.push_back(group.connect().first);
    EXPECT_TRUE(echoes(open.back(), "hello"));
  }
  EXPECT_EQ(group.connect().second, -1) << "refused once it is known that nobody comes";
  EXPECT_TRUE(group.said("could not start (LOOM5003)"));
  open.clear();
  ASSERT_TRUE(eventually([&] { return group.sum(Stat::open_connections) == 0; }));
  EXPECT_EQ(group.connect().second, 0);
}

TEST_P(ElasticGroupTest, StopsWhileItGrows) {
  for (std::uint32_t round = 0; round < 10; ++round) {
    ElasticGroup<Spread::round_robin> group;
    LOOM_START_GROUP_OR_SKIP(group);
    std::vector<Descriptor> open;
    for (std::uint32_t n = 0; n < 2 * slots + round; ++n) {
      open.push_back(loom_test::connect_to(group.port()));
    }
    group.stop();
    EXPECT_TRUE(group.stopped());
  }
}

TEST_P(ElasticGroupTest, TellsTheEndOfEveryInstanceOnce) {
  static std::atomic<std::uint32_t> ended;
  ended = 0;
  {
    ElasticGroup<Spread::round_robin> group;
    group.start_.stopped = [](void*, std::uint32_t index) noexcept { ended |= 1U << index; };
    LOOM_START_GROUP_OR_SKIP(group);
    std::vector<Descriptor> open;
    while (group.running() < 2) open.push_back(group.connect().first);
    open.clear();
    ASSERT_TRUE(group.shrinks_to(1));
    EXPECT_EQ(ended.load(), 0U) << "an instance that retires is not the end of its reactor";
  }
  EXPECT_EQ(ended.load(), (1U << instances) - 1);
}

INSTANTIATE_TEST_SUITE_P(Backends, ElasticGroupTest, loom_test::both_backends(),
                         loom_test::backend_name);

}  // namespace

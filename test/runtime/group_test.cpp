// A group of four equal reactors that serve one address: every byte comes back, whichever instance
// has the connection, every accepted connection is counted once, and a stop leaves none.
#include <algorithm>
#include <string>
#include <vector>

#include "group_fixture.hpp"

namespace {

using loom::FdTraits;
using loom::Spread;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::GroupTest;
using loom_test::instances;

constexpr std::uint32_t slots = 16;

struct Multishot {
  static constexpr FdTraits traits{};
};
struct Oneshot {
  static constexpr FdTraits traits{.receive = loom::ReceiveStrategy::oneshot};
};
struct Direct {
  static constexpr FdTraits traits{.receive = loom::ReceiveStrategy::direct};
};
struct Level {
  static constexpr FdTraits traits{.trigger = loom::Trigger::level};
};

template <Spread rule, class Variant>
struct ServerFd {
  using Handler = loom_test::ScriptedHandler<ServerFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = slots,
                           .buffer_bytes = 4096,
                           .buffer_count = 8,
                           .write_queue_bytes = 65536,
                           .traits = Variant::traits,
                           .spread = rule,
                           .options = {.reuse_port = rule == Spread::reuse_port, .backlog = 128}});
};

template <Spread rule, class Variant = Multishot>
using Group = loom_test::Group<ServerFd<rule, Variant>>;

/// Forty connections with 32 KiB each; what every rule must keep.
template <Spread rule, class Variant>
void echo_every_byte(Group<rule, Variant>& group) {
  constexpr std::size_t peers = 40;
  constexpr std::size_t size = 32768;
  std::vector<Descriptor> open;
  std::vector<std::uint64_t> at(instances);
  for (std::size_t n = 0; n < peers; ++n) {
    auto [peer, instance] = group.connect();
    // The kernel may give one listener more than its slots; then it refuses, and says so.
    if (instance < 0) continue;
    at[static_cast<std::size_t>(instance)] += 1;
    open.push_back(std::move(peer));
  }
  EXPECT_EQ(open.size() + group.sum(Stat::refused), peers);
  for (std::size_t n = 0; n < open.size(); ++n) {
    const std::string text(size, static_cast<char>('!' + n));
    ASSERT_TRUE(loom_test::send_all(open[n].get(), text));
    ASSERT_EQ(loom_test::receive_exactly(open[n].get(), size), text);
  }
  EXPECT_EQ(group.sum(Stat::accepted), open.size());
  std::uint64_t handed = 0;
  for (std::uint32_t n = 0; n < instances; ++n) {
    EXPECT_EQ(group.stat(n, Stat::open_connections), at[n]);
    handed += group.stat(n, Stat::handed_over);
  }
  if (rule != Spread::reuse_port) {
    EXPECT_EQ(group.stat(0, Stat::accepted), at[0] + handed) << "accepted = own + handed over";
    EXPECT_EQ(group.stat(0, Stat::handed_over), 0U);
    EXPECT_EQ(handed, at[1] + at[2] + at[3]);
  } else {
    EXPECT_EQ(handed, 0U);
  }
  const std::uint64_t total = open.size();
  open.resize(total / 2);
  EXPECT_TRUE(loom_test::eventually([&] { return group.sum(Stat::closed) == total - total / 2; }));
  group.stop();
  EXPECT_EQ(group.sum(Stat::closed), total);
}

TEST_P(GroupTest, ReusePortEchoesEveryByteOnOnePort) {
  Group<Spread::reuse_port> group;
  LOOM_START_GROUP_OR_SKIP(group);
  echo_every_byte(group);
}

TEST_P(GroupTest, RoundRobinEchoesEveryByte) {
  Group<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  echo_every_byte(group);
}

TEST_P(GroupTest, LeastInflightEchoesEveryByte) {
  Group<Spread::least_inflight> group;
  LOOM_START_GROUP_OR_SKIP(group);
  echo_every_byte(group);
}

TEST_P(GroupTest, EveryWayToReadTakesConnectionsThatWereHandedOver) {
  const auto play = [&](auto&& group) {
    LOOM_START_GROUP_OR_SKIP(group);
    echo_every_byte(group);
  };
  play(Group<Spread::round_robin, Oneshot>());
  if (IsSkipped()) return;
  play(Group<Spread::round_robin, Direct>());
  play(Group<Spread::round_robin, Level>());
}

TEST_P(GroupTest, RoundRobinDealsOutInTurn) {
  Group<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<Descriptor> open;
  for (int n = 0; n < 12; ++n) {
    auto [peer, instance] = group.connect();
    EXPECT_EQ(instance, n % 4);
    open.push_back(std::move(peer));
  }
  group.stop();
}

TEST_P(GroupTest, LeastInflightFillsTheGapsThatEndedConnectionsLeave) {
  Group<Spread::least_inflight> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<std::pair<Descriptor, int>> open;
  for (int n = 0; n < 12; ++n) open.push_back(group.connect());
  const auto at_two = [](const auto& each) { return each.second == 2; };
  ASSERT_EQ(std::count_if(open.begin(), open.end(), at_two), 3);
  open.erase(std::remove_if(open.begin(), open.end(), at_two), open.end());
  // Nothing in flight any more: every slot of instance 2 is free.
  ASSERT_TRUE(loom_test::eventually(
      [&] { return group.stat(2, Stat::closed) == 3 && group.stat(2, Stat::in_flight) == 0; }));
  for (int n = 0; n < 3; ++n) {
    open.push_back(group.connect());
    EXPECT_EQ(open.back().second, 2);
  }
  group.stop();
}

TEST_P(GroupTest, RefusesOnlyWhenEveryInstanceIsFull) {
  Group<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<Descriptor> open;
  for (std::uint32_t n = 0; n < instances * slots; ++n) {
    auto [peer, instance] = group.connect();
    ASSERT_GE(instance, 0) << n;
    open.push_back(std::move(peer));
  }
  EXPECT_EQ(group.connect().second, -1);
  EXPECT_EQ(group.sum(Stat::refused), 1U);
  EXPECT_EQ(group.stat(0, Stat::accepted), instances * slots);
  group.stop();
}

TEST_P(GroupTest, RunsNothingWhenOneInstanceCannotStart) {
  for (std::uint32_t failing = 0; failing < instances; ++failing) {
    Group<Spread::least_inflight> group;
    group.entries_[failing].core = 1023;
    const loom::StartReport report = group.start(GetParam());
    EXPECT_FALSE(report.ok);
    EXPECT_STREQ(report.code, "LOOM5003");
    EXPECT_TRUE(group.stopped());
  }
}

TEST_P(GroupTest, StopsWhileConnectionsCross) {
  Group<Spread::round_robin> group;
  LOOM_START_GROUP_OR_SKIP(group);
  std::vector<Descriptor> open;
  for (int n = 0; n < 40; ++n) open.push_back(group.connect().first);
  for (int n = 0; n < 20; ++n) {
    open.erase(open.begin());
    // Not waited for: some of these are on their way when the stop comes.
    open.push_back(loom_test::connect_to(group.port()));
  }
  group.stop();
  // Whatever was accepted was served and closed, or arrived too late and was refused.
  const std::uint64_t accepted = group.stat(0, Stat::accepted);
  EXPECT_GE(accepted, group.sum(Stat::closed));
  EXPECT_LE(accepted, group.sum(Stat::closed) + group.sum(Stat::refused));
}

INSTANTIATE_TEST_SUITE_P(Backends, GroupTest, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

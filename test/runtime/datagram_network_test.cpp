// UDP fds and what networks do to them: datagrams dropped and counted, groups, peers that are not
// there, many datagrams in few system calls.
#include <net/if.h>

#include <atomic>
#include <thread>

#include "datagram_fixture.hpp"

namespace {

using loom::Stat;
using loom::WriteResult;
using loom_test::Descriptor;
using loom_test::receive_one;
using loom_test::udp_socket;

/// A socket whose kernel buffer is soon full.
struct Small {
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "127.0.0.1:0",
                           .receive_bytes = 256,
                           .receive_count = 2,
                           .options = {.receive_buffer_bytes = 2304}});
  using Handler = loom_test::DatagramHandler<Small>;
};
class Drops : public loom_test::DatagramTest<Small> {};

TEST_P(Drops, AreCountedExactly) {
  std::uint64_t received = 0;
  std::uint64_t dropped = 0;
  std::uint64_t lasts = 0;
  script_.on_datagram = [&](Socket&, const loom::Datagram& datagram) {
    received += 1;
    dropped += datagram.dropped_before;
    journal_.add(std::string(datagram.bytes.text()));
    // The first one holds the loop until everything was sent.
    if (datagram.bytes.text() == "first") {
      EXPECT_TRUE(journal_.wait_for("sent"));
    }
  };
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  ASSERT_EQ(::send(peer.get(), "first", 5, 0), 5);
  ASSERT_TRUE(journal_.wait_for("first"));
  for (int n = 0; n < 1000; ++n) ASSERT_EQ(::send(peer.get(), "flood", 5, 0), 5);
  journal_.add("sent");
  // What was dropped last is told by the next one that comes through.
  while (journal_.count("last") == 0) {
    const std::uint64_t before = stat(Stat::turns);
    ASSERT_EQ(::send(peer.get(), "last", 4, 0), 4);
    lasts += 1;
    ASSERT_TRUE(loom_test::eventually([&] { return stat(Stat::turns) > before; }));
  }
  program_.join();
  EXPECT_GT(dropped, 0U);
  EXPECT_EQ(received + dropped, 1001U + lasts);
  EXPECT_EQ(stat(Stat::datagrams_dropped), dropped);
}

INSTANTIATE_TEST_SUITE_P(On, Drops, loom_test::both_backends(), loom_test::backend_name);

/// A socket that takes bursts.
struct Burst {
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "127.0.0.1:0",
                           .receive_bytes = 128,
                           .receive_count = 128,
                           .batch = 64,
                           .options = {.receive_buffer_bytes = 212992}});
  using Handler = loom_test::DatagramHandler<Burst>;
};
class Bursts : public loom_test::DatagramTest<Burst> {};

TEST_P(Bursts, TakeAHundredThousandInFewSystemCalls) {
  constexpr int bursts = 1000;
  constexpr std::uint32_t burst = 100;
  std::uint32_t next = 0;
  // Stored by the test's thread with release, loaded by the handler with acquire.
  std::atomic<std::uint32_t> bursts_sent = 0;
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    std::uint32_t number = 0;
    ASSERT_EQ(datagram.bytes.size(), sizeof number);
    std::memcpy(&number, datagram.bytes.data(), sizeof number);
    EXPECT_EQ(number, next);
    EXPECT_EQ(datagram.dropped_before, 0U);
    // The first of a burst holds the loop until all of it was sent, so that the count does not
    // depend on who is faster.
    while (next / burst >= bursts_sent.load(std::memory_order_acquire)) std::this_thread::yield();
    next += 1;
    if (next % burst == 0) {
      EXPECT_TRUE(socket.send_to(datagram.peer, "go"));
    }
  };
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  std::uint32_t number = 0;
  for (int n = 0; n < bursts; ++n) {
    mmsghdr messages[burst] = {};
    iovec vectors[burst];
    std::uint32_t numbers[burst];
    for (std::uint32_t m = 0; m < burst; ++m) {
      numbers[m] = number;
      number += 1;
      vectors[m] = {&numbers[m], sizeof numbers[m]};
      messages[m].msg_hdr.msg_iov = &vectors[m];
      messages[m].msg_hdr.msg_iovlen = 1;
    }
    ASSERT_EQ(::sendmmsg(peer.get(), messages, burst, 0), 100);
    bursts_sent.fetch_add(1, std::memory_order_release);
    ASSERT_EQ(receive_one(peer), "go");
  }
  program_.join();
  EXPECT_EQ(next, bursts * burst);
  RecordProperty("kernel_entries", static_cast<int>(stat(Stat::kernel_entries)));
  EXPECT_LT(stat(Stat::kernel_entries), 12U * bursts) << "for a hundred datagrams each";
}

INSTANTIATE_TEST_SUITE_P(On, Bursts, loom_test::both_backends(), loom_test::backend_name);

/// Connected to a fixed peer; bound by the kernel.
struct Connected {
  static constexpr loom::DatagramShape shape = loom_test::numbered({.peer = "127.0.0.1:1"});
  using Handler = loom_test::DatagramHandler<Connected>;
};
class Clients : public loom_test::DatagramTest<Connected> {};

TEST_P(Clients, HearOfARefusalAndGoOn) {
  Descriptor peer = udp_socket();
  const std::string address = "127.0.0.1:" + std::to_string(loom_test::name_of(peer).port());
  peer.close();
  script_.on_open = [&](Socket& socket) { EXPECT_TRUE(socket.send("anybody?")); };
  script_.on_error = [&](Socket& socket, loom::Error error) {
    EXPECT_EQ(error.failure, loom::Failure::system);
    journal_.add("error " + std::to_string(error.system_error));
    if (journal_.events().size() < 5) {
      EXPECT_TRUE(socket.send("anybody?"));
    }
  };
  LOOM_START_OR_SKIP(address);
  EXPECT_TRUE(journal_.wait_for("error " + std::to_string(ECONNREFUSED), 5));
  program_.join();
  EXPECT_EQ(stat(Stat::datagrams_sent), 5U);
}

TEST_P(Clients, TalkToTheirPeerAlone) {
  const Descriptor peer = udp_socket();
  write_journal();
  script_.on_open = [&](Socket& socket) {
    EXPECT_TRUE(socket.send("hello"));
    EXPECT_EQ(socket.local().family(), AF_INET);
  };
  LOOM_START_OR_SKIP("127.0.0.1:" + std::to_string(loom_test::name_of(peer).port()));
  char text[16];
  sockaddr_in from{};
  socklen_t size = sizeof from;
  ASSERT_EQ(::recvfrom(peer.get(), text, sizeof text, 0, reinterpret_cast<sockaddr*>(&from), &size),
            5);
  const Descriptor other = udp_socket(ntohs(from.sin_port));
  ASSERT_EQ(::send(other.get(), "stranger", 8, 0), 8);
  ASSERT_EQ(::sendto(peer.get(), "friend", 6, 0, reinterpret_cast<sockaddr*>(&from), size), 6);
  EXPECT_TRUE(journal_.wait_for("datagram friend"));
  EXPECT_EQ(journal_.events().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(On, Clients, loom_test::both_backends(), loom_test::backend_name);

constexpr loom::GroupShape v4_groups[] = {
    {.address = "239.255.77.1", .interface = "lo"},
    {.address = "232.1.1.77", .interface = "127.0.0.1", .source = "127.0.0.1"}};
/// Two IPv4 groups, one from one source alone.
struct GroupsV4 {
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "0.0.0.0:0",
                           .groups = v4_groups,
                           .group_count = 2,
                           .destination = true,
                           .options = {.reuse_address = true, .multicast_interface = "lo"}});
  using Handler = loom_test::DatagramHandler<GroupsV4>;
};
class MulticastV4 : public loom_test::DatagramTest<GroupsV4> {};

/// A group of the loopback interface: skips by name where the sandbox has no multicast route.
#define LOOM_SEND_TO_GROUP_OR_SKIP(fd, text, name)                                          \
  if (::sendto((fd).get(), text, std::strlen(text), 0, (name).data(), (name).size()) < 0) { \
    GTEST_SKIP() << "this machine cannot send to a group on lo: " << std::strerror(errno);  \
  }

TEST_P(MulticastV4, ReceivesItsGroupsAndSaysWhich) {
  script_.on_datagram = [&](Socket&, const loom::Datagram& datagram) {
    char text[loom::PeerAddress::longest_text];
    datagram.destination.format(text, sizeof text);
    journal_.add(std::string(datagram.bytes.text()) + " to " + text);
  };
  LOOM_START_OR_SKIP("0.0.0.0:0");
  const Descriptor sender = udp_socket();
  ip_mreqn interface {};
  interface.imr_ifindex = static_cast<int>(if_nametoindex("lo"));
  ASSERT_EQ(setsockopt(sender.get(), IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface), 0);
  const std::string port = ":" + std::to_string(port_);
  const auto any = loom::PeerAddress::from_text(("239.255.77.1" + port).c_str());
  const auto stranger = loom::PeerAddress::from_text(("239.255.77.2" + port).c_str());
  const auto one = loom::PeerAddress::from_text(("232.1.1.77" + port).c_str());
  LOOM_SEND_TO_GROUP_OR_SKIP(sender, "other", *stranger);
  LOOM_SEND_TO_GROUP_OR_SKIP(sender, "any", *any);
  LOOM_SEND_TO_GROUP_OR_SKIP(sender, "one", *one);
  EXPECT_TRUE(journal_.wait_for("any to 239.255.77.1:0"));
  EXPECT_TRUE(journal_.wait_for("one to 232.1.1.77:0"));
  EXPECT_EQ(journal_.events().size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(On, MulticastV4, loom_test::both_backends(), loom_test::backend_name);

constexpr loom::GroupShape v6_groups[] = {{.address = "ff15::77"}};
/// An IPv6 group on the interface that has a route for it; sends to it come back and go no further.
struct GroupsV6 {
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "[::]:0",
                           .groups = v6_groups,
                           .group_count = 1,
                           .options = {.ipv6_only = true, .multicast_hops = 0}});
  using Handler = loom_test::DatagramHandler<GroupsV6>;
};
class MulticastV6 : public loom_test::DatagramTest<GroupsV6> {};

TEST_P(MulticastV6, HearsItself) {
  write_journal();
  script_.on_open = [&](Socket& socket) {
    const std::string text = "[ff15::77]:" + std::to_string(socket.local().port());
    EXPECT_TRUE(socket.send_to(*loom::PeerAddress::from_text(text.c_str()), "echo"));
  };
  const Descriptor probe(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (probe.get() < 0) GTEST_SKIP() << "this machine has no IPv6";
  const loom::StartReport report = start_report("[::]:0");
  if (!report.ok) GTEST_SKIP() << "this machine cannot join IPv6 groups: " << report.message;
  const loom_test::JoinAtEnd join_at_end(program_);
  EXPECT_TRUE(loom_test::eventually([&] { return !journal_.events().empty(); }));
  const std::string unreachable = "error " + std::to_string(ENETUNREACH);
  if (journal_.count(unreachable) != 0) GTEST_SKIP() << "this machine has no route for IPv6 groups";
  EXPECT_EQ(journal_.events(), std::vector<std::string>{"datagram echo"});
}

INSTANTIATE_TEST_SUITE_P(On, MulticastV6, loom_test::both_backends(), loom_test::backend_name);

constexpr loom::GroupShape absent[] = {{.address = "239.1.1.1", .interface = "nowhere9"}};
/// A group on an interface that no machine has.
struct Absent {
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "0.0.0.0:0", .groups = absent, .group_count = 1});
  using Handler = loom_test::DatagramHandler<Absent>;
};
class NoSuchInterface : public loom_test::DatagramTest<Absent> {};

TEST_P(NoSuchInterface, IsSaidAtTheStart) {
  const loom::StartReport report = start_report("0.0.0.0:0");
  ASSERT_FALSE(report.ok);
  if (std::strcmp(report.code, loom::start_code::backend_unavailable) == 0) GTEST_SKIP();
  EXPECT_STREQ(report.code, loom::start_code::cannot_join);
  EXPECT_NE(std::string(report.message).find("239.1.1.1"), std::string::npos) << report.message;
}

INSTANTIATE_TEST_SUITE_P(On, NoSuchInterface, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

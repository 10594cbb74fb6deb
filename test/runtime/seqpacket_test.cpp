// A unix server of packets at an abstract name, on both backends: boundaries in both directions,
// packets around the end of the write queue, packets that are too long, and empty ones.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "program_fixture.hpp"
#include "unix_peer.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom::WriteResult;
using loom_test::Descriptor;

template <loom::ReceiveStrategy strategy>
struct PacketFdOf {
  using Handler = loom_test::ScriptedHandler<PacketFdOf>;
  using Framing = loom::PacketFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::unix_server,
                           .slots = 3,
                           .buffer_bytes = 1024,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .packets = true,
                           .traits = {.receive = strategy},
                           .options = {.backlog = 16}});
};
using PacketFd = PacketFdOf<loom::ReceiveStrategy::multishot>;
using DirectPacketFd = PacketFdOf<loom::ReceiveStrategy::direct>;

template <class Fd>
class SeqpacketOf : public loom_test::ProgramTest<Fd> {
 protected:
  std::string name_ = loom_test::abstract_name("seqpacket");
  Descriptor connect() { return loom_test::connect_to_unix(name_, SOCK_SEQPACKET); }
};
using Seqpacket = SeqpacketOf<PacketFd>;
using DirectSeqpacket = SeqpacketOf<DirectPacketFd>;
INSTANTIATE_TEST_SUITE_P(On, Seqpacket, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, DirectSeqpacket, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Seqpacket, EachPacketIsOneMessageAndEachWriteOnePacket) {
  script_.on_data = [](Connection& connection, Bytes bytes) {
    EXPECT_TRUE(connection.write(bytes));
    EXPECT_TRUE(connection.write_frame(Bytes("and")));
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  for (const char* text : {"one", "two", "three"}) {
    ASSERT_TRUE(loom_test::send_all(peer.get(), text));
  }
  for (const char* text : {"one", "and", "two", "and", "three", "and"}) {
    EXPECT_EQ(loom_test::receive_packet(peer.get()), text);
  }
  EXPECT_EQ(journal_.count("data 0 one") + journal_.count("data 0 two"), 2U);
  EXPECT_EQ(stat(Stat::messages_received), 3U);
}

TEST_P(Seqpacket, PacketsKeepTheirBoundariesAroundTheEndOfTheQueue) {
  std::vector<std::string> packets;
  for (std::size_t n = 0; n < 200; ++n) {
    packets.emplace_back(1 + (n * 37) % 1000, static_cast<char>('a' + n % 26));
  }
  std::size_t next = 0;
  const auto pump = [&](Connection& connection) {
    while (next < packets.size() && connection.write(Bytes(std::string_view(packets[next])))) {
      next += 1;
    }
  };
  script_.on_open = pump;
  script_.on_drain = pump;
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  for (const std::string& packet : packets) {
    ASSERT_EQ(loom_test::receive_packet(peer.get()), packet);
  }
}

TEST_P(Seqpacket, APacketAsLongAsTheBufferFitsAndALongerOneEndsItsConnection) {
  LOOM_START_OR_SKIP(name_);
  const Descriptor other = connect();
  ASSERT_TRUE(journal_.wait_for("open 0"));
  const Descriptor peer = connect();
  const std::string longest(PacketFd::shape.buffer_bytes, 'x');
  ASSERT_TRUE(loom_test::send_all(peer.get(), longest));
  ASSERT_TRUE(journal_.wait_for("data 1 " + longest));
  ASSERT_TRUE(loom_test::send_all(peer.get(), longest + "y"));
  EXPECT_TRUE(journal_.wait_for("close 1 frame_too_large"));
  EXPECT_EQ(stat(Stat::frames_too_large), 1U);
  ASSERT_TRUE(loom_test::send_all(other.get(), "still here"));
  EXPECT_TRUE(journal_.wait_for("data 0 still here"));
}

TEST_P(Seqpacket, WhatCouldNeverArriveIsRefused) {
  std::vector<int> results;
  script_.on_open = [&](Connection& connection) {
    const std::string longest(PacketFd::shape.write_queue_bytes - 4, 'x');
    results.push_back(connection.write(Bytes()).value());
    results.push_back(connection.write(Bytes(std::string_view(longest + "y"))).value());
    EXPECT_EQ(connection.writable_bytes(), longest.size());
    results.push_back(connection.write(Bytes(std::string_view(longest))).value());
    EXPECT_EQ(connection.writable_bytes(), 0U);
    results.push_back(connection.write("z").value());
    journal_.add("tried");
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  ASSERT_TRUE(journal_.wait_for("tried"));
  EXPECT_EQ(loom_test::receive_packet(peer.get()).size(), PacketFd::shape.write_queue_bytes - 4);
  EXPECT_EQ(results, (std::vector<int>{WriteResult::empty, WriteResult::too_large,
                                       WriteResult::queued, WriteResult::full}));
}

TEST_P(Seqpacket, PacketsWaitWholeWhileAConnectionIsPaused) {
  script_.on_data = [](Connection& connection, Bytes bytes) {
    if (bytes.text() == "pause") connection.pause();
  };
  Connection paused;
  script_.on_open = [&](Connection& connection) {
    if (connection.index() == 0) paused = connection;
    if (connection.index() == 1) paused.resume();
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  for (const char* text : {"pause", "first", "second", "third", "fourth", "fifth"}) {
    ASSERT_TRUE(loom_test::send_all(peer.get(), text));
  }
  ASSERT_TRUE(journal_.wait_for("data 0 pause"));
  ASSERT_TRUE(turn_around());
  EXPECT_EQ(stat(Stat::messages_received), 1U);
  const Descriptor second = connect();
  ASSERT_TRUE(journal_.wait_for("data 0 fifth"));
  const std::vector<std::string> events = journal_.events();
  const std::vector<std::string> last(events.end() - 5, events.end());
  EXPECT_EQ(last, (std::vector<std::string>{"data 0 first", "data 0 second", "data 0 third",
                                            "data 0 fourth", "data 0 fifth"}));
}

TEST_P(Seqpacket, TheEndOfThePeerIsTheEnd) {
  LOOM_START_OR_SKIP(name_);
  Descriptor peer = connect();
  ASSERT_TRUE(loom_test::send_all(peer.get(), "last"));
  peer.close();
  EXPECT_TRUE(journal_.wait_for("close 0 ended"));
  EXPECT_EQ(journal_.count("data 0 last"), 1U);
}

// One edge may tell of many packets, and each receive takes one.
TEST_P(DirectSeqpacket, PacketsThatCameTogetherAreTakenTogether) {
  std::atomic<bool> sent = false;  // partner: the loop's thread in on_open, release and acquire
  script_.on_open = [&](Connection& /*connection*/) {
    while (!sent.load(std::memory_order_acquire)) std::this_thread::yield();
  };
  LOOM_START_OR_SKIP(name_);
  const Descriptor peer = connect();
  for (const char* text : {"one", "two", "three", "four"}) {
    ASSERT_TRUE(loom_test::send_all(peer.get(), text));
  }
  sent.store(true, std::memory_order_release);
  EXPECT_TRUE(journal_.wait_for("data 0 four"));
}

}  // namespace

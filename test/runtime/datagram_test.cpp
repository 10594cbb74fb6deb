// UDP fds on both backends: every boundary of a datagram is kept, both ways, and what the kernel
// says of one (its peer, its time, its truncation, what was dropped before it) reaches the handler.
#include <ctime>

#include "datagram_fixture.hpp"

namespace {

using loom::Stat;
using loom::WriteResult;
using loom_test::receive_one;
using loom_test::udp_socket;

/// A server that takes datagrams of every size.
struct Whole {
  static constexpr loom::DatagramShape shape = loom_test::numbered({.address = "127.0.0.1:0",
                                                                    .receive_bytes = 65536,
                                                                    .receive_count = 16,
                                                                    .send_bytes = 65536,
                                                                    .send_count = 16,
                                                                    .timestamps = true});
  using Handler = loom_test::DatagramHandler<Whole>;
};
class Datagrams : public loom_test::DatagramTest<Whole> {};

TEST_P(Datagrams, KeepEveryBoundary) {
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    journal_.add("datagram");
    EXPECT_FALSE(datagram.truncated());
    EXPECT_EQ(datagram.sent_bytes, datagram.bytes.size());
    EXPECT_EQ(socket.send_to(datagram.peer, datagram.bytes).value(), WriteResult::queued);
  };
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  // 65,507 bytes are the longest that UDP over IPv4 carries; nothing is a datagram too.
  for (const std::size_t size : {1U, 0U, 3U, 1472U, 1473U, 9000U, 0U, 65507U, 2U}) {
    std::string text(size, '\0');
    for (std::size_t n = 0; n < size; ++n) text[n] = static_cast<char>('a' + n % 26);
    ASSERT_EQ(::send(peer.get(), text.data(), text.size(), 0), static_cast<ssize_t>(size));
    EXPECT_EQ(receive_one(peer), text);
  }
  EXPECT_EQ(journal_.count("datagram"), 9U);
  EXPECT_EQ(stat(Stat::datagrams_received), 9U);
}

TEST_P(Datagrams, SayWhoSentThemAndWhen) {
  std::uint64_t last = 0;
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const std::uint64_t received = datagram.received_nanoseconds;
    EXPECT_GE(received, last) << "timestamps go forward";
    EXPECT_LE(received, static_cast<std::uint64_t>(now.tv_sec) * 1000000000U +
                            static_cast<std::uint64_t>(now.tv_nsec));
    EXPECT_GT(received + 60U * 1000000000U, static_cast<std::uint64_t>(now.tv_sec) * 1000000000U);
    last = received;
    char text[loom::PeerAddress::longest_text];
    datagram.peer.format(text, sizeof text);
    EXPECT_EQ(socket.send_to(datagram.peer, std::string_view(text)).value(), WriteResult::queued);
  };
  LOOM_START_OR_SKIP();
  for (int n = 0; n < 20; ++n) {
    const auto peer = udp_socket(port_);
    ASSERT_EQ(::send(peer.get(), "x", 1, 0), 1);
    EXPECT_EQ(receive_one(peer), "127.0.0.1:" + std::to_string(loom_test::name_of(peer).port()));
  }
}

TEST_P(Datagrams, GoToManyPeersInOrder) {
  constexpr int peer_count = 8;
  std::array<loom_test::Descriptor, peer_count> peers;
  for (auto& peer : peers) peer = udp_socket();
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    for (int round = 0; round < 2; ++round) {
      for (const auto& peer : peers) {
        const std::string text = std::string(datagram.bytes.text()) + std::to_string(round);
        EXPECT_EQ(socket.send_to(loom_test::name_of(peer), std::string_view(text)).value(),
                  WriteResult::queued);
      }
    }
    EXPECT_EQ(socket.writable_datagrams(), 0U);
    EXPECT_EQ(socket.send_to(datagram.peer, "more").value(), WriteResult::full);
  };
  script_.on_drain = [&](Socket& socket) {
    EXPECT_GE(socket.writable_datagrams(), 8U);
    journal_.add("drain");
  };
  LOOM_START_OR_SKIP();
  const auto asker = udp_socket(port_);
  for (std::size_t n = 1; n <= 50; ++n) {
    const std::string text = std::to_string(n) + ".";
    ASSERT_GT(::send(asker.get(), text.data(), text.size(), 0), 0);
    for (int round = 0; round < 2; ++round) {
      for (const auto& peer : peers) EXPECT_EQ(receive_one(peer), text + std::to_string(round));
    }
    ASSERT_TRUE(journal_.wait_for("drain", n));
  }
  EXPECT_EQ(stat(Stat::writes_refused), 50U);
  EXPECT_EQ(stat(Stat::datagrams_sent), 800U);
}

TEST_P(Datagrams, GoOnAfterOneThatCannotBeSent) {
  const auto peer = udp_socket();
  script_.on_open = [&](Socket& socket) {
    const auto name = loom_test::name_of(peer);
    const std::string longest(65537, 'x');
    const auto v6 = loom::PeerAddress::from_text("[::1]:9");
    ASSERT_TRUE(v6);
    EXPECT_EQ(socket.send_to(name, "1").value(), WriteResult::queued);
    EXPECT_EQ(socket.send_to(name, "2").value(), WriteResult::queued);
    EXPECT_EQ(socket.send_to(*v6, "to no address of this family").value(), WriteResult::queued);
    EXPECT_EQ(socket.send_to(name, std::string_view(longest).substr(0, 65508)).value(),
              WriteResult::queued);
    EXPECT_EQ(socket.send_to(name, "3").value(), WriteResult::queued);
    EXPECT_EQ(socket.send_to(name, std::string_view(longest)).value(), WriteResult::too_large);
    EXPECT_EQ(socket.send_to(name, "4").value(), WriteResult::queued);
  };
  write_journal();
  LOOM_START_OR_SKIP();
  for (const char* text : {"1", "2", "3", "4"}) EXPECT_EQ(receive_one(peer), text);
  EXPECT_TRUE(journal_.wait_for("error " + std::to_string(EAFNOSUPPORT)));
  EXPECT_TRUE(journal_.wait_for("error " + std::to_string(EMSGSIZE)));
  program_.join();
  EXPECT_EQ(stat(Stat::send_errors), 2U);
  EXPECT_EQ(stat(Stat::datagrams_sent), 4U);
}

TEST_P(Datagrams, SendWhatIsQueuedWhenTheReactorStops) {
  const auto peer = udp_socket();
  script_.on_datagram = [&](Socket& socket, const loom::Datagram&) {
    for (int n = 0; n < 10; ++n) {
      EXPECT_EQ(socket.send_to(loom_test::name_of(peer), "bye").value(), WriteResult::queued);
    }
    journal_.add("queued");
    program_.request_stop();
  };
  LOOM_START_OR_SKIP();
  const auto asker = udp_socket(port_);
  ASSERT_EQ(::send(asker.get(), "x", 1, 0), 1);
  ASSERT_TRUE(journal_.wait_for("queued"));
  program_.join();
  for (int n = 0; n < 10; ++n) EXPECT_EQ(receive_one(peer), "bye");
}

TEST_P(Datagrams, ThrowingHandlersLoseNothingElse) {
  script_.on_datagram = [&](Socket&, const loom::Datagram& datagram) {
    if (datagram.bytes.text() == "throw") throw 1;
    journal_.add("datagram " + std::string(datagram.bytes.text()));
  };
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  for (const char* text : {"a", "throw", "b"}) {
    ASSERT_GT(::send(peer.get(), text, std::strlen(text), 0), 0);
  }
  EXPECT_TRUE(journal_.wait_for("datagram b"));
}

INSTANTIATE_TEST_SUITE_P(On, Datagrams, loom_test::both_backends(), loom_test::backend_name);

/// Buffers that are smaller than what comes.
struct Narrow {
  static constexpr loom::DatagramShape shape = loom_test::numbered(
      {.address = "127.0.0.1:0", .receive_bytes = 64, .receive_count = 4, .send_bytes = 64});
  using Handler = loom_test::DatagramHandler<Narrow>;
};
class Truncated : public loom_test::DatagramTest<Narrow> {};

TEST_P(Truncated, IsSaidWithTheFullLength) {
  script_.on_datagram = [&](Socket&, const loom::Datagram& datagram) {
    journal_.add(std::to_string(datagram.bytes.size()) + " of " +
                 std::to_string(datagram.sent_bytes) + (datagram.truncated() ? " cut" : ""));
    EXPECT_EQ(datagram.received_nanoseconds, 0U);
  };
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  const std::string text(1000, 'x');
  for (const std::size_t size : {63U, 64U, 65U, 1000U}) {
    ASSERT_GT(::send(peer.get(), text.data(), size, 0), 0);
  }
  for (const char* line : {"63 of 63", "64 of 64", "64 of 65 cut", "64 of 1000 cut"}) {
    EXPECT_TRUE(journal_.wait_for(line)) << line;
  }
  program_.join();
  EXPECT_EQ(stat(Stat::datagrams_truncated), 2U);
}

TEST_P(Truncated, PausedSocketsHoldWhatCame) {
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    journal_.add("datagram " + std::string(datagram.bytes.text()));
    if (datagram.bytes.text() != "pause") return;
    socket.pause();
    journal_.add("paused");
  };
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  ASSERT_GT(::send(peer.get(), "pause", 5, 0), 0);
  ASSERT_TRUE(journal_.wait_for("paused"));
  for (int n = 0; n < 20; ++n) {
    const std::string text = std::to_string(n);
    ASSERT_GT(::send(peer.get(), text.data(), text.size(), 0), 0);
  }
  ASSERT_TRUE(turn_around());
  EXPECT_EQ(journal_.events().size(), 2U) << "nothing comes while paused";
  program_.join();
  EXPECT_EQ(journal_.events().size(), 2U);
}

TEST_P(Truncated, PausingAfterEachLosesNothing) {
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    journal_.add("datagram " + std::string(datagram.bytes.text()));
    socket.pause();
  };
  script_.on_batch_end = [&](Socket& socket) { socket.resume(); };
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  std::vector<std::string> expected;
  for (int n = 0; n < 40; ++n) {
    const std::string text = std::to_string(n);
    expected.push_back("datagram " + text);
    ASSERT_GT(::send(peer.get(), text.data(), text.size(), 0), 0);
  }
  EXPECT_TRUE(journal_.wait_for("datagram 39"));
  EXPECT_EQ(journal_.events(), expected);
}

INSTANTIATE_TEST_SUITE_P(On, Truncated, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

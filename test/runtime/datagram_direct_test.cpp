// Datagram fds that are received directly, in loops that sleep and in loops that never do: one at a
// time and in bursts, asleep and awake, watched by epoll only from the first sleep on.
#include <fstream>

#include "datagram_fixture.hpp"
#include "descriptor_table.hpp"

namespace {

using loom::Stat;
using loom_test::receive_one;
using loom_test::udp_socket;

constexpr std::uint32_t buffers = 128;

/// Received directly by a reactor that waits as `mode` says.
template <loom::WaitMode mode>
struct DirectFd {
  static constexpr loom::WaitMode wait = mode;
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "127.0.0.1:0",
                           .receive_bytes = 128,
                           .receive_count = buffers,
                           .batch = 64,
                           .options = {.receive_buffer_bytes = 212992}},
                          loom::ReceiveStrategy::direct);
  using Handler = loom_test::DatagramHandler<DirectFd>;
};

template <loom::WaitMode mode>
class Direct : public loom_test::DatagramTest<DirectFd<mode>> {
 protected:
  using Base = loom_test::DatagramTest<DirectFd<mode>>;
  using Base::journal_;
  using Base::port_;
  using Base::script_;
  using Base::start;
  using Base::stat;
  using typename Base::Socket;

  /// Answers each datagram with itself. The one that says "hold" holds the loop until the journal
  /// says "sent".
  void echo() {
    script_.on_datagram = [this](Socket& socket, const loom::Datagram& datagram) {
      texts_.emplace_back(datagram.bytes.text());
      EXPECT_EQ(datagram.dropped_before, 0U);
      if (texts_.back() == "hold") {
        journal_.add("holding");
        EXPECT_TRUE(journal_.wait_for("sent", ++holds_));
        return;
      }
      if (texts_.back() == "quiet") return;
      EXPECT_TRUE(socket.send_to(datagram.peer, datagram.bytes));
    };
  }

  /// Sends `count` datagrams, each after the answer to the one before it.
  void send_lone_ones(const loom_test::Descriptor& peer, int count) {
    for (int n = 0; n < count; ++n) {
      const std::string text = std::to_string(n);
      ASSERT_GT(::send(peer.get(), text.data(), text.size(), 0), 0);
      ASSERT_EQ(receive_one(peer), text);
      expected_.push_back(text);
    }
  }

  /// Has `count` datagrams wait for the loop, then lets it take them. They need no answer but the
  /// last, so that system calls are those of receives.
  void send_burst(const loom_test::Descriptor& peer, int count) {
    ASSERT_EQ(::send(peer.get(), "hold", 4, 0), 4);
    ASSERT_TRUE(journal_.wait_for("holding", holds_sent_ + 1));
    expected_.emplace_back("hold");
    for (int n = 1; n < count; ++n) {
      ASSERT_EQ(::send(peer.get(), "quiet", 5, 0), 5);
      expected_.emplace_back("quiet");
    }
    ASSERT_EQ(::send(peer.get(), "last", 4, 0), 4);
    expected_.emplace_back("last");
    holds_sent_ += 1;
    journal_.add("sent");
    ASSERT_EQ(receive_one(peer), "last");
  }

  /// Whether an epoll instance of this process watches the program's socket.
  [[nodiscard]] bool is_watched() const {
    const std::map<int, std::string> open = loom_test::open_descriptors();
    for (const auto& [poller, what] : open) {
      if (what != "anon_inode:[eventpoll]") continue;
      std::ifstream lines("/proc/self/fdinfo/" + std::to_string(poller));
      for (std::string word; lines >> word;) {
        int fd = -1;
        if (word != "tfd:" || !(lines >> fd)) continue;
        sockaddr_in address{};
        socklen_t size = sizeof address;
        const bool is_socket = ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
        if (is_socket && ntohs(address.sin_port) == port_) return true;
      }
    }
    return false;
  }

  std::vector<std::string> texts_;     ///< of what came; the loop's, until it was joined
  std::vector<std::string> expected_;  ///< of what was sent
  std::size_t holds_ = 0;
  std::size_t holds_sent_ = 0;
};

using Sleeping = Direct<loom::WaitMode::block>;
using Spinning = Direct<loom::WaitMode::spin>;
INSTANTIATE_TEST_SUITE_P(On, Sleeping, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, Spinning, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Sleeping, TakeBurstsInFewCallsAfterLoneOnes) {
  echo();
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  for (int round = 0; round < 3; ++round) {
    send_lone_ones(peer, 20);
    const std::uint64_t before = stat(Stat::kernel_entries);
    send_burst(peer, 100);
    // Calls for 2, 8, 32 and 64 datagrams take them; looks, a sleep and an answer come with them.
    EXPECT_LT(stat(Stat::kernel_entries) - before, 24U);
  }
  program_.join();
  EXPECT_EQ(texts_, expected_);
}

TEST_P(Sleeping, AreWokenByEach) {
  echo();
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  const std::uint64_t turns = stat(Stat::turns);
  send_lone_ones(peer, 500);
  // A loop that slept took a few turns for each; one that tried without end took very many.
  EXPECT_LT(stat(Stat::turns) - turns, 500U * 8);
  if (GetParam() == std::string("epoll")) {
    EXPECT_TRUE(loom_test::eventually([&] { return is_watched(); }));
  }
  program_.join();
  EXPECT_EQ(texts_, expected_);
}

TEST_P(Spinning, TakeLoneOnesAndBursts) {
  echo();
  LOOM_START_OR_SKIP();
  const auto peer = udp_socket(port_);
  for (int round = 0; round < 3; ++round) {
    send_lone_ones(peer, 20);
    send_burst(peer, 100);
  }
  EXPECT_FALSE(is_watched()) << "it costs whoever sends";
  program_.join();
  EXPECT_EQ(texts_, expected_);
}

/// Connected to what the test says, in a loop that never sleeps.
struct Talker {
  static constexpr loom::WaitMode wait = loom::WaitMode::spin;
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.kind = loom::DatagramKind::unix_datagram, .peer = "@loom-test"},
                          loom::ReceiveStrategy::direct);
  using Handler = loom_test::DatagramHandler<Talker>;
};
class Talkers : public loom_test::DatagramTest<Talker> {};
INSTANTIATE_TEST_SUITE_P(On, Talkers, loom_test::both_backends(), loom_test::backend_name);

// A unix peer has room for few (unix(7), max_dgram_qlen), so that most wait for it.
TEST_P(Talkers, WaitForRoomAndThenHearAnswers) {
  constexpr int count = 2000;
  const std::string name = "@loom-direct-" + std::to_string(getpid());
  const auto address = *loom::PeerAddress::from_text(name.c_str());
  const loom_test::Descriptor peer(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(peer.get(), address.data(), address.size()), 0);
  int queued = 0;
  const auto fill = [&](Socket& socket) {
    for (; queued < count; ++queued) {
      if (!socket.send(std::string_view(std::to_string(queued)))) return;
    }
  };
  script_.on_open = fill;
  script_.on_drain = fill;
  write_journal();
  LOOM_START_OR_SKIP(name);
  for (int n = 0; n < count; ++n) ASSERT_EQ(receive_one(peer), std::to_string(n));
  const auto own = *loom::PeerAddress::from_text(bound_.c_str());
  ASSERT_EQ(::sendto(peer.get(), "answer", 6, 0, own.data(), own.size()), 6);
  EXPECT_TRUE(journal_.wait_for("datagram answer"));
  EXPECT_EQ(journal_.events().size(), 1U) << "no send failed";
}

}  // namespace

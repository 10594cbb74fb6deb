// Unix datagram fds on both backends: paths, abstract names, peers that read slowly or not at all,
// and several UDP sockets behind one port.
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "datagram_fixture.hpp"

namespace {

using loom::Stat;
using loom::WriteResult;
using loom_test::Descriptor;
using loom_test::receive_one;

/// A folder of the test's own.
class Folder {
 public:
  Folder() {
    char name[] = "/tmp/loom-datagram-XXXXXX";
    path_ = mkdtemp(name);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// A unix datagram socket of the test's own, bound to `name`.
Descriptor unix_socket(const std::string& name) {
  Descriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto address = loom::PeerAddress::from_text(name.c_str());
  if (!address || ::bind(fd.get(), address->data(), address->size()) != 0) return {};
  return fd;
}

ssize_t send_to(const Descriptor& fd, const std::string& name, std::string_view text) {
  const auto address = loom::PeerAddress::from_text(name.c_str());
  return ::sendto(fd.get(), text.data(), text.size(), 0, address->data(), address->size());
}

/// Bound to what the test says.
struct Local {
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.kind = loom::DatagramKind::unix_datagram,
                           .address = "@loom-test",
                           .receive_bytes = 70000,
                           .receive_count = 8,
                           .send_bytes = 70000,
                           .send_count = 32,
                           .timestamps = true,
                           .options = {.mode = 0600}});
  using Handler = loom_test::DatagramHandler<Local>;
};
class UnixDatagrams : public loom_test::DatagramTest<Local> {
 protected:
  Folder folder_;
};

TEST_P(UnixDatagrams, AnswerOnAPathAndTakeItAway) {
  const std::string path = folder_.file("server");
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    char text[loom::PeerAddress::longest_text];
    datagram.peer.format(text, sizeof text);
    journal_.add(text);
    EXPECT_NE(datagram.received_nanoseconds, 0U);
    EXPECT_TRUE(socket.send_to(datagram.peer, datagram.bytes));
  };
  {
    LOOM_START_OR_SKIP(path);
    EXPECT_EQ(bound_, path);
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const Descriptor peer = unix_socket(folder_.file("peer"));
    for (const std::size_t size : {5U, 0U, 65536U}) {
      const std::string text(size, 'u');
      ASSERT_EQ(send_to(peer, path, text), static_cast<ssize_t>(size));
      EXPECT_EQ(receive_one(peer), text);
    }
    EXPECT_TRUE(journal_.wait_for(folder_.file("peer"), 3));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_P(UnixDatagrams, HaveAbstractNames) {
  const std::string own = "@loom-datagram-" + std::to_string(getpid());
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    char text[loom::PeerAddress::longest_text];
    datagram.peer.format(text, sizeof text);
    journal_.add(std::string(datagram.bytes.text()) + " from " + text);
    if (datagram.peer.empty()) return;
    EXPECT_TRUE(socket.send_to(datagram.peer, "answer"));
  };
  LOOM_START_OR_SKIP(own);
  EXPECT_EQ(bound_, own);
  const Descriptor peer = unix_socket(own + "-peer");
  ASSERT_EQ(send_to(peer, own, "ask"), 3);
  EXPECT_EQ(receive_one(peer), "answer");
  const Descriptor unnamed(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(send_to(unnamed, own, "quiet"), 5);
  EXPECT_TRUE(journal_.wait_for("ask from " + own + "-peer"));
  EXPECT_TRUE(journal_.wait_for("quiet from (unnamed)"));
}

TEST_P(UnixDatagrams, ReplaceAStalePath) {
  const std::string stale = folder_.file("stale");
  unix_socket(stale).close();
  ASSERT_TRUE(std::filesystem::exists(stale));
  LOOM_START_OR_SKIP(stale);
}

TEST_P(UnixDatagrams, LeaveAPathInUseAlone) {
  const std::string used = folder_.file("used");
  const Descriptor other = unix_socket(used);
  ASSERT_GE(other.get(), 0);
  const loom::StartReport report = start_report(used);
  EXPECT_FALSE(report.ok);
  if (std::strcmp(report.code, loom::start_code::backend_unavailable) == 0) GTEST_SKIP();
  EXPECT_STREQ(report.code, loom::start_code::cannot_open_datagram) << report.message;
  EXPECT_TRUE(std::filesystem::exists(used));
}

TEST_P(UnixDatagrams, WaitForAPeerThatReadsSlowly) {
  const std::string name = folder_.file("slow");
  const Descriptor peer = unix_socket(name);
  const auto address = loom::PeerAddress::from_text(name.c_str());
  int queued = 0;
  const auto fill = [&](Socket& socket) {
    while (queued < 3000) {
      const std::string text = std::to_string(queued);
      if (!socket.send_to(*address, std::string_view(text))) return;
      queued += 1;
    }
  };
  script_.on_open = fill;
  script_.on_drain = fill;
  write_journal();
  LOOM_START_OR_SKIP(folder_.file("server"));
  for (int n = 0; n < 3000; ++n) ASSERT_EQ(receive_one(peer), std::to_string(n));
  EXPECT_TRUE(journal_.events().empty()) << journal_.events()[0];
}

TEST_P(UnixDatagrams, StopAlthoughAPeerNeverReads) {
  const std::string name = folder_.file("deaf");
  const Descriptor peer = unix_socket(name);
  const auto address = loom::PeerAddress::from_text(name.c_str());
  const auto fill = [&](Socket& socket) {
    while (socket.send_to(*address, "?")) {
    }
    journal_.add("full");
  };
  script_.on_open = fill;
  script_.on_drain = fill;
  LOOM_START_OR_SKIP(folder_.file("server"));
  ASSERT_TRUE(journal_.wait_for("full"));
}

TEST_P(UnixDatagrams, HearThatNobodyIsThere) {
  const std::string name = folder_.file("nobody");
  const auto address = loom::PeerAddress::from_text(name.c_str());
  script_.on_open = [&](Socket& socket) { EXPECT_TRUE(socket.send_to(*address, "?")); };
  write_journal();
  LOOM_START_OR_SKIP(folder_.file("server"));
  EXPECT_TRUE(journal_.wait_for("error " + std::to_string(ENOENT)));
}

INSTANTIATE_TEST_SUITE_P(On, UnixDatagrams, loom_test::both_backends(), loom_test::backend_name);

/// Connected to what the test says, by a name of the kernel's choice.
struct Logger {
  static constexpr loom::DatagramShape shape = loom_test::numbered(
      {.kind = loom::DatagramKind::unix_datagram, .peer = "@loom-test", .send_count = 1024});
  using Handler = loom_test::DatagramHandler<Logger>;
};
class UnixClients : public loom_test::DatagramTest<Logger> {
 protected:
  Folder folder_;
};

TEST_P(UnixClients, WaitForTheirPeer) {
  const std::string name = folder_.file("log");
  const Descriptor peer = unix_socket(name);
  script_.on_open = [&](Socket& socket) {
    for (int n = 0; n < 1024; ++n) {
      const std::string text = std::to_string(n);
      EXPECT_TRUE(socket.send(std::string_view(text)));
    }
    EXPECT_EQ(socket.send("one more").value(), WriteResult::full);
  };
  LOOM_START_OR_SKIP(name);
  EXPECT_EQ(bound_[0], '@') << "the kernel chose an abstract name";
  for (int n = 0; n < 1024; ++n) ASSERT_EQ(receive_one(peer), std::to_string(n));
}

INSTANTIATE_TEST_SUITE_P(On, UnixClients, loom_test::both_backends(), loom_test::backend_name);

/// Four sockets behind one port.
struct Several {
  static constexpr loom::DatagramShape shape = loom_test::numbered(
      {.address = "127.0.0.1:0", .sockets = 4, .receive_count = 8, .send_count = 16});
  using Handler = loom_test::DatagramHandler<Several>;
};
class SeveralSockets : public loom_test::DatagramTest<Several> {};

TEST_P(SeveralSockets, ShareAPort) {
  std::set<std::uint32_t> used;
  script_.on_datagram = [&](Socket& socket, const loom::Datagram& datagram) {
    used.insert(socket.index());
    EXPECT_TRUE(socket.send_to(datagram.peer, "answer"));
  };
  LOOM_START_OR_SKIP();
  for (int n = 0; n < 200; ++n) {
    const Descriptor peer = loom_test::udp_socket(port_);
    ASSERT_EQ(::send(peer.get(), "x", 1, 0), 1);
    EXPECT_EQ(receive_one(peer), "answer");
  }
  program_.join();
  EXPECT_EQ(used.size(), 4U) << "the kernel spreads peers over the sockets";
  EXPECT_EQ(stat(Stat::datagrams_received), 200U);
}

INSTANTIATE_TEST_SUITE_P(On, SeveralSockets, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

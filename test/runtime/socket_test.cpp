// Addresses from text and back, and the declared options as the kernel reports them: on the
// listener, and on the sockets it accepts.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "loom/socket.hpp"
#include "support.hpp"

namespace {

using loom::SocketAddress;
using loom::StartError;
using loom::StreamKind;
using loom::StreamShape;
using loom_test::Descriptor;

StreamShape shape_of(StreamKind kind) {
  return {.name = "fd", .kind = kind, .options = {.backlog = 16}};
}

/// The first of the addresses that `text` stands for: what a server binds.
StartError resolve_first(const StreamShape& shape, const char* text, SocketAddress& address) {
  loom::AddressList list;
  StartError error = loom::resolve_addresses(shape, text, list);
  if (!error) address = list.items[0];
  return error;
}

/// The address that `text` resolves to, written out again; "LOOM5005" when it is refused.
std::string round_trip(const std::string& text, StreamKind kind = StreamKind::tcp) {
  SocketAddress address;
  const StartError error = resolve_first(shape_of(kind), text.c_str(), address);
  if (error) return error.code;
  char written[128];
  loom::format_address(address, written, sizeof written);
  return written;
}

TEST(Address, NumericAddressesSurviveARoundTrip) {
  EXPECT_EQ(round_trip("127.0.0.1:9000"), "127.0.0.1:9000");
  EXPECT_EQ(round_trip("0.0.0.0:0"), "0.0.0.0:0");
  EXPECT_EQ(round_trip("255.255.255.255:65535"), "255.255.255.255:65535");
  EXPECT_EQ(round_trip("[::1]:9000"), "[::1]:9000");
  EXPECT_EQ(round_trip("[2001:db8:0:0:0:0:0:1]:80"), "[2001:db8::1]:80");
  EXPECT_EQ(round_trip("[::ffff:1.2.3.4]:80"), "[::ffff:1.2.3.4]:80");
}

TEST(Address, AnEmptyHostOfAServerMeansEveryAddress) {
  for (const char* text : {":7001", "*:7001"}) {
    const std::string found = round_trip(text, StreamKind::tcp_server);
    EXPECT_TRUE(found == "0.0.0.0:7001" || found == "[::]:7001") << text << " became " << found;
  }
}

TEST(Address, WhatIsNoAddressIsRefused) {
  for (const char* text :
       {"", "127.0.0.1", "127.0.0.1:", "[::1]", "[::1:80", "300.1.1.1:80", "127.0.0.1:65536",
        "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:+80", "127.0.0.1: 80", "127.0.0.1:http",
        "127.0.0.1:80x", "127.0.0.1:4294967376"}) {
    EXPECT_EQ(round_trip(text), "LOOM5005") << "'" << text << "'";
  }
  EXPECT_EQ(round_trip(std::string(300, 'a') + ":80"), "LOOM5005");
}

TEST(Address, ARefusalNamesTheFdTheTextAndWhatWouldDo) {
  SocketAddress address;
  const StartError error = resolve_first(shape_of(StreamKind::tcp), "127.0.0.1:65536", address);
  ASSERT_TRUE(error);
  EXPECT_STREQ(error.fd, "fd");
  const std::string message = error.message;
  EXPECT_NE(message.find("fds.fd"), std::string::npos) << message;
  EXPECT_NE(message.find("127.0.0.1:65536"), std::string::npos) << message;
  EXPECT_NE(message.find("Use host:port, [v6]:port"), std::string::npos) << message;
}

TEST(Address, AUnixPathMustFit) {
  EXPECT_EQ(round_trip("/tmp/x.sock", StreamKind::unix_client), "/tmp/x.sock");
  const std::string longest = "/" + std::string(106, 'p');
  EXPECT_EQ(round_trip(longest, StreamKind::unix_server), longest);
  EXPECT_EQ(round_trip(longest + "p", StreamKind::unix_server), "LOOM5005");
  EXPECT_EQ(round_trip("", StreamKind::unix_server), "LOOM5005");
}

int option(int fd, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  EXPECT_EQ(getsockopt(fd, level, name, &value, &size), 0);
  return value;
}

/// A listener of `shape` on a free port, and one connection that it accepted.
struct Pair {
  Descriptor listener;
  Descriptor client;
  Descriptor accepted;
};

Pair listen_and_accept(const StreamShape& shape, const char* text) {
  Pair pair;
  SocketAddress address;
  int fd = -1;
  StartError error = resolve_first(shape, text, address);
  if (!error) error = loom::listen_on(shape, address, fd);
  EXPECT_FALSE(error) << error.message;
  if (error) return pair;
  pair.listener = Descriptor(fd);
  pair.client = Descriptor(::socket(address.storage.ss_family, SOCK_STREAM, 0));
  EXPECT_EQ(
      ::connect(pair.client.get(), reinterpret_cast<sockaddr*>(&address.storage), address.bytes),
      0);
  EXPECT_TRUE(loom_test::wait_for(fd, POLLIN));
  pair.accepted = Descriptor(accept4(fd, nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_GE(pair.accepted.get(), 0);
  return pair;
}

TEST(SocketOptions, AreSetOnTheListenerAndInheritedByWhatItAccepts) {
  StreamShape shape = shape_of(StreamKind::tcp_server);
  shape.options = {.no_delay = true,
                   .reuse_address = true,
                   .reuse_port = true,
                   .backlog = 16,
                   .receive_buffer_bytes = 32768,
                   .send_buffer_bytes = 65536,
                   .keep_alive_idle_seconds = 61,
                   .keep_alive_interval_seconds = 11,
                   .keep_alive_count = 3,
                   .user_timeout_milliseconds = 12345};
  const Pair pair = listen_and_accept(shape, "127.0.0.1:0");
  EXPECT_EQ(option(pair.listener.get(), SOL_SOCKET, SO_REUSEADDR), 1);
  EXPECT_EQ(option(pair.listener.get(), SOL_SOCKET, SO_REUSEPORT), 1);
  for (const int fd : {pair.listener.get(), pair.accepted.get()}) {
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_NODELAY), 1);
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPIDLE), 61);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPINTVL), 11);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
    EXPECT_EQ(option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT), 12345);
    // The kernel doubles both, for its bookkeeping (socket(7)).
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_RCVBUF), 2 * 32768);
    EXPECT_EQ(option(fd, SOL_SOCKET, SO_SNDBUF), 2 * 65536);
  }
}

TEST(SocketOptions, LeaveTheKernelsDefaultsWhereNothingWasDeclared) {
  const Descriptor plain(::socket(AF_INET, SOCK_STREAM, 0));
  const Pair pair = listen_and_accept(shape_of(StreamKind::tcp_server), "127.0.0.1:0");
  EXPECT_EQ(option(pair.accepted.get(), IPPROTO_TCP, TCP_NODELAY), 0);
  EXPECT_EQ(option(pair.accepted.get(), SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option(pair.listener.get(), SOL_SOCKET, SO_REUSEADDR), 0);
  EXPECT_EQ(option(pair.listener.get(), SOL_SOCKET, SO_RCVBUF),
            option(plain.get(), SOL_SOCKET, SO_RCVBUF));
}

TEST(SocketOptions, OfAUnixServerAreSetOnItsListener) {
  StreamShape shape = shape_of(StreamKind::unix_server);
  const std::string path =
      (std::filesystem::temp_directory_path() / ("loom-options-" + std::to_string(getpid())))
          .string();
  shape.options.send_buffer_bytes = 65536;
  const Pair pair = listen_and_accept(shape, path.c_str());
  EXPECT_EQ(option(pair.listener.get(), SOL_SOCKET, SO_SNDBUF), 2 * 65536);
  // unix(7) sockets inherit nothing: whoever accepts has the kernel's default.
  const Descriptor plain(::socket(AF_UNIX, SOCK_STREAM, 0));
  EXPECT_EQ(option(pair.accepted.get(), SOL_SOCKET, SO_SNDBUF),
            option(plain.get(), SOL_SOCKET, SO_SNDBUF));
  std::filesystem::remove(path);
}

TEST(SocketOptions, AnIpv6OnlyListenerSaysSo) {
  StreamShape shape = shape_of(StreamKind::tcp_server);
  shape.options.ipv6_only = true;
  const Pair pair = listen_and_accept(shape, "[::1]:0");
  EXPECT_EQ(option(pair.listener.get(), IPPROTO_IPV6, IPV6_V6ONLY), 1);
}

TEST(Listen, APortOfZeroBecomesTheOneThatWasBound) {
  SocketAddress address;
  const StreamShape shape = shape_of(StreamKind::tcp_server);
  ASSERT_FALSE(resolve_first(shape, "127.0.0.1:0", address));
  int fd = -1;
  ASSERT_FALSE(loom::listen_on(shape, address, fd));
  const Descriptor listener(fd);
  const auto& bound = reinterpret_cast<const sockaddr_in&>(address.storage);
  EXPECT_NE(ntohs(bound.sin_port), 0);
  EXPECT_GE(loom_test::connect_to(ntohs(bound.sin_port)).get(), 0);
}

TEST(Listen, AnAddressInUseIsNamedWithTheFix) {
  std::uint16_t port = 0;
  const Descriptor first = loom_test::listen_anywhere(port);
  const StreamShape shape = shape_of(StreamKind::tcp_server);
  const std::string text = "127.0.0.1:" + std::to_string(port);
  SocketAddress address;
  ASSERT_FALSE(resolve_first(shape, text.c_str(), address));
  int fd = -1;
  const StartError error = loom::listen_on(shape, address, fd);
  ASSERT_TRUE(error);
  EXPECT_STREQ(error.code, "LOOM5002");
  EXPECT_EQ(error.system_error, EADDRINUSE);
  EXPECT_EQ(fd, -1);
  const std::string message = error.message;
  EXPECT_NE(message.find(text), std::string::npos) << message;
  EXPECT_NE(message.find("Another process has it"), std::string::npos) << message;
}

TEST(Listen, WaitsForAnAddressThatIsAboutToBeFree) {
  std::uint16_t port = 0;
  Descriptor first = loom_test::listen_anywhere(port);
  const StreamShape shape = shape_of(StreamKind::tcp_server);
  const std::string text = "127.0.0.1:" + std::to_string(port);
  SocketAddress address;
  ASSERT_FALSE(resolve_first(shape, text.c_str(), address));
  // Four pauses long, so that the first look finds it taken; the patience is far longer.
  std::thread owner([&] {
    const timespec pause = loom::to_timespec(4 * loom::address_in_use_pause_nanoseconds);
    nanosleep(&pause, nullptr);
    first.close();
  });
  int fd = -1;
  const StartError error = loom::listen_on(shape, address, fd, 10 * loom::nanoseconds_per_second);
  owner.join();
  EXPECT_FALSE(error) << error.message;
  EXPECT_GE(fd, 0);
  const Descriptor listener(fd);
}

/// A path of this test's own, removed at the end.
class UnixPath : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  StartError listen(int mode, int& fd) {
    StreamShape shape = shape_of(StreamKind::unix_server);
    shape.options.mode = mode;
    SocketAddress address;
    StartError error = resolve_first(shape, path_.c_str(), address);
    if (!error) error = loom::listen_on(shape, address, fd);
    return error;
  }

  std::string path_ =
      (std::filesystem::temp_directory_path() / ("loom-socket-" + std::to_string(getpid())))
          .string();
};

TEST_F(UnixPath, HasTheDeclaredMode) {
  int fd = -1;
  ASSERT_FALSE(listen(0640, fd));
  const Descriptor listener(fd);
  struct stat status {};
  ASSERT_EQ(lstat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(UnixPath, IsReplacedWhenNobodyListensOnItAnyMore) {
  int fd = -1;
  ASSERT_FALSE(listen(0, fd));
  Descriptor(fd).close();
  ASSERT_TRUE(std::filesystem::exists(path_)) << "a crashed server leaves its path behind";
  ASSERT_FALSE(listen(0, fd));
  Descriptor(fd).close();
}

TEST_F(UnixPath, OfALivingServerIsLeftAlone) {
  int fd = -1;
  ASSERT_FALSE(listen(0, fd));
  const Descriptor living(fd);
  int second = -1;
  const StartError error = listen(0, second);
  ASSERT_TRUE(error);
  EXPECT_EQ(error.system_error, EADDRINUSE);
  EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixPath, ThatIsAnOrdinaryFileIsLeftAlone) {
  std::ofstream(path_) << "precious";
  int fd = -1;
  ASSERT_TRUE(listen(0, fd));
  EXPECT_TRUE(std::filesystem::is_regular_file(path_));
}

}  // namespace

// Sockets, memory and the ring through requests, on both backends; and what only a ring can do,
// which epoll refuses by name.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/mman.h>

#include <array>
#include <string>

#include "request_fixture.hpp"

namespace {

namespace ask_for = loom::system;
using ask_for::SocketCommand;
using loom_test::bytes_of;
using loom_test::Descriptor;
using loom_test::room_in;

template <class Which>
class Sockets : public loom_test::Requests<Which> {
 protected:
  /// A listener made by requests alone, and its address.
  void listen_by_requests() {
    address = loom_test::loopback(0);
    const auto* any = reinterpret_cast<const sockaddr*>(&address);
    listener = Descriptor(this->ask(ask_for::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)));
    ASSERT_GE(listener.get(), 0);
    ASSERT_EQ(this->ask_newer(ask_for::bind(listener.get(), any, sizeof address)), 0);
    ASSERT_EQ(this->ask_newer(ask_for::listen(listener.get(), 8)), 0);
    socklen_t size = sizeof address;
    ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
  }

  /// Both ends of a connection made by requests alone.
  void connect_by_requests() {
    listen_by_requests();
    const std::uint32_t accept =
        this->begin(ask_for::accept(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    client = Descriptor(this->ask(ask_for::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)));
    const auto* there = reinterpret_cast<const sockaddr*>(&address);
    ASSERT_EQ(this->ask(ask_for::connect(client.get(), there, sizeof address)), 0);
    server = Descriptor(this->bench().final_result(accept));
    ASSERT_GE(server.get(), 0);
  }

  /// As ask(), and by a plain call where the kernel is older than the operation.
  std::int32_t ask_newer(const ask_for::Request& request) {
    const std::int32_t result = this->ask(request);
    return result == -EINVAL ? ask_for::perform(request) : result;
  }

  sockaddr_in address{};
  Descriptor listener;
  Descriptor client;
  Descriptor server;
};
TYPED_TEST_SUITE(Sockets, loom_test::RequestBackends, loom_test::BackendNames);

TYPED_TEST(Sockets, AConnectionIsMadeUsedAndEnded) {
  this->connect_by_requests();
  std::string text(16, '.');
  const std::uint32_t receive = this->begin(ask_for::recv(this->server.get(), room_in(text), 0));
  EXPECT_EQ(this->ask(ask_for::send(this->client.get(), bytes_of("hello"), 0)), 5);
  EXPECT_EQ(this->bench().final_result(receive), 5);
  EXPECT_EQ(text.substr(0, 5), "hello");
  EXPECT_EQ(this->ask(ask_for::shutdown(this->client.get(), SHUT_WR)), 0);
  EXPECT_EQ(this->ask(ask_for::recv(this->server.get(), room_in(text), 0)), 0);
  EXPECT_EQ(this->ask(ask_for::recv(this->client.get(), room_in(text), MSG_DONTWAIT)), -EAGAIN);
}

TYPED_TEST(Sockets, SendingToOneWhoLeftIsNoSignal) {
  this->connect_by_requests();
  EXPECT_EQ(this->ask(ask_for::shutdown(this->client.get(), SHUT_WR)), 0);
  EXPECT_EQ(this->ask(ask_for::send(this->client.get(), bytes_of("x"), 0)), -EPIPE);
}

TYPED_TEST(Sockets, NobodyListensIsAResult) {
  this->listen_by_requests();
  this->listener = Descriptor();
  const Descriptor socket(this->ask(ask_for::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC)));
  const auto* there = reinterpret_cast<const sockaddr*>(&this->address);
  EXPECT_EQ(this->ask(ask_for::connect(socket.get(), there, sizeof this->address)), -ECONNREFUSED);
}

TYPED_TEST(Sockets, ARepeatedAcceptGivesEachConnectionAndIsCancelled) {
  this->listen_by_requests();
  const std::uint32_t accept =
      this->begin(ask_for::accept_multishot(this->listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  std::array<Descriptor, 3> clients;
  std::array<Descriptor, 3> servers;
  for (Descriptor& each : clients) each = loom_test::connect_to(ntohs(this->address.sin_port));
  ASSERT_TRUE(this->has_answers(accept, clients.size()));
  for (std::size_t n = 0; n < servers.size(); ++n) {
    servers[n] = Descriptor(this->bench().answers_to(accept)[n].result);
    EXPECT_GE(servers[n].get(), 0);
    EXPECT_TRUE(this->bench().answers_to(accept)[n].more);
  }
  this->cancel(accept);
  EXPECT_EQ(this->bench().final_result(accept), -ECANCELED);
}

TYPED_TEST(Sockets, MessagesCarryTheirSenderAndZeroCopyItsBytes) {
  const Descriptor receiver(this->ask(ask_for::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC)));
  const Descriptor sender(this->ask(ask_for::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC)));
  sockaddr_in there = loom_test::loopback(0);
  auto* name = reinterpret_cast<sockaddr*>(&there);
  ASSERT_EQ(this->ask_newer(ask_for::bind(receiver.get(), name, sizeof there)), 0);
  socklen_t size = sizeof there;
  ASSERT_EQ(::getsockname(receiver.get(), name, &size), 0);
  std::string text(16, '.');
  sockaddr_in from{};
  iovec room{text.data(), text.size()};
  msghdr message{};
  message.msg_name = &from;
  message.msg_namelen = sizeof from;
  message.msg_iov = &room;
  message.msg_iovlen = 1;
  const std::uint32_t receive = this->begin(ask_for::recvmsg(receiver.get(), &message, 0));
  EXPECT_EQ(this->ask(ask_for::send_to(ask_for::send(sender.get(), bytes_of("one"), 0), name,
                                       sizeof there)),
            3);
  EXPECT_EQ(this->bench().final_result(receive), 3);
  EXPECT_EQ(from.sin_family, AF_INET);
  ASSERT_EQ(::connect(sender.get(), name, sizeof there), 0);
  const std::uint32_t zero_copy = this->begin(ask_for::send_zc(sender.get(), bytes_of("two"), 0));
  EXPECT_TRUE(this->has_answers(zero_copy, 1));
  EXPECT_EQ(this->bench().answers_to(zero_copy).front().result, 3);
  EXPECT_EQ(this->ask(ask_for::recv(receiver.get(), room_in(text), 0)), 3);
  EXPECT_EQ(text.substr(0, 3), "two");
  EXPECT_TRUE(this->bench().drain()) << "io_uring tells when the bytes may be changed";
}

TYPED_TEST(Sockets, OptionsAndQueuesAreAskedForByCommands) {
  this->connect_by_requests();
  int one = 1;
  ASSERT_EQ(this->ask_newer(ask_for::socket_option(this->client.get(), SocketCommand::set_option,
                                                   SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one)),
            0);
  int value = 0;
  EXPECT_EQ(this->ask_newer(ask_for::socket_option(this->client.get(), SocketCommand::get_option,
                                                   SOL_SOCKET, SO_KEEPALIVE, &value, sizeof value)),
            static_cast<std::int32_t>(sizeof value));
  EXPECT_EQ(value, 1);
  ASSERT_EQ(this->ask(ask_for::send(this->client.get(), bytes_of("waits"), 0)), 5);
  ASSERT_TRUE(loom_test::wait_for(this->server.get(), POLLIN));
  EXPECT_EQ(this->ask_newer(ask_for::socket_bytes(this->server.get(), SocketCommand::input_bytes)),
            5);
}

TYPED_TEST(Sockets, MemoryAndPipesTakeRequestsToo) {
  constexpr std::size_t bytes = 65536;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  static_cast<char*>(memory)[0] = 'x';
  EXPECT_EQ(this->ask(ask_for::madvise(memory, bytes, MADV_DONTNEED)), 0);
  EXPECT_EQ(static_cast<char*>(memory)[0], 0);
  ::munmap(memory, bytes);
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(this->ask_newer(ask_for::pipe(ends.data(), O_CLOEXEC)), 0);
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  EXPECT_EQ(this->ask(ask_for::write(writer.get(), bytes_of("p"))), 1);
  std::uint32_t word = 0;
  EXPECT_EQ(this->ask_newer(ask_for::futex_wake(&word, 1)), 0) << "nobody waits";
}

TYPED_TEST(Sockets, WhatOnlyARingCanDoIsRefusedByNameAndOnce) {
  constexpr bool has_ring = TypeParam::has_submission_queue;
  std::array<std::byte, 256> memory{};
  const std::int32_t provided = this->ask(ask_for::provide_buffers(memory.data(), 64, 4, 9, 0));
  const std::int32_t removed = this->ask(ask_for::remove_buffers(4, 9));
  EXPECT_EQ(provided, has_ring ? 0 : -ENOSYS);
  EXPECT_EQ(removed, has_ring ? 4 : -ENOSYS);
  EXPECT_EQ(this->ask(ask_for::provide_buffers(memory.data(), 64, 4, 9, 0)), provided);
  const std::int32_t message = this->ask(ask_for::msg_ring(-1, 1, 2));
  EXPECT_EQ(message, has_ring ? -EBADF : -ENOSYS);
  EXPECT_EQ(ask_for::is_unsupported(message), !has_ring);
  const std::string& log = this->bench().loose.logged;
  if (has_ring) {
    EXPECT_EQ(log, "");
    return;
  }
  const std::string line = "epoll cannot do the operation provide_buffers";
  EXPECT_NE(log.find(line), std::string::npos) << log;
  EXPECT_EQ(log.find(line), log.rfind(line)) << "said once";
}

TEST(ConnectResult, IsWhatTheSocketSaysOfItself) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  const Descriptor one(ends[0]);
  const Descriptor other(ends[1]);
  EXPECT_EQ(ask_for::connect_result(one.get()), 0);
  const std::string much(1U << 16U, 'm');
  while (::send(one.get(), much.data(), much.size(), MSG_NOSIGNAL) > 0) {
  }
  EXPECT_EQ(ask_for::connect_result(one.get()), ask_for::not_yet) << "it has no room";
  // A port that nobody listens at, as an answer says.
  const Descriptor client(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in nobody{};
  {
    const Descriptor taken(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    nobody.sin_family = AF_INET;
    nobody.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t bytes = sizeof nobody;
    auto* there = reinterpret_cast<sockaddr*>(&nobody);
    ASSERT_EQ(::bind(taken.get(), there, bytes), 0);
    ASSERT_EQ(::getsockname(taken.get(), there, &bytes), 0);
    ASSERT_EQ(::connect(client.get(), there, bytes), 0);
  }
  ASSERT_EQ(::send(client.get(), "?", 1, 0), 1);
  EXPECT_EQ(ask_for::connect_result(client.get()), -ECONNREFUSED);
}

}  // namespace

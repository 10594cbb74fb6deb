// Sockets that were open before the start, and sockets handed to a server while it runs, on both
// backends: what fits becomes a connection, what does not is a sentence that says what it is.
#include <gtest/gtest.h>

#include <string>

#include "program_fixture.hpp"
#include "unix_peer.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom_test::Descriptor;

struct ServerFd {
  using Handler = loom_test::ScriptedHandler<ServerFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 16}});
};
struct ClientFd {
  using Handler = loom_test::ScriptedHandler<ClientFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::unix_client,
                           .slots = 1,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .reconnect_initial_nanoseconds = 1000000,
                           .reconnect_maximum_nanoseconds = 1000000});
};

/// What both fixtures do.
template <class Fd>
class Adopting : public loom_test::ProgramTest<Fd> {
 protected:
  static std::string number_of(const Descriptor& descriptor) {
    return "fd:" + std::to_string(descriptor.get());
  }
  /// Starts with an address that must be refused. @returns its code and sentence; the code alone of
  /// a backend that this machine forbids
  std::string refusal(const std::string& address) {
    this->override_ = {"stream", address.c_str()};
    loom::ProgramStart program_start;
    program_start.reactors[0].shared = this->block_.data();
    program_start.backend = this->GetParam();
    program_start.addresses = &this->override_;
    program_start.address_count = 1;
    const loom::StartReport report = this->program_.start(program_start);
    EXPECT_FALSE(report.ok);
    return std::string(report.code) + " " + report.message;
  }
};
using AdoptingServer = Adopting<ServerFd>;
using AdoptingClient = Adopting<ClientFd>;
INSTANTIATE_TEST_SUITE_P(On, AdoptingServer, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, AdoptingClient, loom_test::both_backends(), loom_test::backend_name);

bool is_skipped(const std::string& refusal) { return refusal.rfind("LOOM5001", 0) == 0; }

TEST_P(AdoptingServer, AListenerFromBeforeTheStartServes) {
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  std::uint16_t port = 0;
  Descriptor listener = loom_test::listen_anywhere(port);
  LOOM_START_OR_SKIP(number_of(listener));
  EXPECT_EQ(port_, port) << "the address is the one that it was bound to";
  listener.close();
  const Descriptor client = loom_test::connect_to(port);
  ASSERT_TRUE(loom_test::send_all(client.get(), "hello"));
  EXPECT_EQ(loom_test::receive_exactly(client.get(), 5), "hello");
}

TEST_P(AdoptingServer, WhatIsNoListenerIsRefusedByItsName) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  const Descriptor connected = loom_test::connect_to(port);
  const std::string text = refusal(number_of(connected));
  if (is_skipped(text)) GTEST_SKIP();
  EXPECT_NE(text.find("LOOM5026 fds.stream: descriptor"), std::string::npos) << text;
  EXPECT_NE(text.find("is a connected IPv4 stream socket, expected a listening TCP socket"),
            std::string::npos)
      << text;
}

TEST_P(AdoptingServer, APipeIsRefusedByItsName) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  const std::string text = refusal(number_of(read_end));
  if (is_skipped(text)) GTEST_SKIP();
  EXPECT_NE(text.find("is a pipe, expected a listening TCP socket"), std::string::npos) << text;
}

TEST_P(AdoptingServer, ANumberThatIsNotOpenIsRefused) {
  const std::string text = refusal("fd:1000000");
  if (is_skipped(text)) GTEST_SKIP();
  EXPECT_NE(text.find("LOOM5026 fds.stream: descriptor 1000000 is not open"), std::string::npos)
      << text;
}

TEST_P(AdoptingServer, WhatIsNoNumberIsNoAddress) {
  const std::string text = refusal("fd:three");
  if (is_skipped(text)) GTEST_SKIP();
  EXPECT_EQ(text.rfind("LOOM5005", 0), 0U) << text;
}

TEST_P(AdoptingClient, AConnectionFromBeforeTheStartIsOpenAtOnceAndStaysLost) {
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  LOOM_START_OR_SKIP(number_of(theirs));
  theirs.close();
  ASSERT_TRUE(journal_.wait_for("open 0"));
  ASSERT_TRUE(loom_test::send_all(ours.get(), "hello"));
  EXPECT_EQ(loom_test::receive_exactly(ours.get(), 5), "hello");
  ours.close();
  ASSERT_TRUE(journal_.wait_for("close 0 ended"));
  ASSERT_TRUE(turn_around());
  EXPECT_EQ(journal_.count("open 0"), 1U);
}

TEST_P(AdoptingClient, ASocketWithoutAPeerIsRefused) {
  const Descriptor lone(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const std::string text = refusal(number_of(lone));
  if (is_skipped(text)) GTEST_SKIP();
  EXPECT_NE(text.find("is a lone unix stream socket, expected a connected unix stream socket"),
            std::string::npos)
      << text;
}

}  // namespace

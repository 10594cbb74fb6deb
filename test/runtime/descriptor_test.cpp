// Descriptors beside bytes, on both backends and both kinds of unix socket: their order, their
// bound, their owner, and that none is left open.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <string>
#include <vector>

#include "descriptor_table.hpp"
#include "program_fixture.hpp"
#include "unix_peer.hpp"

namespace {

using loom::Bytes;
using loom::ReceivedDescriptor;
using loom::Stat;
using loom::WriteResult;
using loom_test::Descriptor;
using loom_test::Received;

constexpr loom::StreamShape passing(bool packets) {
  return loom_test::numbered({.kind = loom::StreamKind::unix_server,
                              .slots = 3,
                              .buffer_bytes = 1024,
                              .buffer_count = 4,
                              .write_queue_bytes = 4096,
                              .packets = packets,
                              .descriptors = 3,
                              .options = {.backlog = 16}});
}
struct StreamFd {
  using Handler = loom_test::ScriptedHandler<StreamFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape = passing(false);
  static constexpr int type = SOCK_STREAM;
};
struct PacketFd {
  using Handler = loom_test::ScriptedHandler<PacketFd>;
  using Framing = loom::PacketFraming;
  static constexpr loom::StreamShape shape = passing(true);
  static constexpr int type = SOCK_SEQPACKET;
};

/// The tests of both kinds of socket.
template <class Fd>
class Passing : public loom_test::ProgramTest<Fd> {
 protected:
  using Connection = loom::Connection<Fd>;
  std::string name_ = loom_test::abstract_name("passing");
  Descriptor file_{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  Descriptor other_{::open("/dev/zero", O_RDONLY | O_CLOEXEC)};
  Descriptor connect() { return loom_test::connect_to_unix(name_, Fd::type); }

  void comes_before_its_bytes() {
    this->script_.on_descriptor = [this](Connection&, ReceivedDescriptor descriptor) {
      EXPECT_TRUE(loom_test::same_file(descriptor.get(), file_.get()));
      EXPECT_EQ(fcntl(descriptor.get(), F_GETFD), FD_CLOEXEC);
    };
    LOOM_START_OR_SKIP(name_);
    const Descriptor peer = connect();
    ASSERT_TRUE(this->journal_.wait_for("open 0"));
    const auto before = loom_test::open_descriptors();
    ASSERT_TRUE(loom_test::send_all(peer.get(), "first"));
    ASSERT_TRUE(this->journal_.wait_for("data 0 first"));
    ASSERT_TRUE(loom_test::send_with_descriptors(peer.get(), "with", {file_.get(), file_.get()}));
    ASSERT_TRUE(loom_test::send_all(peer.get(), "last"));
    ASSERT_TRUE(this->journal_.wait_for("data 0 last"));
    EXPECT_EQ(this->journal_.events(),
              (std::vector<std::string>{"open 0", "data 0 first", "descriptor 0", "descriptor 0",
                                        "data 0 with", "data 0 last"}));
    EXPECT_EQ(loom_test::open_descriptors(), before) << "what nobody keeps is closed";
  }

  void goes_with_its_bytes() {
    std::atomic<std::size_t> with_queue = 0;
    this->script_.on_data = [&](Connection& connection, Bytes) {
      EXPECT_TRUE(connection.write("before"));
      EXPECT_TRUE(connection.send_descriptor(file_.get(), "one"));
      EXPECT_TRUE(connection.write("between"));
      EXPECT_TRUE(connection.send_descriptor(other_.get(), "two"));
      EXPECT_TRUE(connection.write("after"));
      with_queue = loom_test::open_descriptors().size();
    };
    LOOM_START_OR_SKIP(name_);
    const Descriptor peer = connect();
    ASSERT_TRUE(this->journal_.wait_for("open 0"));
    const auto before = loom_test::open_descriptors();
    ASSERT_TRUE(loom_test::send_all(peer.get(), "go"));
    std::string bytes;
    std::vector<std::string> beside;
    while (bytes.size() < std::string("beforeonebetweentwoafter").size()) {
      Received part = loom_test::receive_with_descriptor(peer.get());
      ASSERT_FALSE(part.bytes.empty());
      if (part.descriptor.get() >= 0) {
        // A stream may bring other bytes in the same piece.
        const char* bytes_of_it = beside.empty() ? "one" : "two";
        EXPECT_NE(part.bytes.find(bytes_of_it), std::string::npos) << part.bytes;
        beside.emplace_back(bytes_of_it);
        const int sent = beside.size() == 1 ? file_.get() : other_.get();
        EXPECT_TRUE(loom_test::same_file(part.descriptor.get(), sent));
      }
      bytes += part.bytes;
    }
    EXPECT_EQ(bytes, "beforeonebetweentwoafter");
    EXPECT_EQ(beside.size(), 2U);
    EXPECT_EQ(with_queue, before.size() + 2) << "the queue owns duplicates";
    EXPECT_TRUE(this->eventually([&] { return loom_test::open_descriptors() == before; }));
  }

  void is_bounded() {
    std::vector<int> results;
    this->script_.on_open = [&](Connection& connection) {
      results.push_back(connection.send_descriptor(-1, "x").value());
      results.push_back(connection.send_descriptor(file_.get(), Bytes()).value());
      for (std::uint32_t n = 0; n <= Fd::shape.descriptors; ++n) {
        results.push_back(connection.send_descriptor(file_.get(), "x").value());
      }
      connection.abort();
      results.push_back(connection.send_descriptor(file_.get(), "x").value());
    };
    LOOM_START_OR_SKIP(name_);
    const auto before = loom_test::open_descriptors();
    {
      const Descriptor peer = connect();
      ASSERT_TRUE(this->journal_.wait_for("close 0 aborted"));
      EXPECT_EQ(results,
                (std::vector<int>{WriteResult::no_descriptor, WriteResult::empty,
                                  WriteResult::queued, WriteResult::queued, WriteResult::queued,
                                  WriteResult::full, WriteResult::closed}));
    }
    EXPECT_TRUE(this->eventually([&] { return loom_test::open_descriptors() == before; }))
        << "what an ended connection had queued is closed";
  }

  void more_than_declared_ends_the_connection() {
    LOOM_START_OR_SKIP(name_);
    const auto before = loom_test::open_descriptors();
    {
      const Descriptor peer = connect();
      const std::vector<int> four(4, file_.get());
      ASSERT_TRUE(loom_test::send_with_descriptors(peer.get(), "four", four));
      ASSERT_TRUE(this->journal_.wait_for("close 0 descriptors_lost"));
      EXPECT_EQ(this->journal_.count("descriptor 0"), 0U);
    }
    EXPECT_TRUE(this->eventually([&] { return loom_test::open_descriptors() == before; }));
  }

  void waits_with_its_bytes_while_paused() {
    Connection paused;
    this->script_.on_data = [&](Connection& connection, Bytes bytes) {
      if (bytes.text() != "pause") return;
      paused = connection;
      connection.pause();
    };
    this->script_.on_open = [&](Connection& connection) {
      if (connection.index() == 1) paused.resume();
    };
    LOOM_START_OR_SKIP(name_);
    const Descriptor peer = connect();
    ASSERT_TRUE(loom_test::send_all(peer.get(), "pause"));
    ASSERT_TRUE(this->journal_.wait_for("data 0 pause"));
    ASSERT_TRUE(loom_test::send_with_descriptors(peer.get(), "held", {file_.get()}));
    ASSERT_TRUE(this->turn_around());
    EXPECT_EQ(this->journal_.count("descriptor 0"), 0U);
    const Descriptor second = connect();
    ASSERT_TRUE(this->journal_.wait_for("data 0 held"));
    EXPECT_EQ(this->journal_.count("descriptor 0"), 1U);
  }

  void comes_when_no_number_is_left() {
    LOOM_START_OR_SKIP(name_);
    {
      const Descriptor peer = connect();
      ASSERT_TRUE(this->journal_.wait_for("open 0"));
      rlimit limit{};
      ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
      const rlimit none{.rlim_cur = 3, .rlim_max = limit.rlim_max};
      ASSERT_TRUE(loom_test::send_all(peer.get(), "x"));
      ASSERT_TRUE(this->journal_.wait_for("data 0 x"));
      ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
      const bool sent = loom_test::send_with_descriptors(peer.get(), "y", {file_.get()});
      const bool closed = this->journal_.wait_for("close 0 descriptors_lost");
      ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
      EXPECT_TRUE(sent && closed);
    }
  }
};

using PassingStream = Passing<StreamFd>;
using PassingPackets = Passing<PacketFd>;
INSTANTIATE_TEST_SUITE_P(On, PassingStream, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, PassingPackets, loom_test::both_backends(), loom_test::backend_name);

TEST_P(PassingStream, ComesBeforeItsBytes) { comes_before_its_bytes(); }
TEST_P(PassingPackets, ComesBeforeItsBytes) { comes_before_its_bytes(); }
TEST_P(PassingStream, GoesWithItsBytes) { goes_with_its_bytes(); }
TEST_P(PassingPackets, GoesWithItsBytes) { goes_with_its_bytes(); }
TEST_P(PassingStream, IsBounded) { is_bounded(); }
TEST_P(PassingPackets, IsBounded) { is_bounded(); }
TEST_P(PassingStream, MoreThanDeclaredEndsTheConnection) {
  more_than_declared_ends_the_connection();
}
TEST_P(PassingPackets, MoreThanDeclaredEndsTheConnection) {
  more_than_declared_ends_the_connection();
}
TEST_P(PassingStream, WaitsWithItsBytesWhilePaused) { waits_with_its_bytes_while_paused(); }
TEST_P(PassingPackets, WaitsWithItsBytesWhilePaused) { waits_with_its_bytes_while_paused(); }
TEST_P(PassingStream, ComesWhenNoNumberIsLeft) { comes_when_no_number_is_left(); }
TEST_P(PassingPackets, ComesWhenNoNumberIsLeft) { comes_when_no_number_is_left(); }

TEST_P(PassingPackets, APacketThatIsTooLongLosesItsDescriptorWithoutALeak) {
  LOOM_START_OR_SKIP(name_);
  const auto before = loom_test::open_descriptors();
  {
    const Descriptor peer = connect();
    const std::string longer(PacketFd::shape.buffer_bytes + 1, 'x');
    ASSERT_TRUE(loom_test::send_with_descriptors(peer.get(), longer, {file_.get()}));
    ASSERT_TRUE(journal_.wait_for("close 0 frame_too_large"));
  }
  EXPECT_TRUE(eventually([&] { return loom_test::open_descriptors() == before; }));
  EXPECT_EQ(stat(Stat::frames_too_large), 1U);
}

}  // namespace

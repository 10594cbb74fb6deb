// The starts of UDP, pipe and file fds with every number of free descriptors: each is a typed error
// that names the limit, nothing runs on and no descriptor is left.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <map>
#include <string>

#include "datagram_fixture.hpp"
#include "every_shortage.hpp"
#include "file_fixture.hpp"
#include "request_fixture.hpp"

namespace {

using loom_test::Descriptor;

constexpr loom::GroupShape groups[] = {{.address = "239.77.1.1", .interface = "127.0.0.1"}};
struct UdpFd {
  using Handler = loom_test::DatagramHandler<UdpFd>;
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "127.0.0.1:0", .sockets = 3, .receive_count = 2});
};
/// The same, received directly: on io_uring they are descriptors of the process then.
struct DirectUdpFd {
  using Handler = loom_test::DatagramHandler<DirectUdpFd>;
  static constexpr loom::DatagramShape shape =
      loom_test::numbered(UdpFd::shape, loom::ReceiveStrategy::direct);
};
/// Its interface is looked for by its address, for which the C library needs a socket.
struct MulticastFd {
  using Handler = loom_test::DatagramHandler<MulticastFd>;
  static constexpr loom::DatagramShape shape =
      loom_test::numbered({.address = "0.0.0.0:0",
                           .groups = groups,
                           .group_count = 1,
                           .receive_count = 2,
                           .options = {.multicast_interface = "127.0.0.1"}});
};
struct PipeFd {
  using Handler = loom_test::ScriptedHandler<PipeFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::pipe,
                           .address = "unused",
                           .write_address = "fd:201",
                           .slots = 1,
                           .buffer_bytes = 4096,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .reconnect_initial_nanoseconds = 0});
};
struct FileFd {
  static constexpr loom::FileShape shape{.name = "data",
                                         .path = "unused",
                                         .mode = loom::FileMode::append,
                                         .create = true,
                                         .permissions = 0600};
};
constexpr int read_number = 200;
constexpr int write_number = 201;

class StartLimitsOfFds : public testing::TestWithParam<const char*> {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(loom_test::limit_descriptors()); }

  /// Starts the program of `entry`, whose fd `name` is at `address`, until it has enough.
  template <class Shape>
  void expect_every_shortage_to_be_typed(const loom::ReactorEntry& entry, const char* name,
                                         const std::string& address) {
    if (GetParam() == std::string("io_uring") && loom::IoUring<Shape>::probe()) {
      GTEST_SKIP() << "this machine does not offer io_uring";
    }
    loom_test::current_table = {"test", loom::shared_abi, &entry, 1};
    const loom_test::SharedBlock block(Shape::shared_bytes);
    const loom::AddressOverride override{name, address.c_str()};
    loom::ProgramStart start;
    start.reactors[0].shared = block.data();
    start.addresses = &override;
    start.address_count = 1;
    const std::map<int, std::string> before = loom_test::open_descriptors();
    loom_test::expect_every_shortage_to_be_typed(GetParam(), start);
    EXPECT_EQ(loom_test::open_descriptors(), before) << "it leaked";
  }

  template <class Fd>
  void start_datagrams() {
    loom_test::DatagramScript<Fd> script;
    loom_test::DatagramScript<Fd>::current = &script;
    expect_every_shortage_to_be_typed<loom_test::OneDatagramShape<Fd>>(
        loom_test::OneDatagram<Fd>::entry, "datagrams", Fd::shape.address);
  }

  void start_pipe(const std::string& address) {
    loom_test::Script<PipeFd> script;
    loom_test::Script<PipeFd>::current = &script;
    expect_every_shortage_to_be_typed<loom_test::OneShape<PipeFd>>(loom_test::One<PipeFd>::entry,
                                                                   PipeFd::shape.name, address);
    EXPECT_EQ(script.journal.count("close 0 refused"), 0U);
  }

  void start_file(const std::string& address) {
    loom_test::FileScript script;
    script.body = [](loom::File& file) { EXPECT_TRUE(file.size()); };
    loom_test::FileScript::current = &script;
    expect_every_shortage_to_be_typed<loom_test::FileReactorShape>(
        loom_test::OneFile<FileFd>::entry, FileFd::shape.name, address);
  }

  loom_test::Folder folder_;
};

TEST_P(StartLimitsOfFds, UdpOfSeveralSockets) { start_datagrams<UdpFd>(); }

TEST_P(StartLimitsOfFds, UdpOfSeveralDirectSockets) { start_datagrams<DirectUdpFd>(); }

TEST_P(StartLimitsOfFds, UdpOfAGroup) { start_datagrams<MulticastFd>(); }

TEST_P(StartLimitsOfFds, PipeBetweenOpenDescriptors) {
  const loom_test::Pipe in;
  const loom_test::Pipe out;
  ASSERT_EQ(::dup2(in.reader.get(), read_number), read_number);
  ASSERT_EQ(::dup2(out.writer.get(), write_number), write_number);
  start_pipe("fd:200");
  ::close(read_number);
  ::close(write_number);
}

TEST_P(StartLimitsOfFds, PipeFromAFifo) {
  const loom_test::Pipe out;
  ASSERT_EQ(::dup2(out.writer.get(), write_number), write_number);
  ASSERT_EQ(::mkfifo(folder_.file("fifo").c_str(), 0600), 0);
  start_pipe(folder_.file("fifo"));
  ::close(write_number);
}

TEST_P(StartLimitsOfFds, FileByItsPath) { start_file(folder_.file("journal")); }

TEST_P(StartLimitsOfFds, FileThatIsOpen) {
  const Descriptor file(
      ::open(folder_.file("journal").c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_GE(file.get(), 0);
  start_file("fd:" + std::to_string(file.get()));
}

INSTANTIATE_TEST_SUITE_P(On, StartLimitsOfFds, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

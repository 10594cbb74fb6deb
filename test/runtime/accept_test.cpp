// A listener under shortage: `full: 'wait'` leaves connections in the backlog until a slot is free,
// and a process without descriptors goes on accepting once it has some again.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "program_fixture.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::StreamEnd;

struct WaitFd {
  using Handler = loom_test::ScriptedHandler<WaitFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .full = loom::WhenFull::wait,
                           .options = {.reuse_address = true, .backlog = 64}});
};

class Accept : public loom_test::ProgramTest<WaitFd> {};
INSTANTIATE_TEST_SUITE_P(On, Accept, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Accept, ConnectionsPastTheLastSlotWaitForTheirTurn) {
  script_.on_data = [](Connection& connection, Bytes bytes) {
    connection.write(bytes);
    connection.close();
  };
  LOOM_START_OR_SKIP();
  std::vector<Descriptor> clients;
  for (int n = 0; n < 20; ++n) clients.push_back(loom_test::connect_to(port_));
  for (std::size_t n = 0; n < clients.size(); ++n) {
    const std::string text = "request " + std::to_string(n);
    ASSERT_TRUE(loom_test::send_all(clients[n].get(), text));
    std::string answer;
    ASSERT_EQ(loom_test::receive_to_end(clients[n].get(), answer), StreamEnd::finished);
    ASSERT_EQ(answer, text);
  }
  EXPECT_EQ(stat(Stat::accepted), 20U);
  EXPECT_EQ(stat(Stat::refused), 0U);
}

/// No new descriptor can be had in this process while this lives.
class Shortage {
 public:
  Shortage() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit now = before_;
    // The lowest free number; everything below it is in use.
    const Descriptor lowest(::dup(0));
    now.rlim_cur = static_cast<rlim_t>(lowest.get());
    setrlimit(RLIMIT_NOFILE, &now);
  }
  Shortage(const Shortage&) = delete;
  Shortage& operator=(const Shortage&) = delete;
  ~Shortage() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST_P(Accept, GoesOnWhenDescriptorsAreThereAgain) {
  script_.on_open = [](Connection& connection) { connection.write("hello"); };
  LOOM_START_OR_SKIP();
  const Descriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  {
    const Shortage shortage;
    ASSERT_EQ(::dup(0), -1) << "there was to be no descriptor left";
    const sockaddr_in address = loom_test::loopback(port_);
    ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    // Where accepting needs a descriptor it has failed after a few turns; elsewhere it succeeds.
    ASSERT_TRUE(turn_around() && turn_around());
  }
  EXPECT_EQ(loom_test::receive_exactly(client.get(), 5), "hello");
}

}  // namespace

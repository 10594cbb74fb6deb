// A client without a descriptor for its socket: each attempt ends as one that was refused, with
// EMFILE, and the first one after the shortage connects.
#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>

#include "descriptor_table.hpp"
#include "program_fixture.hpp"

namespace {

using loom_test::Descriptor;

struct ClientFd {
  using Handler = loom_test::ScriptedHandler<ClientFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp,
                           .slots = 1,
                           .buffer_bytes = 4096,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .reconnect_initial_nanoseconds = loom::nanoseconds_per_millisecond,
                           .reconnect_maximum_nanoseconds = 4 * loom::nanoseconds_per_millisecond});
};

class ClientLimits : public loom_test::ProgramTest<ClientFd> {};
INSTANTIATE_TEST_SUITE_P(On, ClientLimits, loom_test::both_backends(), loom_test::backend_name);

TEST_P(ClientLimits, ReconnectsWhenThereAreDescriptorsAgain) {
  ASSERT_TRUE(loom_test::limit_descriptors());
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port);
  std::unique_ptr<loom_test::Scarcity> scarcity;
  script_.on_start = [&](loom::ReactorCore&) {
    scarcity = std::make_unique<loom_test::Scarcity>(0);
  };
  script_.on_close = [&](Connection&, loom::CloseReason why) {
    if (why.system_error == EMFILE) journal_.add("no descriptor");
  };
  LOOM_START_OR_SKIP("127.0.0.1:" + std::to_string(port));
  ASSERT_TRUE(journal_.wait_for("no descriptor", 3)) << "and no attempt is the last one";
  EXPECT_EQ(journal_.count("open 0"), 0U);
  scarcity.reset();
  ASSERT_TRUE(journal_.wait_for("open 0"));
  EXPECT_EQ(journal_.count("close 0 refused"), journal_.count("no descriptor"));
  EXPECT_EQ(stat(loom::Stat::connect_failures), journal_.count("no descriptor"));
}

}  // namespace

// The watchdog names a hook while it still holds the loop, and the loop says how long it was; who
// lets go in time is never named. The hooks here hold the loop until the line has come.
#include <gtest/gtest.h>

#include <string>

#include "watchdog_fixture.hpp"

namespace {

using loom::Activity;
using loom::ActivityRow;
using loom::Bytes;

constexpr ActivityRow rows[] = {
    {loom_test::stream_open, 7, "fds.stream", "Echo", loom::stream_hooks},
    {loom_test::pool_done, 1, "pools.crunch", "what follows a job", ""},
};

struct EchoFd {
  using Handler = loom_test::ScriptedHandler<EchoFd>;
  using Framing = loom::RawFraming;
  static constexpr std::uint64_t stall_nanoseconds = loom_test::watched_nanoseconds;
  static constexpr loom::ActivityTable names{"main", rows, 2};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 16}});
};

constexpr ActivityRow delivered{8, 7, "fds.feed", "", loom::stream_hooks};

std::string name_of(std::uint32_t what) {
  char text[120];
  loom::name_activity(EchoFd::names, {what}, text, sizeof text);
  return text;
}

TEST(ActivityNames, SayTheFdAndTheHook) {
  EXPECT_EQ(name_of(loom_test::stream_open), "fds.stream (Echo::on_open)");
  EXPECT_EQ(name_of(loom_test::stream_receive), "fds.stream (Echo::on_data)");
  EXPECT_EQ(name_of(loom_test::stream_send), "fds.stream (Echo::on_drain)");
  EXPECT_EQ(name_of(loom_test::stream_shutdown), "fds.stream (Echo::on_close)");
  EXPECT_EQ(name_of(loom_test::stream_deadline), "fds.stream (Echo::on_close)");
  EXPECT_EQ(name_of(loom_test::pool_done), "pools.crunch (what follows a job)");
  EXPECT_EQ(name_of(loom::activity::mail), "a call that was posted");
  EXPECT_EQ(name_of(loom::activity::command), "what JavaScript asked for");
  EXPECT_EQ(name_of(loom::common_operation::fiber), "what a fiber waited for");
  EXPECT_EQ(name_of(loom::common_operation::request), "what follows a request");
  EXPECT_EQ(name_of(99), "something without a name");
  char text[120];
  loom::name_activity({"main", &delivered, 1}, {9}, text, sizeof text);
  EXPECT_STREQ(text, "fds.feed (delivery to JavaScript)");
}

TEST(ActivityNames, AreInLinesOfMicrosecondsAndMilliseconds) {
  char line[240];
  loom::format_stall(line, sizeof line, EchoFd::names, {loom_test::stream_receive}, "has held",
                     12'345'678, "");
  EXPECT_STREQ(line, "reactors.main: fds.stream (Echo::on_data) has held the loop for 12 ms");
  loom::format_stall(line, sizeof line, EchoFd::names, {loom_test::stream_receive}, "held", 345'678,
                     " in all");
  EXPECT_STREQ(line, "reactors.main: fds.stream (Echo::on_data) held the loop for 345 us in all");
}

TEST(ActivityWords, AreNeverTheSameTwiceAndNest) {
  Activity activity;
  EXPECT_EQ(activity.word(), loom::activity::idle);
  const std::uint64_t none = activity.begin(9);
  const std::uint64_t outer = activity.word();
  EXPECT_EQ(Activity::what_of(outer), 9U);
  const std::uint64_t kept = activity.begin(10);
  EXPECT_EQ(Activity::what_of(activity.word()), 10U);
  EXPECT_FALSE(activity.end(kept));
  EXPECT_EQ(activity.word(), outer);
  EXPECT_FALSE(activity.end(none));
  EXPECT_EQ(activity.word(), loom::activity::idle);
  EXPECT_FALSE(activity.end(activity.begin(9)));
  const std::uint64_t again = activity.begin(9);
  EXPECT_NE(activity.word(), outer);
  activity.name_stall(activity.word(), 123);
  EXPECT_TRUE(activity.end(again));
  EXPECT_EQ(activity.take_stall(), 123U);
  EXPECT_EQ(activity.ended(), 9U);
  // Named too late: the loop is at the next activity already.
  const std::uint64_t late = activity.word();
  EXPECT_FALSE(activity.end(activity.begin(11)));
  static_cast<void>(late);
  activity.name_stall(outer, 456);
  EXPECT_TRUE(activity.end(activity.begin(12)));
  EXPECT_EQ(activity.take_stall(), 0U);
  EXPECT_FALSE(activity.end(activity.begin(13)));
}

class WatchdogTest : public loom_test::WatchedProgramTest<EchoFd> {
 protected:
  std::size_t held_ = 0;
};

TEST_P(WatchdogTest, NamesAHookThatHoldsTheLoopWhileItDoes) {
  const std::string hook = "fds.stream (Echo::on_data)";
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    if (bytes.text() == "hold") hold(hook, held_ += 1);
    connection.write(bytes);
  };
  LOOM_START_OR_SKIP();
  const auto client = loom_test::connect_to(port_);
  for (std::size_t times = 1; times <= 3; ++times) {
    ASSERT_TRUE(loom_test::send_all(client.get(), "hold"));
    ASSERT_EQ(loom_test::receive_exactly(client.get(), 4), "hold");
    EXPECT_TRUE(was_held_by(hook, times));
  }
  program_.join();
  EXPECT_EQ(script_.journal.count("reactors.main: " + hook + " has held the loop"), 3U);
  EXPECT_GE(stat(loom::Stat::stalls), 3U);
}

TEST_P(WatchdogTest, NamesAHookToWhichHeldDataIsHanded) {
  const std::string hook = "fds.stream (Echo::on_data)";
  Connection paused;
  script_.on_data = [&](Connection& connection, Bytes bytes) {
    if (bytes.text() == "pause") {
      connection.pause();
      paused = connection;
      script_.journal.add("paused");
    } else {
      hold(hook);
    }
  };
  LOOM_START_OR_SKIP();
  const auto client = loom_test::connect_to(port_);
  ASSERT_TRUE(loom_test::send_all(client.get(), "pause"));
  ASSERT_TRUE(script_.journal.wait_for("paused"));
  ASSERT_TRUE(loom_test::send_all(client.get(), "held"));
  ASSERT_TRUE(eventually([&] { return stat(loom::Stat::bytes_received) == 9; }));
  ASSERT_TRUE(program_.reactor(0).post([paused] { paused.resume(); }));
  EXPECT_TRUE(was_held_by(hook));
}

TEST_P(WatchdogTest, NamesACallAndAnEndOfAConnection) {
  const std::string close = "fds.stream (Echo::on_close)";
  script_.on_close = [&](Connection&, loom::CloseReason) { hold(close); };
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(program_.reactor(0).post([this] { hold("a call that was posted"); }));
  EXPECT_TRUE(was_held_by("a call that was posted"));
  loom_test::connect_to(port_).close();
  EXPECT_TRUE(was_held_by(close));
}

INSTANTIATE_TEST_SUITE_P(On, WatchdogTest, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

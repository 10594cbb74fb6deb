// The watchdog says which fiber holds the loop: the connection that it serves, or the name that it
// was spawned with; also when its data resumed it inside the dispatch of their receive.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "fiber_fixture.hpp"
#include "loom/fiber/scope.hpp"
#include "loom/framing.hpp"
#include "watchdog_fixture.hpp"

namespace {

using loom::Activity;
using loom::FiberLabel;

constexpr loom::ActivityRow rows[] = {
    {loom_test::stream_open, 7, "fds.stream", "Lines", loom::stream_hooks}};

struct LineFd {
  using Handler = loom::FiberStream<LineFd, loom_test::FiberHandler<LineFd>, 0>;
  using Framing = loom::LineFraming<4096>;
  static constexpr std::uint64_t stall_nanoseconds = loom_test::watched_nanoseconds;
  static constexpr loom::ActivityTable names{"main", rows, 1};
  static constexpr loom::StackClass stacks{"connections", 65536, 2, 0};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 16}});
};

std::string name_of(const FiberLabel& label) {
  char text[120];
  loom::name_activity(LineFd::names, {loom::activity::fiber, label}, text, sizeof text);
  return text;
}

TEST(FiberLabels, SayTheConnectionOrTheGivenName) {
  EXPECT_EQ(name_of({"fds.stream", 1}), "fds.stream (Lines::run, connection 1)");
  EXPECT_EQ(name_of({"fds.other", 7}), "fds.other (a fiber, connection 7)");
  EXPECT_EQ(name_of({"fetch"}), "the fiber \"fetch\"");
  EXPECT_EQ(name_of({"fds.stream"}), "the fiber \"fds.stream\"") << "a child of one";
}

TEST(FiberLabels, AreReadOnlyWhileTheirFiberRuns) {
  Activity activity;
  FiberLabel label;
  const std::uint64_t outer = activity.begin(9);
  const std::uint64_t hook = activity.begin_fiber({"one", 1});
  const std::uint64_t one = activity.word();
  EXPECT_EQ(Activity::what_of(one), loom::activity::fiber);
  ASSERT_TRUE(activity.read_fiber(one, label));
  EXPECT_STREQ(label.name, "one");
  EXPECT_EQ(label.connection, 1U);
  EXPECT_FALSE(activity.end(hook));
  EXPECT_FALSE(activity.read_fiber(one, label)) << "it has left";
  const std::uint64_t again = activity.begin_fiber({"two"});
  EXPECT_FALSE(activity.read_fiber(one, label)) << "another runs";
  ASSERT_TRUE(activity.read_fiber(activity.word(), label));
  EXPECT_STREQ(label.name, "two");
  EXPECT_EQ(label.connection, FiberLabel::no_connection);
  EXPECT_FALSE(activity.end(again));
  EXPECT_FALSE(activity.end(outer));
}

TEST(FiberLabels, AreNeverThoseOfAnotherFiber) {
  static constexpr const char* names[] = {"even", "odd"};
  static constexpr std::uint32_t enough = 1000;
  Activity activity;
  std::atomic<bool> done = false;
  // A fiber's number in its activity's word is one more than its connection.
  std::thread loop([&] {
    for (std::uint32_t n = 0; !done.load(std::memory_order_relaxed); ++n) {
      static_cast<void>(activity.end(activity.begin_fiber({names[n % 2], n})));
    }
  });
  FiberLabel label;
  std::uint32_t read = 0;
  while (read < enough) {
    const std::uint64_t word = activity.word();
    if (word == loom::activity::idle || !activity.read_fiber(word, label)) continue;
    read += 1;
    EXPECT_EQ(static_cast<std::uint32_t>(word >> 16U), label.connection + 1);
    EXPECT_EQ(label.name, names[label.connection % 2]);
  }
  done.store(true, std::memory_order_relaxed);
  loop.join();
}

using Watched = loom_test::WatchedProgramTest<LineFd, loom_test::OneFiber, loom_test::FiberScript>;

class WatchdogFiberTest : public Watched {
 protected:
  using Fiber = loom::FiberConnection<LineFd>;

  static std::string name_of(const Fiber& connection) {
    return "fds.stream (Lines::run, connection " + std::to_string(connection.index()) + ")";
  }
};

TEST_P(WatchdogFiberTest, NamesTheFiberThatItsDataResumedAtOnce) {
  script_.run = [this](Fiber& connection) {
    while (const auto line = connection.read()) {
      if (line->text() == "hold") hold(name_of(connection));
      if (!connection.write_frame(*line)) return;
    }
  };
  LOOM_START_OR_SKIP();
  const auto first = loom_test::connect_to(port_);
  const auto second = loom_test::connect_to(port_);
  for (const int peer : {second.get(), first.get()}) {
    ASSERT_TRUE(loom_test::send_all(peer, "quick\nhold\n"));
    ASSERT_EQ(loom_test::receive_exactly(peer, 11), "quick\nhold\n");
  }
  EXPECT_TRUE(was_held_by("fds.stream (Lines::run, connection 0)"));
  EXPECT_TRUE(was_held_by("fds.stream (Lines::run, connection 1)"));
  EXPECT_GE(stat(loom::Stat::stalls), 2U);
}

TEST_P(WatchdogFiberTest, NamesTheFiberThatTheLoopResumedInItsTurn) {
  script_.run = [this](Fiber& connection) {
    hold(name_of(connection), 1);
    loom::yield();
    hold(name_of(connection), 2);
    static_cast<void>(loom::sleep(1'000'000));
    hold(name_of(connection), 3);
  };
  LOOM_START_OR_SKIP();
  const auto peer = loom_test::connect_to(port_);
  EXPECT_TRUE(was_held_by("fds.stream (Lines::run, connection 0)", 3));
}

TEST_P(WatchdogFiberTest, NamesAFiberByWhatItWasSpawnedWith) {
  script_.run = [this](Fiber&) {
    loom::Scope scope;
    EXPECT_TRUE(scope.spawn(1, "fetch", [this] { hold("the fiber \"fetch\""); }));
    EXPECT_TRUE(scope.spawn(1, "store", [this] { hold("the fiber \"store\""); }));
    EXPECT_TRUE(scope.join());
  };
  LOOM_START_OR_SKIP();
  const auto peer = loom_test::connect_to(port_);
  EXPECT_TRUE(was_held_by("the fiber \"fetch\""));
  EXPECT_TRUE(was_held_by("the fiber \"store\""));
}

INSTANTIATE_TEST_SUITE_P(On, WatchdogFiberTest, loom_test::both_backends(),
                         loom_test::backend_name);

}  // namespace

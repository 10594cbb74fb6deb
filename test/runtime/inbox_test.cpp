// The inbox of a running reactor: calls from many threads run on its own thread, in each one's
// order, whether it blocks or spins, on every backend; and while it stops, a post either runs or is
// told that the reactor has ended.
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "program_fixture.hpp"

namespace {

using loom::PostResult;
using loom::ReactorCore;
using loom::ReactorHandle;
using loom::WaitMode;

/// A server around which a reactor waits in the way of `mode`.
template <WaitMode mode>
struct ServerFd {
  using Handler = loom_test::ScriptedHandler<ServerFd<mode>>;
  using Framing = loom::RawFraming;
  static constexpr WaitMode wait = mode;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 1,
                           .buffer_bytes = 4096,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 16}});
};

/// What posted calls write; on the reactor's thread alone.
struct Record {
  static constexpr std::uint32_t producers = 4;
  std::uint64_t next[producers] = {};
  std::uint64_t wrong = 0;
  std::atomic<std::uint64_t> ran{0};
  std::uint64_t stop_after = UINT64_MAX;  ///< the call that stops the program
  std::thread::id reactor_thread;
};

template <WaitMode mode>
class InboxTest : public loom_test::ProgramTest<ServerFd<mode>> {
 protected:
  void customise(loom::ProgramStart& program_start) override {
    program_start.context = this;
    program_start.log = [](void* self, const char* line) noexcept {
      static_cast<InboxTest*>(self)->script_.journal.add(line);
    };
  }

  ReactorHandle handle() { return this->program_.reactor(0); }

  /// Posts `items` numbered calls from each of several threads, or until `closed`; how many of all
  /// were posted.
  std::uint64_t post_from_many(std::uint64_t items, Record& record) {
    std::atomic<std::uint64_t> posted{0};
    std::vector<std::thread> threads;
    for (std::uint32_t producer = 0; producer < Record::producers; ++producer) {
      threads.emplace_back([&, producer] {
        std::uint64_t item = 0;
        while (item < items) {
          const PostResult result = handle().post([&record, producer, item](ReactorCore& core) {
            record.wrong += record.next[producer] == item ? 0 : 1;
            record.wrong += std::this_thread::get_id() == record.reactor_thread ? 0 : 1;
            record.next[producer] = item + 1;
            if (record.ran.fetch_add(1) == record.stop_after) core.stop();
          });
          if (result.value() == PostResult::closed) break;
          if (result) item += 1;
          if (!result) std::this_thread::yield();
        }
        posted.fetch_add(item);
      });
    }
    for (std::thread& thread : threads) thread.join();
    return posted.load();
  }

  void runs_everything() {
    Record record;
    this->script_.on_start = [&](ReactorCore&) {
      record.reactor_thread = std::this_thread::get_id();
    };
    EXPECT_EQ(handle().post([] {}).value(), PostResult::closed) << "it has not started";
    LOOM_START_OR_SKIP();
    constexpr std::uint64_t items = 5'000;
    EXPECT_EQ(post_from_many(items, record), items * Record::producers);
    EXPECT_TRUE(this->eventually([&] { return record.ran.load() == items * Record::producers; }));
    this->program_.join();
    EXPECT_EQ(record.wrong, 0U);
    EXPECT_EQ(this->stat(loom::Stat::mail_received), items * Record::producers);
    EXPECT_EQ(handle().post([] {}).value(), PostResult::closed);
  }

  void loses_nothing_while_it_stops() {
    Record record;
    this->script_.on_start = [&](ReactorCore&) {
      record.reactor_thread = std::this_thread::get_id();
    };
    LOOM_START_OR_SKIP();
    record.stop_after = 2'000;
    const std::uint64_t posted = post_from_many(UINT64_MAX, record);
    this->program_.join();
    EXPECT_GT(posted, record.stop_after);
    EXPECT_EQ(record.ran.load(), posted) << "posted is run, closed is not";
    EXPECT_EQ(record.wrong, 0U);
  }
};

using BlockingInbox = InboxTest<WaitMode::block>;
using SpinningInbox = InboxTest<WaitMode::spin>;

TEST_P(BlockingInbox, RunsWhatManyThreadsPostInEachOnesOrder) { runs_everything(); }
TEST_P(SpinningInbox, RunsWhatManyThreadsPostInEachOnesOrder) { runs_everything(); }
TEST_P(BlockingInbox, LosesNothingWhileItStops) { loses_nothing_while_it_stops(); }
TEST_P(SpinningInbox, LosesNothingWhileItStops) { loses_nothing_while_it_stops(); }

// One call at a time, each after the one before was run: the reactor sleeps in between.
TEST_P(BlockingInbox, IsWokenFromEachSleep) {
  LOOM_START_OR_SKIP();
  std::atomic<int> ran{0};
  for (int n = 0; n < 500; ++n) {
    ASSERT_TRUE(handle().post([&ran] { ran.fetch_add(1); }));
    ASSERT_TRUE(eventually([&] { return ran.load() == n + 1; })) << "a wake-up was lost";
  }
}

TEST_P(BlockingInbox, IsReachedThroughAHandlersReactor) {
  ReactorHandle from_inside;
  script_.on_start = [&](ReactorCore& core) { from_inside = core.handle(); };
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(from_inside.post([](ReactorCore& core) { core.log("it came"); }));
  EXPECT_TRUE(script_.journal.wait_for("it came"));
}

TEST_P(BlockingInbox, BringsCallsToAHandlerByItsType) {
  using Handler = loom_test::ScriptedHandler<ServerFd<WaitMode::block>>;
  struct Stranger {};
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(handle().post<Handler>(
      [](Handler& handler) { handler.reactor().log("it came to the handler"); }));
  EXPECT_TRUE(script_.journal.wait_for("it came to the handler"));
  ASSERT_TRUE(handle().post<Stranger>([](Stranger&) { FAIL() << "there is none"; }));
  EXPECT_TRUE(script_.journal.wait_for(
      "loom: mail for a handler that this reactor does not have; it was dropped"));
}

TEST(ReactorHandles, AreFilledInTheOrderOfTheReactors) {
  loom::Inbox inboxes[2];
  struct {
    ReactorHandle control;
    ReactorHandle market;
  } reactors;
  loom::attach_peers(reactors, inboxes);
  EXPECT_EQ(reactors.control.inbox(), &inboxes[0]);
  EXPECT_EQ(reactors.market.inbox(), &inboxes[1]);
  EXPECT_EQ(ReactorHandle().post([] {}).value(), PostResult::closed);
}

TEST_P(BlockingInbox, SurvivesACallThatThrows) {
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(handle().post([] { throw std::runtime_error("not today"); }));
  EXPECT_TRUE(script_.journal.wait_for(
      "loom: a call that was posted to this reactor threw: not today; the loop goes on"));
  ASSERT_TRUE(handle().post([](ReactorCore& core) { core.log("it goes on"); }));
  EXPECT_TRUE(script_.journal.wait_for("it goes on"));
}

// The mailbox of the fixture has 256 items; the reactor is held until they are there.
TEST_P(BlockingInbox, SaysFullAndTakesMoreOnceThereIsRoom) {
  LOOM_START_OR_SKIP();
  std::atomic<bool> held{false};
  std::atomic<bool> go_on{false};
  std::atomic<int> ran{0};
  ASSERT_TRUE(handle().post([&held, &go_on] {
    held.store(true);
    while (!go_on.load()) std::this_thread::yield();
  }));
  ASSERT_TRUE(eventually([&] { return held.load(); }));
  const auto post = [&] { return handle().post([&ran] { ran.fetch_add(1); }); };
  int posted = 0;
  while (post()) posted += 1;
  EXPECT_EQ(posted, 256);
  EXPECT_EQ(post().value(), PostResult::full);
  go_on.store(true);
  EXPECT_TRUE(eventually([&] { return ran.load() == posted; }));
  EXPECT_TRUE(post());
  EXPECT_TRUE(eventually([&] { return ran.load() == posted + 1; }));
}

INSTANTIATE_TEST_SUITE_P(On, BlockingInbox, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, SpinningInbox, loom_test::both_backends(), loom_test::backend_name);

}  // namespace

// Declared timers on a clock that the test moves: phase, missed expirations, one-shot, and a hook
// that throws.
#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "loom/timer.hpp"
#include "support.hpp"

namespace {

struct Recorder : loom::HandlerBase<Recorder> {
  std::vector<loom::Tick> ticks;
  bool throws = false;
  void on_tick(loom::Tick tick) {
    ticks.push_back(tick);
    if (throws) throw std::runtime_error("a handler's mistake");
  }
};

struct Every100 {
  using Handler = Recorder;
  static constexpr loom::TimerShape shape{
      .name = "every", .first_nanoseconds = 50, .every_nanoseconds = 100};
};
struct Once {
  using Handler = Recorder;
  static constexpr loom::TimerShape shape{.name = "once", .first_nanoseconds = 50};
};

template <class Fd>
struct Fixture : loom_test::LooseCore {
  Fixture() { timer.attach(core, recorder); }
  Recorder recorder;
  loom::TimerFamily<Fd> timer;
};

TEST(Timer, IsFirstDueItsPauseAfterItWasStarted) {
  const std::uint64_t before = loom::monotonic_nanoseconds();
  Fixture<Every100> fixture;
  const std::uint64_t after = loom::monotonic_nanoseconds();
  EXPECT_GE(fixture.timer.due_nanoseconds, before + 50);
  EXPECT_LE(fixture.timer.due_nanoseconds, after + 50);
  EXPECT_EQ(fixture.core.next_deadline_, fixture.timer.due_nanoseconds);
}

TEST(Timer, EarlyItOnlyAsksToBeLookedAtAgain) {
  Fixture<Every100> fixture;
  const std::uint64_t due = fixture.timer.due_nanoseconds;
  fixture.core.next_deadline_ = loom::no_deadline;
  fixture.timer.run(due - 1);
  EXPECT_TRUE(fixture.recorder.ticks.empty());
  EXPECT_EQ(fixture.core.next_deadline_, due);
}

TEST(Timer, ALateLoopKeepsThePhaseAndSaysWhatItMissed) {
  Fixture<Every100> fixture;
  const std::uint64_t due = fixture.timer.due_nanoseconds;
  fixture.timer.run(due);
  fixture.timer.run(due + 100 + 99);
  fixture.timer.run(due + 1000);
  const auto& ticks = fixture.recorder.ticks;
  ASSERT_EQ(ticks.size(), 3U);
  EXPECT_EQ(ticks[0].expirations, 1U);
  EXPECT_EQ(ticks[0].due_nanoseconds, due);
  EXPECT_EQ(ticks[1].expirations, 1U) << "the next was due one nanosecond later";
  EXPECT_EQ(ticks[1].due_nanoseconds, due + 100);
  EXPECT_EQ(ticks[2].expirations, 9U);
  EXPECT_EQ(ticks[2].due_nanoseconds, due + 1000);
  EXPECT_EQ(fixture.timer.due_nanoseconds, due + 1100);
  EXPECT_EQ(fixture.stat(loom::Stat::ticks), 11U);
}

TEST(Timer, WithoutAPeriodTicksOnce) {
  Fixture<Once> fixture;
  const std::uint64_t due = fixture.timer.due_nanoseconds;
  fixture.timer.run(due + 1'000'000);
  fixture.core.next_deadline_ = loom::no_deadline;
  fixture.timer.run(due + 2'000'000);
  ASSERT_EQ(fixture.recorder.ticks.size(), 1U);
  EXPECT_EQ(fixture.recorder.ticks[0].expirations, 1U);
  EXPECT_EQ(fixture.core.next_deadline_, loom::no_deadline) << "it wants nothing any more";
}

TEST(Timer, GoesOnAfterAHookThatThrew) {
  Fixture<Every100> fixture;
  const std::uint64_t due = fixture.timer.due_nanoseconds;
  fixture.recorder.throws = true;
  fixture.timer.run(due);
  EXPECT_NE(fixture.logged.find("a timer's handler threw"), std::string::npos);
  fixture.recorder.throws = false;
  fixture.timer.run(due + 100);
  EXPECT_EQ(fixture.recorder.ticks.size(), 2U);
}

}  // namespace

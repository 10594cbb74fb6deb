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

constexpr std::uint64_t period = 100 * loom::TimerWheel::tick_nanoseconds;

struct Periodic {
  using Handler = Recorder;
  static constexpr loom::TimerShape shape{
      .name = "every", .first_nanoseconds = period / 2, .every_nanoseconds = period};
};
struct Once {
  using Handler = Recorder;
  static constexpr loom::TimerShape shape{.name = "once", .first_nanoseconds = period / 2};
};

template <class Fd>
struct Fixture : loom_test::LooseCore {
  Fixture() { timer.attach(core, recorder); }
  /// When it expires next.
  [[nodiscard]] std::uint64_t due() const { return timer.entry.due_nanoseconds; }
  /// What the loop does when it looks at its clock.
  void look(std::uint64_t now) {
    core.batch_nanoseconds_ = now;
    core.wheel().expire(now, 64, [this](loom::TimerEntry& entry) {
      EXPECT_EQ(&entry, &timer.entry);
      timer.expire();
    });
  }
  Recorder recorder;
  loom::TimerFamily<Fd> timer;
};

/// The wheel looks by whole ticks.
constexpr std::uint64_t tick = loom::TimerWheel::tick_nanoseconds;

TEST(Timer, IsFirstDueItsPauseAfterItWasStarted) {
  const std::uint64_t before = loom::monotonic_nanoseconds();
  const Fixture<Periodic> fixture;
  const std::uint64_t after = loom::monotonic_nanoseconds();
  EXPECT_GE(fixture.due(), before + period / 2);
  EXPECT_LE(fixture.due(), after + period / 2);
}

TEST(Timer, EarlyNothingHappens) {
  Fixture<Periodic> fixture;
  const std::uint64_t due = fixture.due();
  fixture.look(due - 1);
  EXPECT_TRUE(fixture.recorder.ticks.empty());
  EXPECT_EQ(fixture.due(), due);
}

TEST(Timer, ALateLoopKeepsThePhaseAndSaysWhatItMissed) {
  Fixture<Periodic> fixture;
  const std::uint64_t due = fixture.due();
  fixture.look(due + tick);
  fixture.look(due + period + period - tick);
  fixture.look(due + 10 * period + tick);
  const auto& ticks = fixture.recorder.ticks;
  ASSERT_EQ(ticks.size(), 3U);
  EXPECT_EQ(ticks[0].expirations, 1U);
  EXPECT_EQ(ticks[0].due_nanoseconds, due);
  EXPECT_EQ(ticks[1].expirations, 1U) << "the next is due a tick later";
  EXPECT_EQ(ticks[1].due_nanoseconds, due + period);
  EXPECT_EQ(ticks[2].expirations, 9U);
  EXPECT_EQ(ticks[2].due_nanoseconds, due + 10 * period);
  EXPECT_EQ(fixture.due(), due + 11 * period);
  EXPECT_EQ(fixture.stat(loom::Stat::ticks), 11U);
}

TEST(Timer, WithoutAPeriodTicksOnce) {
  Fixture<Once> fixture;
  const std::uint64_t due = fixture.due();
  fixture.look(due + 1'000'000);
  fixture.look(due + 2'000'000);
  ASSERT_EQ(fixture.recorder.ticks.size(), 1U);
  EXPECT_EQ(fixture.recorder.ticks[0].expirations, 1U);
  EXPECT_EQ(fixture.core.wheel().next_deadline(), loom::no_deadline) << "it wants nothing more";
}

TEST(Timer, CancelledItIsSilent) {
  Fixture<Periodic> fixture;
  const std::uint64_t due = fixture.due();
  fixture.timer.cancel();
  fixture.look(due + 3 * period);
  EXPECT_TRUE(fixture.recorder.ticks.empty());
}

TEST(Timer, GoesOnAfterAHookThatThrew) {
  Fixture<Periodic> fixture;
  const std::uint64_t due = fixture.due();
  fixture.recorder.throws = true;
  fixture.look(due + tick);
  EXPECT_NE(fixture.logged.find("a timer's handler threw"), std::string::npos);
  fixture.recorder.throws = false;
  fixture.look(due + period + tick);
  EXPECT_EQ(fixture.recorder.ticks.size(), 2U);
}

}  // namespace

// Timers on a clock that the test moves: phase, missed expirations, one-shot, a hook that throws,
// and those that their handler arms.
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

#include "loom/handler.hpp"
#include "loom/timer_family.hpp"
#include "support.hpp"

namespace {

struct Recorder : loom::HandlerBase<Recorder> {
  std::vector<loom::Tick> ticks;
  bool throws = false;
  std::function<void(loom::Tick)> then;
  void on_tick(loom::Tick tick) {
    ticks.push_back(tick);
    if (then) then(tick);
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

struct Manual {
  using Handler = Recorder;
  static constexpr loom::TimerShape shape{.name = "manual"};
};

template <class Fd>
struct Fixture : loom_test::LooseCore {
  Fixture() {
    timer.attach(core, recorder);
    timer.start();
  }
  /// When it expires next.
  [[nodiscard]] std::uint64_t due() const { return timer.record.entry.due_nanoseconds; }
  /// What the loop does when it looks at its clock.
  void look(std::uint64_t now) {
    core.batch_nanoseconds_ = now;
    core.wheel().expire(now, 64, [this](loom::TimerEntry& entry) {
      EXPECT_EQ(&entry, &timer.record.entry);
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
  EXPECT_NE(fixture.logged.find("::on_tick) threw: "), std::string::npos);
  fixture.recorder.throws = false;
  fixture.look(due + period + tick);
  EXPECT_EQ(fixture.recorder.ticks.size(), 2U);
}

using Armed = Fixture<Manual>;

TEST(ManualTimer, WaitsForItsHandler) {
  Armed fixture;
  EXPECT_FALSE(fixture.timer.handle().armed());
  fixture.look(loom::monotonic_nanoseconds() + 3'600 * loom::nanoseconds_per_second);
  EXPECT_TRUE(fixture.recorder.ticks.empty());
}

TEST(ManualTimer, TicksOnceAfterAPause) {
  Armed fixture;
  const loom::Timer timer = fixture.timer.handle();
  const std::uint64_t before = loom::monotonic_nanoseconds();
  EXPECT_TRUE(timer.arm_after(period));
  EXPECT_TRUE(timer.armed());
  EXPECT_GE(fixture.due() + tick, before + period);
  fixture.look(fixture.due() + tick);
  fixture.look(fixture.due() + 10 * period);
  ASSERT_EQ(fixture.recorder.ticks.size(), 1U);
  EXPECT_TRUE(fixture.recorder.ticks[0].timer == timer);
  EXPECT_FALSE(timer.armed());
}

TEST(ManualTimer, TicksAtATimeAndAtOnceWhenThatIsPast) {
  Armed fixture;
  const loom::Timer timer = fixture.timer.handle();
  const std::uint64_t time = loom::monotonic_nanoseconds() + 7 * period;
  timer.arm_at(time);
  fixture.look(time - 1);
  EXPECT_TRUE(fixture.recorder.ticks.empty());
  fixture.look(time + tick);
  ASSERT_EQ(fixture.recorder.ticks.size(), 1U);
  EXPECT_EQ(fixture.recorder.ticks[0].due_nanoseconds, time);
  timer.arm_at(1);
  fixture.look(time + tick);
  EXPECT_EQ(fixture.recorder.ticks.size(), 2U);
}

TEST(ManualTimer, CenturiesAreNotWrappedAround) {
  Armed fixture;
  fixture.timer.handle().arm_after(UINT64_MAX);
  EXPECT_EQ(fixture.due(), loom::no_deadline - 1);
}

TEST(ManualTimer, GoesOnInPhaseUntilCancelled) {
  Armed fixture;
  const loom::Timer timer = fixture.timer.handle();
  timer.every(period);
  const std::uint64_t first = fixture.due();
  fixture.look(first + tick);
  fixture.look(first + 5 * period + tick);
  EXPECT_EQ(fixture.due(), first + 6 * period);
  EXPECT_EQ(fixture.stat(loom::Stat::ticks), 6U);
  EXPECT_TRUE(timer.cancel());
  EXPECT_FALSE(timer.cancel());
  fixture.look(first + 20 * period);
  EXPECT_EQ(fixture.recorder.ticks.size(), 2U);
}

TEST(ManualTimer, MayBeArmedAndCancelledInItsHook) {
  Armed fixture;
  fixture.recorder.then = [&](loom::Tick given) {
    const std::size_t count = fixture.recorder.ticks.size();
    if (count == 1) given.timer.arm_at(given.due_nanoseconds + period);
    if (count == 2) given.timer.every(period);
    if (count == 3) given.timer.cancel();
  };
  fixture.timer.handle().arm_after(period);
  for (int n = 0; n < 10 && fixture.timer.handle().armed(); ++n) fixture.look(fixture.due() + tick);
  EXPECT_EQ(fixture.recorder.ticks.size(), 3U);
}

TEST(ManualTimer, AHandlerOfAnotherReactorIsToldSo) {
  const loom::Timer nowhere;
  EXPECT_FALSE(nowhere.arm_after(1));
  EXPECT_FALSE(nowhere.arm_at_wall_clock(1));
  EXPECT_FALSE(nowhere.cancel());
  EXPECT_FALSE(nowhere.armed());
}

TEST(WallClockTimer, LooksAtTheWallClockAtLeastEachSecond) {
  Armed fixture;
  const std::uint64_t before = loom::monotonic_nanoseconds();
  const std::uint64_t target = loom::unix_nanoseconds() + 1'000 * loom::nanoseconds_per_second;
  fixture.timer.handle().arm_at_wall_clock(target);
  EXPECT_LE(fixture.due(), loom::monotonic_nanoseconds() + loom::wall_clock_check_nanoseconds);
  EXPECT_GE(fixture.due() + tick, before);
  fixture.look(fixture.due() + tick);
  EXPECT_TRUE(fixture.recorder.ticks.empty()) << "it only looked";
  EXPECT_TRUE(fixture.timer.handle().armed()) << "and will again";
  // As if the wall clock had been set 1,000 seconds ahead.
  fixture.timer.record.wall_clock_nanoseconds = loom::unix_nanoseconds();
  fixture.look(fixture.due() + tick);
  EXPECT_EQ(fixture.recorder.ticks.size(), 1U);
  EXPECT_FALSE(fixture.timer.handle().armed());
}

TEST(WallClockTimer, IsDueAtOnceWhenTheTimeIsPast) {
  Armed fixture;
  fixture.timer.handle().arm_at_wall_clock(1);
  fixture.look(fixture.due() + tick);
  EXPECT_EQ(fixture.recorder.ticks.size(), 1U);
}

TEST(WallClockTimer, ArmedOtherwiseItForgetsTheWallClock) {
  Armed fixture;
  const loom::Timer timer = fixture.timer.handle();
  timer.arm_at_wall_clock(loom::unix_nanoseconds() + 1'000 * loom::nanoseconds_per_second);
  timer.arm_after(period);
  fixture.look(fixture.due() + tick);
  EXPECT_EQ(fixture.recorder.ticks.size(), 1U);
}

}  // namespace

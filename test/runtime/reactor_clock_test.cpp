// The clock of a reactor: on the processor of this machine against the kernel's clock, and over a
// scripted counter that drifts, sleeps and is set back.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "loom/reactor_clock.hpp"

namespace {

using loom::ClockChoice;
using loom::monotonic_nanoseconds;

/// Whether the counter of this machine may be used; without it only the scripted tests run.
bool trusted() {
  char reason[120];
  return !loom::cycle_counter_refused(reason);
}

/// Time in which a thread that lost its core between two reads gets it back.
constexpr std::uint64_t tolerance = 20'000;

TEST(ReactorClock, IsCalibratedToLessThanAThousandth) {
  if (!trusted()) GTEST_SKIP() << "the kernel does not trust this machine's counter";
  const std::uint64_t rate = loom::calibrate_cycle_counter();
  const loom::ClockSample first = loom::sample_clocks();
  loom::ClockSample last = first;
  while (last.nanoseconds - first.nanoseconds < 50'000'000) last = loom::sample_clocks();
  const std::uint64_t truth =
      ((last.nanoseconds - first.nanoseconds) << 32U) / (last.cycles - first.cycles);
  const std::uint64_t error = std::max(rate, truth) - std::min(rate, truth);
  EXPECT_LT(error, truth / 1000);
  RecordProperty("error_per_million", std::to_string(error * 1'000'000 / truth));
}

TEST(ReactorClock, AgreesWithTheKernelAndNeverGoesBack) {
  for (const ClockChoice choice : {ClockChoice::automatic, ClockChoice::monotonic}) {
    loom::ReactorClock clock;
    ASSERT_FALSE(clock.open(choice, "main"));
    EXPECT_EQ(clock.reads_counter(), choice == ClockChoice::automatic && trusted());
    const std::uint64_t end = monotonic_nanoseconds() + 300'000'000;
    std::uint64_t previous = 0;
    std::uint64_t worst = 0;
    for (std::uint64_t before = 0; before < end;) {
      before = monotonic_nanoseconds();
      const std::uint64_t now = clock.now_nanoseconds();
      const std::uint64_t after = monotonic_nanoseconds();
      ASSERT_GE(now, previous);
      previous = now;
      worst = std::max({worst, before - std::min(before, now), now - std::min(after, now)});
    }
    EXPECT_LT(worst, tolerance);
    RecordProperty("worst_nanoseconds", std::to_string(worst));
  }
}

/// A file that says what the kernel's clock is.
class ClockSourceFile {
 public:
  explicit ClockSourceFile(const std::string& text) {
    const int fd = ::mkstemp(path_.data());
    if (fd >= 0) ::close(fd);
    std::ofstream(path_) << text;
  }
  ClockSourceFile(const ClockSourceFile&) = delete;
  ClockSourceFile& operator=(const ClockSourceFile&) = delete;
  ~ClockSourceFile() { ::unlink(path_.c_str()); }
  [[nodiscard]] const char* path() const { return path_.c_str(); }

 private:
  std::string path_ = testing::TempDir() + "loom_clocksource_XXXXXX";
};

TEST(ReactorClock, ReadsTheKernelsClockWhereTheCounterIsNotTrusted) {
#if defined(__x86_64__)
  const ClockSourceFile file("kvm-clock\n");
  loom::ReactorClock clock;
  ASSERT_FALSE(clock.open(ClockChoice::automatic, "main", file.path()));
  EXPECT_FALSE(clock.reads_counter());
  const std::uint64_t before = monotonic_nanoseconds();
  EXPECT_GE(clock.now_nanoseconds(), before);

  const loom::StartError error = clock.open(ClockChoice::tsc, "md", file.path());
  EXPECT_STREQ(error.code, loom::start_code::clock_unusable);
  EXPECT_NE(std::string(error.message).find("reactors.md"), std::string::npos);
  if (loom::cycle_counter_is_invariant()) {
    EXPECT_NE(std::string(error.message).find("'kvm-clock', not 'tsc'"), std::string::npos);
    const loom::StartError nothing = clock.open(ClockChoice::tsc, "md", "/nonexistent");
    EXPECT_NE(std::string(nothing.message).find("does not say"), std::string::npos);
  }
#endif
}

/// A processor of 2 GHz whose counter and kernel do what a test says.
struct Scripted {
  static inline std::uint64_t counter = 0;
  static inline std::uint64_t kernel = 0;
  static inline std::uint64_t width = 40;
  static std::uint64_t cycles() noexcept { return counter; }
  static loom::ClockSample sample() noexcept { return {counter, kernel, width}; }
  static std::uint64_t rate() noexcept { return UINT64_C(1) << 31U; }

  /// Lets `nanoseconds` pass while the counter runs `faster_per_million` too fast.
  static void pass(std::uint64_t nanoseconds, std::int64_t faster_per_million = 0) {
    kernel += nanoseconds;
    const auto cycles = static_cast<std::int64_t>(2 * nanoseconds);
    counter += static_cast<std::uint64_t>(cycles + cycles * faster_per_million / 1'000'000);
  }
};

struct ScriptedClock : testing::Test {
  void SetUp() override {
    if (!trusted()) GTEST_SKIP() << "open() asks the kernel first";
    Scripted::counter = 1'000'000;
    Scripted::kernel = 5'000'000'000;
    Scripted::width = 40;
    ASSERT_FALSE(clock.open(ClockChoice::automatic, "main"));
  }
  /// How far the clock is from the kernel's, ahead or behind.
  std::uint64_t error() {
    const std::uint64_t now = clock.now_nanoseconds();
    EXPECT_GE(now, previous) << "never back";
    previous = now;
    return std::max(now, Scripted::kernel) - std::min(now, Scripted::kernel);
  }
  loom::ReactorClockOver<Scripted> clock;
  std::uint64_t previous = 0;
};

TEST_F(ScriptedClock, FollowsADriftAfterOneLook) {
  Scripted::pass(49'000'000, 400);
  EXPECT_LE(error(), 20'000U) << "400 millionths of 49 ms";
  Scripted::pass(2'000'000, 400);
  EXPECT_LE(error(), 20'000U) << "it looked, and goes on from there without going back";
  for (int n = 0; n < 1000; ++n) {
    Scripted::pass(7'000'000, 400);
    if (n > 100)
      EXPECT_LE(error(), 50U);
    else
      static_cast<void>(error());
  }
}

TEST_F(ScriptedClock, AMachineThatSleptDoesNotSpoilTheRate) {
  Scripted::counter += 3'600'000'000'000;
  EXPECT_EQ(error(), 0U);
  Scripted::pass(49'000'000);
  EXPECT_LE(error(), 1U);
}

TEST_F(ScriptedClock, ACounterThatIsSetBackIsNoticed) {
  Scripted::pass(10'000'000);
  EXPECT_LE(error(), 1U);
  Scripted::counter = 17;
  Scripted::kernel += 1'000;
  EXPECT_LE(error(), 1U);
  Scripted::pass(49'000'000);
  EXPECT_LE(error(), 1U);
}

TEST_F(ScriptedClock, ABlurredSampleDoesNotSpoilTheRate) {
  Scripted::width = 400'000;
  Scripted::pass(60'000'000, 900);
  static_cast<void>(error());
  Scripted::width = 40;
  Scripted::pass(49'000'000);
  EXPECT_LE(error(), 100U);
}

}  // namespace

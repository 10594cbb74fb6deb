// Rings of a doorbell that is a kqueue, as another kqueue hears them: none hides the next one, and
// a filter goes with the descriptor that it is of. And times that a kernel would refuse.
#define LOOM_TEST_KQUEUE
#include <gtest/gtest.h>
#include <sys/event.h>
#include <unistd.h>

#include <cstdint>
#include <limits>

#include "backend_fixture.hpp"
#include "loom/doorbell.hpp"

namespace {

using loom::Stat;

class KqueueBell : public loom_test::Backend<loom_test::OnKqueue<loom_test::Plain>> {};

TEST_F(KqueueBell, EveryRingEndsAWait) {
  for (std::uint64_t n = 1; n <= 3; ++n) {
    bench().inbox.doorbell().ring();
    bench().run_until([&] { return bench().loose.stat(Stat::wakeups) >= n; });
    EXPECT_EQ(bench().loose.stat(Stat::wakeups), n);
  }
}

TEST(KqueueDoorbell, IsDeafWithoutTheDescriptorThatIsWatched) {
  loom::Doorbell bell;
  ASSERT_TRUE(bell.open());
  ::close(bell.wake_fd());
  bell.look();
  EXPECT_EQ(bell.state(), loom::DoorbellState::deaf);
}

TEST(KqueueDoorbell, DoesWithoutItsSpare) {
  loom::Doorbell bell;
  ASSERT_TRUE(bell.open());
  ::close(bell.spare_fd());
  bell.look();
  EXPECT_EQ(bell.state(), loom::DoorbellState::duplicate);
}

TEST(KqueueTimeout, ForEverIsThirtyYears) {
  constexpr std::int64_t years = 1'000'000'000'000'000'000;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(loom::timeout_nanoseconds({most, 999'999'999}, 0), years);
  EXPECT_EQ(loom::timeout_nanoseconds({most, 0}, loom::system::timeout_flag::absolute), years);
  EXPECT_EQ(loom::timeout_nanoseconds({2, 5}, 0), 2'000'000'005);
  EXPECT_EQ(loom::timeout_nanoseconds({0, 0}, loom::system::timeout_flag::absolute), 1);
}

}  // namespace

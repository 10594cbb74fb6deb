// What an event loop of somebody else waits for in the place of a reactor, made of a kqueue: it is
// readable when the reactor's descriptor is, and from a time on until that is taken back.
#define LOOM_EMULATES_KQUEUE
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <cstdint>

#include "loom/node/host_wait.hpp"
#include "support.hpp"

namespace {

using loom_test::Descriptor;

/// What poll(2) says of a descriptor within `milliseconds`.
bool is_readable(int fd, int milliseconds = 0) {
  pollfd entry{fd, POLLIN, 0};
  return ::poll(&entry, 1, milliseconds) == 1;
}

constexpr int generous_milliseconds = 10'000;
constexpr std::uint64_t hour_nanoseconds = 3'600'000'000'000;

class HostWait : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(wait_.open(reactor_.get())); }

  Descriptor reactor_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  loom::node::HostWait wait_;
};

TEST_F(HostWait, TellsOfTheReactorAsLongAsItHasSomething) {
  EXPECT_FALSE(is_readable(wait_.fd()));
  ASSERT_EQ(::eventfd_write(reactor_.get(), 1), 0);
  EXPECT_TRUE(is_readable(wait_.fd(), generous_milliseconds));
  EXPECT_TRUE(is_readable(wait_.fd()));
  eventfd_t value = 0;
  ASSERT_EQ(::eventfd_read(reactor_.get(), &value), 0);
  EXPECT_FALSE(is_readable(wait_.fd()));
}

TEST_F(HostWait, TellsOfATimeUntilItIsTakenBack) {
  wait_.arm(hour_nanoseconds);
  EXPECT_FALSE(is_readable(wait_.fd()));
  wait_.arm(0);
  EXPECT_TRUE(is_readable(wait_.fd(), generous_milliseconds));
  EXPECT_TRUE(is_readable(wait_.fd()));
  wait_.disarm();
  EXPECT_FALSE(is_readable(wait_.fd()));
  wait_.arm(1);
  EXPECT_TRUE(is_readable(wait_.fd(), generous_milliseconds));
}

TEST_F(HostWait, IsRefusedWhatCannotBeWatched) {
  loom::node::HostWait other;
  EXPECT_FALSE(other.open(-1));
}

}  // namespace

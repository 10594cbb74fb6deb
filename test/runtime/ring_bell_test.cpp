// A ring's bell: rings for what comes while its thread waits elsewhere, and for nothing else.

#include <loom/backend/ring_bell.hpp>

#include <gtest/gtest.h>
#include <poll.h>

namespace {

/// Longer than any machine takes; the bell itself needs microseconds.
constexpr int patience_milliseconds = 60'000;

bool is_readable(int fd, int milliseconds) {
  pollfd entry{fd, POLLIN, 0};
  return poll(&entry, 1, milliseconds) == 1;
}

/// A ring of the runtime's kind, and a pipe whose reading end it polls again and again.
class RingBellTest : public testing::Test {
 protected:
  void SetUp() override {
    constexpr unsigned flags =
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
    if (io_uring_queue_init(8, &ring_, flags) != 0) GTEST_SKIP() << "no io_uring here";
    open_ = true;
    ASSERT_EQ(pipe(pipe_), 0);
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    io_uring_prep_poll_multishot(sqe, pipe_[0], POLLIN);
    ASSERT_EQ(io_uring_submit(&ring_), 1);
  }

  void TearDown() override {
    if (!open_) return;
    io_uring_queue_exit(&ring_);
    bell_.close();
    close(pipe_[0]);
    close(pipe_[1]);
  }

  void write_byte() const { ASSERT_EQ(write(pipe_[1], "x", 1), 1); }

  /// What a turn does. @returns completions
  unsigned look() {
    io_uring_get_events(&ring_);
    const unsigned count = io_uring_cq_ready(&ring_);
    io_uring_cq_advance(&ring_, count);
    return count;
  }

  io_uring ring_{};
  bool open_ = false;
  int pipe_[2] = {-1, -1};
  loom::RingBell bell_;
};

TEST_F(RingBellTest, TellsEachTimeThatSomethingCame) {
  const int fd = bell_.open(ring_);
  ASSERT_GE(fd, 0);
  bell_.hush(ring_);
  for (int n = 0; n < 3; ++n) {
    bell_.listen(ring_);
    ASSERT_EQ(look(), 0U);
    EXPECT_FALSE(is_readable(fd, 0));
    write_byte();
    EXPECT_TRUE(is_readable(fd, patience_milliseconds)) << "after " << n;
    bell_.hush(ring_);
    EXPECT_FALSE(is_readable(fd, 0)) << "it would be told again";
    EXPECT_EQ(look(), 1U);
  }
}

TEST_F(RingBellTest, IsQuietDuringATurn) {
  const int fd = bell_.open(ring_);
  bell_.hush(ring_);
  write_byte();
  EXPECT_EQ(look(), 1U);
  EXPECT_FALSE(is_readable(fd, 0));
}

TEST_F(RingBellTest, IsRungWhenItIsOpenedForNobodyListenedBefore) {
  write_byte();
  const int fd = bell_.open(ring_);
  EXPECT_TRUE(is_readable(fd, 0));
  bell_.hush(ring_);
  EXPECT_FALSE(is_readable(fd, 0));
  EXPECT_EQ(look(), 1U);
}

TEST_F(RingBellTest, WhatCameBeforeItListensIsFoundByTheLastLook) {
  ASSERT_GE(bell_.open(ring_), 0);
  write_byte();
  bell_.listen(ring_);
  EXPECT_EQ(look(), 1U);
}

TEST_F(RingBellTest, OpensOnce) { EXPECT_EQ(bell_.open(ring_), bell_.open(ring_)); }

}  // namespace

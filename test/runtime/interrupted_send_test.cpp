// A send that a signal interrupts on epoll: nothing says later that there is room, because there
// was room all the time, so it is repeated.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "backend_fixture.hpp"

namespace {

/// How many more times write(2) to `interrupted_fd` says that it was interrupted.
int interruptions_left = 0;
int interrupted_fd = -1;

}  // namespace

/// In place of the C library's, for this executable.
extern "C" ssize_t write(int fd, const void* bytes, size_t count) {
  if (fd == interrupted_fd && interruptions_left > 0) {
    interruptions_left -= 1;
    errno = EINTR;
    return -1;
  }
  return ::syscall(SYS_write, fd, bytes, count);
}

namespace {

using loom_test::Operation;
using loom_test::OperationKind;

using Epoll = loom_test::OnEpoll<loom_test::Plain>;
using InterruptedSends = loom_test::Backend<Epoll>;

/// Sends to a pipe, interrupted `times` times; the pipe is never full.
void expect_a_send_after(Epoll::Bench& bench, int times) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const loom_test::Descriptor reader(ends[0]);
  interrupted_fd = ends[1];
  const std::int32_t handle = bench.backend.adopt(ends[1]);
  ASSERT_GE(handle, 0);
  // Its edge has been seen: whatever comes now comes without one.
  bench.turn();
  Operation send = bench.make(1, OperationKind::send, handle);
  send.transfer = loom::Transfer::file;
  send.pointer = "abcd";
  send.size = 4;
  interruptions_left = times;
  bench.submit(send);
  EXPECT_EQ(bench.final_result(1), 4);
  EXPECT_EQ(interruptions_left, 0);
  char bytes[8];
  EXPECT_EQ(::read(reader.get(), bytes, sizeof bytes), 4);
  interrupted_fd = -1;
}

TEST_F(InterruptedSends, AreRepeatedAtOnce) { expect_a_send_after(bench(), 1); }

TEST_F(InterruptedSends, AreRepeatedInLaterTurnsWhenSignalsKeepComing) {
  expect_a_send_after(bench(), 3 * loom::system::maximum_interruptions + 1);
}

}  // namespace

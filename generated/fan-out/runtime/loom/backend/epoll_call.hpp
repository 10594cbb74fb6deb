// epoll_pwait2(2) by its number: the function is glibc's of 2.35, and not musl's.
#pragma once

#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ctime>

namespace loom {

/// Waits with a limit in nanoseconds. @returns the number of events, or -1 with errno.
inline int wait_precisely(int epoll_fd, epoll_event* events, int maximum,
                          const timespec& timeout) noexcept {
  return static_cast<int>(
      ::syscall(SYS_epoll_pwait2, epoll_fd, events, maximum, &timeout, nullptr, 0));
}

}  // namespace loom

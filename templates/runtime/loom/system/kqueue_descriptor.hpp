// A new kqueue(2), for the platforms that have it: the backend's, a doorbell, what tells of
// signals, and what an event loop of somebody else waits for.
#pragma once

#include <fcntl.h>
#include <sys/event.h>

namespace loom::system {

/// A kqueue that does not survive exec(2), which forks never inherit; or -1 with errno.
inline int make_kqueue() noexcept {
  const int fd = ::kqueue();
  if (fd >= 0) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

}  // namespace loom::system

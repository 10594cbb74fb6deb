// Linux's calls about descriptors, waits and threads for systems that lack them; see platform.hpp.
#pragma once

#if !defined(__linux__)

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>

namespace loom::system::elsewhere {

/// Gives a new descriptor its flags; -1 stays -1.
inline int with_flags(int fd, bool non_blocking, bool close_on_exec) noexcept {
  if (fd < 0) return fd;
  if (non_blocking) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  if (close_on_exec) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return fd;
}

/// What a call that there is not gives.
inline int no_such_call() noexcept {
  errno = ENOSYS;
  return -1;
}

}  // namespace loom::system::elsewhere

/// epoll_event, epoll_ctl(2).
struct epoll_event {
  std::uint32_t events;
  union {
    void* ptr;
    int fd;
    std::uint32_t u32;
    std::uint64_t u64;
  } data;
};
inline int epoll_ctl(int, int, int, epoll_event*) noexcept {
  return loom::system::elsewhere::no_such_call();
}
inline int epoll_wait(int, epoll_event*, int, int) noexcept {
  return loom::system::elsewhere::no_such_call();
}

/// signalfd_siginfo, signalfd(2): what is read of it.
struct signalfd_siginfo {
  std::uint32_t ssi_signo;
  std::uint32_t ssi_pid;
  std::uint32_t ssi_uid;
  std::int32_t ssi_int;
};

#if defined(__APPLE__)

inline constexpr int EFD_CLOEXEC = 1;
inline constexpr int EFD_NONBLOCK = 2;
inline constexpr int EFD_SEMAPHORE = 4;
inline int eventfd(unsigned, int) noexcept { return loom::system::elsewhere::no_such_call(); }
inline int eventfd_write(int, std::uint64_t) noexcept {
  return loom::system::elsewhere::no_such_call();
}

inline constexpr clockid_t CLOCK_BOOTTIME = CLOCK_MONOTONIC;
inline constexpr int TIMER_ABSTIME = 1;
/// clock_nanosleep(2) for a time from now. @returns an errno.
inline int clock_nanosleep(clockid_t, int flags, const timespec* time, timespec* rest) noexcept {
  if (flags != 0) return ENOSYS;
  return ::nanosleep(time, rest) == 0 ? 0 : errno;
}

#else
#include <sys/eventfd.h>
#endif

#endif

// The descriptor that is watched while a request waits on a loop without a ring.
#pragma once

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "../system/attempt.hpp"

namespace loom {

/// Sets a timerfd to what a timeout asks for. @returns 0 or a negative errno.
inline std::int32_t set_timer(int timer_fd, const system::KernelTime& time,
                              std::uint32_t flags) noexcept {
  itimerspec when{};
  when.it_value.tv_sec = static_cast<std::time_t>(time.seconds);
  when.it_value.tv_nsec = static_cast<long>(time.nanoseconds);
  // Nothing at all would disarm it.
  if (when.it_value.tv_sec == 0 && when.it_value.tv_nsec == 0) when.it_value.tv_nsec = 1;
  const int mode = (flags & system::timeout_flag::absolute) != 0 ? TFD_TIMER_ABSTIME : 0;
  return system::result_of(::timerfd_settime(timer_fd, mode, &when, nullptr));
}

/// A timerfd for a timeout, or a negative errno.
inline int timer_of(const system::Request& request) noexcept {
  const int fd =
      ::timerfd_create(system::timeout_clock(request.call_flags), TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) return -errno;
  const auto* time = system::pointer_in<const system::KernelTime>(request.address);
  const std::int32_t result = set_timer(fd, *time, request.call_flags);
  if (result == 0) return fd;
  ::close(fd);
  return result;
}

/// A pidfd for the child that waitid asks for, or a negative errno. Only its end can be watched.
inline int child_of(const system::Request& request) noexcept {
  constexpr std::uint32_t others = WSTOPPED | WCONTINUED;
  if ((request.file_index & others) != 0) return -ENOSYS;
  if (request.length == P_PIDFD) return system::result_of(::fcntl(request.fd, F_DUPFD_CLOEXEC, 0));
  if (request.length != P_PID) return -ENOSYS;
  return system::result_of(::syscall(SYS_pidfd_open, request.fd, 0));
}

/// The descriptor to watch for `request`, the caller's to close, or a negative errno.
inline int watched_descriptor(const system::Request& request) noexcept {
  switch (request.opcode) {
    case system::Opcode::timeout: return timer_of(request);
    case system::Opcode::waitid: return child_of(request);
    default: return system::result_of(::fcntl(request.fd, F_DUPFD_CLOEXEC, 0));
  }
}

/// Edges, unless a poll that repeats wants to be told again while it is ready.
constexpr std::uint32_t watch_mode(const system::Request& request) noexcept {
  const bool level = request.opcode == system::Opcode::poll_add &&
                     (request.length & system::poll_flag::level) != 0;
  return level ? 0U : static_cast<std::uint32_t>(EPOLLET);
}

}  // namespace loom

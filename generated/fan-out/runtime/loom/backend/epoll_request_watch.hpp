// What is watched while a request waits on the epoll backend: a duplicate of its descriptor, so
// that several may wait for one and that closing it changes nothing, as on io_uring, which holds
// the file; a timerfd for a timeout, whose clocks and absolute times the reactor's wheel has not; a
// pidfd for a child.
//
// It is an epoll instance of its own inside the backend's. Its events carry the record's address,
// which never grows stale: a record leaves the instance before it completes, and events are turned
// into a queue of records as soon as they are taken.
#pragma once

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "../request_operation.hpp"
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

/// Watches for the requests of one reactor; see request_waits.hpp for what it is asked.
class EpollRequestWatch {
 public:
  /// Events taken by one look.
  static constexpr int maximum_events = 64;

  /// Makes the epoll instance. @returns its descriptor, readable when look() has something to find,
  /// or a negative errno.
  int open() noexcept {
    epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    return epoll_fd_ < 0 ? -errno : epoll_fd_;
  }

  /// Watches for `operation`. @returns system::not_yet, or its result when there is nothing to wait
  /// for.
  std::int32_t begin(RequestOperation& operation) noexcept {
    const system::Request& request = operation.request;
    RequestWait& wait = operation.wait;
    wait.fd = watched_descriptor(request);
    if (wait.fd < 0) return wait.fd;
    epoll_event event = event_of(operation);
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wait.fd, &event) != 0) return fail(wait, request);
    return system::not_yet;
  }

  /// The request is for other events now: looks for them.
  void change(RequestOperation& operation) noexcept {
    epoll_event event = event_of(operation);
    epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, operation.wait.fd, &event);
  }

  /// Gives a timeout that waits another time. @returns 0 or a negative errno.
  std::int32_t set_time(RequestOperation& operation, const system::KernelTime& time,
                        std::uint32_t flags) noexcept {
    return set_timer(operation.wait.fd, time, flags);
  }

  /// Ends what begin() began.
  void end(RequestOperation& operation) noexcept {
    // Its own duplicate: with its last reference it would leave the instance by itself, but the
    // file is open elsewhere too.
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, operation.wait.fd, nullptr);
    ::close(operation.wait.fd);
    operation.wait.fd = -1;
  }

  /// Calls `found(operation)` for what is ready.
  template <class Found>
  void look(Found&& found) noexcept {
    epoll_event events[maximum_events];
    const int count = epoll_wait(epoll_fd_, events, maximum_events, 0);
    for (int n = 0; n < count; ++n) found(*static_cast<RequestOperation*>(events[n].data.ptr));
  }

  /// Closes the instance.
  void close() noexcept {
    if (epoll_fd_ >= 0) ::close(epoll_fd_);
    epoll_fd_ = -1;
  }

 private:
  static epoll_event event_of(RequestOperation& operation) noexcept {
    epoll_event event{};
    event.events = system::events_of(operation.request) | watch_mode(operation.request);
    event.data.ptr = &operation;
    return event;
  }

  /// A descriptor that cannot be watched is always ready: poll(2) says so of a file.
  static std::int32_t fail(RequestWait& wait, const system::Request& request) noexcept {
    const int error = errno;
    ::close(wait.fd);
    wait.fd = -1;
    if (error == EPERM && request.opcode == system::Opcode::poll_add) {
      return system::poll_once(request.fd, request.call_flags, 0);
    }
    return -error;
  }

  int epoll_fd_ = -1;
};

}  // namespace loom

// One descriptor that is readable when another one is, or when a time has come: what an event loop
// of somebody else waits for in the place of a reactor. On Linux an epoll instance that holds the
// descriptor and a timerfd, elsewhere a kqueue with both, so that deadlines keep their nanoseconds.
#pragma once

#include <unistd.h>

#include <cstdint>

#include "../clock.hpp"

#if defined(__linux__) && !defined(LOOM_EMULATES_KQUEUE)
#include <sys/epoll.h>
#include <sys/timerfd.h>
#else
#include <sys/event.h>

#include "../system/kqueue_descriptor.hpp"
#endif

namespace loom::node {

#if defined(__linux__) && !defined(LOOM_EMULATES_KQUEUE)

/// On one thread alone.
class HostWait {
 public:
  HostWait() noexcept = default;
  HostWait(const HostWait&) = delete;
  HostWait& operator=(const HostWait&) = delete;
  ~HostWait() {
    if (epoll_fd_ >= 0) ::close(epoll_fd_);
    if (timer_fd_ >= 0) ::close(timer_fd_);
  }

  /// Waits for `poll_fd` from now on. @returns false when a descriptor is not to be had.
  bool open(int poll_fd) noexcept {
    epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    timer_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    return watch(poll_fd) && watch(timer_fd_);
  }

  [[nodiscard]] int fd() const noexcept { return epoll_fd_; }  ///< what is to be polled

  /// Readable in `nanoseconds` from now, and from then on until disarm(); at once for none.
  void arm(std::uint64_t nanoseconds) noexcept {
    itimerspec when{};
    // Zero would disarm it.
    when.it_value = to_timespec(nanoseconds == 0 ? 1 : nanoseconds);
    timerfd_settime(timer_fd_, 0, &when, nullptr);
  }

  /// No time is waited for any more.
  void disarm() noexcept {
    itimerspec never{};
    timerfd_settime(timer_fd_, 0, &never, nullptr);
  }

 private:
  [[nodiscard]] bool watch(int fd) const noexcept {
    epoll_event event{};
    event.events = EPOLLIN;
    return epoll_fd_ >= 0 && fd >= 0 && epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
  }

  int epoll_fd_ = -1;
  int timer_fd_ = -1;
};

#else

/// On one thread alone.
class HostWait {
 public:
  HostWait() noexcept = default;
  HostWait(const HostWait&) = delete;
  HostWait& operator=(const HostWait&) = delete;
  ~HostWait() {
    if (kqueue_fd_ >= 0) ::close(kqueue_fd_);
  }

  /// Waits for `poll_fd` from now on. @returns false when a descriptor is not to be had.
  bool open(int poll_fd) noexcept {
    kqueue_fd_ = system::make_kqueue();
    return kqueue_fd_ >= 0 && change(static_cast<std::uintptr_t>(poll_fd), EVFILT_READ, EV_ADD, 0);
  }

  [[nodiscard]] int fd() const noexcept { return kqueue_fd_; }  ///< what is to be polled

  /// Readable in `nanoseconds` from now, and from then on until disarm(); at once for none.
  void arm(std::uint64_t nanoseconds) noexcept {
    constexpr std::uint64_t longest = INT64_MAX;
    const std::uint64_t time = nanoseconds == 0 ? 1 : nanoseconds;
    // Nobody takes its events, so that it stays readable.
    change(timer_ident, EVFILT_TIMER, EV_ADD | EV_ONESHOT,
           static_cast<std::int64_t>(time < longest ? time : longest));
  }

  /// No time is waited for any more.
  void disarm() noexcept { change(timer_ident, EVFILT_TIMER, EV_DELETE, 0); }

 private:
  static constexpr std::uintptr_t timer_ident = 1;

  /// Makes one change; false when the kernel refuses.
  bool change(std::uintptr_t ident, int filter, unsigned flags, std::int64_t data) noexcept {
    struct kevent one {};
    one.ident = ident;
    one.filter = static_cast<decltype(one.filter)>(filter);
    one.flags = static_cast<decltype(one.flags)>(flags);
    one.fflags = filter == EVFILT_TIMER ? NOTE_NSECONDS : 0;
    one.data = data;
    return ::kevent(kqueue_fd_, &one, 1, nullptr, 0, nullptr) == 0;
  }

  int kqueue_fd_ = -1;
};

#endif

}  // namespace loom::node

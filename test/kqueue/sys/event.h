// <sys/event.h> for tests of the kqueue backend on Linux: kqueue(2) and kevent(2) over epoll, with
// what the backend uses of them and no more. kqueue.cpp has how. It is no port of kqueue, and what
// passes with it was never run on a BSD kernel.
#pragma once

#include <cstdint>
#include <ctime>

/// A change or an event, kevent(2).
struct kevent {
  std::uintptr_t ident;  ///< a descriptor, a process, a signal, or a number of the caller's
  std::int16_t filter;   ///< EVFILT_…
  std::uint16_t flags;   ///< EV_…
  std::uint32_t fflags;  ///< NOTE_…
  std::int64_t data;     ///< bytes that can be read, a time, an errno; by filter
  void* udata;           ///< the caller's, given back
};

inline constexpr int EVFILT_READ = -1;
inline constexpr int EVFILT_WRITE = -2;
inline constexpr int EVFILT_PROC = -5;
inline constexpr int EVFILT_SIGNAL = -6;
inline constexpr int EVFILT_TIMER = -7;
inline constexpr int EVFILT_USER = -10;

inline constexpr unsigned EV_ADD = 0x0001;
inline constexpr unsigned EV_DELETE = 0x0002;
inline constexpr unsigned EV_ONESHOT = 0x0010;
inline constexpr unsigned EV_CLEAR = 0x0020;
inline constexpr unsigned EV_RECEIPT = 0x0040;
inline constexpr unsigned EV_ERROR = 0x4000;
inline constexpr unsigned EV_EOF = 0x8000;

inline constexpr unsigned NOTE_TRIGGER = 0x01000000;
inline constexpr unsigned NOTE_EXIT = 0x80000000;
inline constexpr unsigned NOTE_NSECONDS = 0x00000004;

/// A new kqueue; it is closed by close(2). @returns -1 with errno where there is none.
int kqueue() noexcept;

/// Makes `change_count` changes; without an answer to any of them waits up to `timeout` for events.
/// @returns how many answers `events` has, or -1 with errno.
int kevent(int kqueue_fd, const struct kevent* changes, int change_count, struct kevent* events,
           int event_count, const timespec* timeout) noexcept;

namespace kqueue_on_epoll {

/// The next kevent(2) answers the change at `position` with `error` instead of making it; for
/// tests.
void fail_change(int position, int error) noexcept;

}  // namespace kqueue_on_epoll

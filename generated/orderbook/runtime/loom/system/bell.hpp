// A descriptor that one thread rings and another one waits for: an eventfd on Linux, elsewhere a
// kqueue with one user event, which poll(2) and another kqueue can wait for as well. On Windows it
// is a completion port, where a ring is a packet without an operation.
#pragma once

#include "platform.hpp"

#if defined(__linux__) && !defined(LOOM_EMULATES_KQUEUE)
#include <sys/eventfd.h>
#elif !defined(_WIN32)
#include <sys/event.h>

#include "kqueue_descriptor.hpp"
#endif

namespace loom::system {

#if defined(__linux__) && !defined(LOOM_EMULATES_KQUEUE)

/// Whether who watches a bell hears it while a duplicate of the descriptor that it watches is open.
inline constexpr bool watch_outlives_descriptor = true;

/// A new bell, silent; -1 with errno. Where it waits, silence_bell() blocks until it rings.
inline int make_bell(bool waits) noexcept {
  return ::eventfd(0, EFD_CLOEXEC | (waits ? 0 : EFD_NONBLOCK));
}

/// Rings; false with errno when that is not possible. Would block only with 2^64 - 2 rings.
inline bool ring_bell(int fd) noexcept {
  const std::uint64_t one = 1;
  return ::write(fd, &one, sizeof one) == sizeof one;
}

/// Answers all rings since the last answer.
inline void silence_bell(int fd) noexcept {
  std::uint64_t rings = 0;
  static_cast<void>(::read(fd, &rings, sizeof rings));
}

#elif defined(_WIN32)

inline constexpr bool watch_outlives_descriptor = true;  ///< the port waits for itself

/// A new bell, silent; -1 with errno. It never blocks.
inline int make_bell(bool /*waits*/) noexcept {
  return windows::object_descriptor(CreateIoCompletionPort(INVALID_HANDLE_VALUE, nullptr, 0, 1));
}

/// Rings; false with errno when that is not possible.
inline bool ring_bell(int fd) noexcept {
  if (PostQueuedCompletionStatus(windows::handle_of(fd), 0, windows::ring_key, nullptr) != 0)
    return true;
  windows::failed_call();
  return false;
}

/// Answers all rings since the last answer.
inline void silence_bell(int fd) noexcept {
  // Bound: whoever rings does so once until it was answered.
  while (windows::take_ring(windows::handle_of(fd), 0)) {
  }
}

#else

inline constexpr bool watch_outlives_descriptor = false;  ///< a filter goes with its descriptor

/// A new bell, silent; -1 with errno. It never blocks.
inline int make_bell(bool /*waits*/) noexcept {
  const int fd = make_kqueue();
  if (fd < 0) return fd;
  struct kevent change {};
  change.filter = EVFILT_USER;
  change.flags = EV_ADD | EV_CLEAR;
  if (::kevent(fd, &change, 1, nullptr, 0, nullptr) == 0) return fd;
  ::close(fd);
  return -1;
}

/// Rings; false with errno when that is not possible.
inline bool ring_bell(int fd) noexcept {
  struct kevent change {};
  change.filter = EVFILT_USER;
  change.fflags = NOTE_TRIGGER;
  return ::kevent(fd, &change, 1, nullptr, 0, nullptr) == 0;
}

/// Answers all rings since the last answer.
inline void silence_bell(int fd) noexcept {
  struct kevent event;
  constexpr timespec at_once{};
  static_cast<void>(::kevent(fd, nullptr, 0, &event, 1, &at_once));
}

#endif

}  // namespace loom::system

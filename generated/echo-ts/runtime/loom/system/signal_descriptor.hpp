// The descriptor by which a reactor hears of signals: a signalfd(2) on Linux, elsewhere a kqueue
// with one EVFILT_SIGNAL for each, which tells of what is sent to the process also while it is
// blocked or ignored, and of nothing but its number and how often.
#pragma once

#include <csignal>
#include <cstdint>

#include "../signal_threads.hpp"
#include "platform.hpp"

#if defined(__linux__)
#include <sys/signalfd.h>
#endif
#if (!defined(__linux__) && !defined(_WIN32)) || defined(LOOM_EMULATES_KQUEUE)
#include <sys/event.h>

#include "kqueue_descriptor.hpp"
#endif

namespace loom::system {

#if defined(__linux__) && !defined(LOOM_EMULATES_KQUEUE)

/// Whether what open_signals() makes is read as a signalfd.
inline constexpr bool has_signalfd = true;

/// A descriptor that tells of signal n for each bit n - 1, which every thread blocks; -1 with
/// errno.
inline int open_signals(std::uint64_t signals) noexcept {
  const sigset_t set = signal_set(signals);
  return ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

#elif defined(_WIN32)

inline constexpr bool has_signalfd = false;

/// No descriptor tells of signals. @returns -1 with ENOSYS
inline int open_signals(std::uint64_t) noexcept { return windows::no_such_call(); }

/// @returns -ENOSYS
inline std::int32_t take_signals(int, void*, std::uint32_t) noexcept { return -ENOSYS; }

#else

inline constexpr bool has_signalfd = false;

/// Lets a signal that nobody handles end nothing: a thread that does not block it would take it.
/// One about children stays as it is, for to ignore it also says that nobody waits for them.
inline void ignore_unhandled(int number) noexcept {
  struct sigaction action {};
  if (number == SIGCHLD || ::sigaction(number, nullptr, &action) != 0) return;
  if ((action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != SIG_DFL) return;
  action.sa_handler = SIG_IGN;
  ::sigaction(number, &action, nullptr);
}

/// A descriptor that tells of signal n for each bit n - 1; -1 with errno. What nobody handles is
/// ignored from now on.
inline int open_signals(std::uint64_t signals) noexcept {
  const int fd = make_kqueue();
  if (fd < 0) return fd;
  for (int number = 1; number <= 64; ++number) {
    const int native = native_signal(number);
    if ((signals >> static_cast<unsigned>(number - 1) & 1U) == 0 || native == 0) continue;
    ignore_unhandled(native);
    struct kevent change {};
    change.ident = static_cast<std::uintptr_t>(native);
    change.filter = EVFILT_SIGNAL;
    change.flags = EV_ADD | EV_CLEAR;
    if (::kevent(fd, &change, 1, nullptr, 0, nullptr) == 0) continue;
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

/// Takes what came since the last call, each signal once, as signalfd(2) would give it.
/// @returns bytes of the signalfd_siginfo at `memory`, or a negative errno; -EAGAIN: nothing came.
inline std::int32_t take_signals(int fd, void* memory, std::uint32_t bytes) noexcept {
  auto* records = static_cast<signalfd_siginfo*>(memory);
  constexpr int maximum = 8;
  struct kevent events[maximum];
  const int room = static_cast<int>(bytes / sizeof records[0]);
  constexpr timespec at_once{};
  const int count = ::kevent(fd, nullptr, 0, events, room < maximum ? room : maximum, &at_once);
  if (count < 0) return -errno;
  for (int n = 0; n < count; ++n) {
    records[n] = {};
    records[n].ssi_signo = static_cast<std::uint32_t>(events[n].ident);
  }
  return count == 0 ? -EAGAIN : count * static_cast<std::int32_t>(sizeof records[0]);
}

#endif

}  // namespace loom::system

// The numbers of signals: the emitted code has those of Linux on x86-64 and arm64, signal(7), and
// other systems count otherwise from SIGUSR1 on.
#pragma once

#include <csignal>

namespace loom::system {

#if defined(__linux__)

/// The system's number of a signal that has `number` in the emitted code.
constexpr int native_signal(int number) noexcept { return number; }

#elif defined(_WIN32)

/// The C library's number of a signal that has `number` in the emitted code; 0: it has none.
constexpr int native_signal(int number) noexcept { return number <= SIGTERM ? number : 0; }

#else

/// The system's number of a signal that has `number` in the emitted code; 0: it has none.
constexpr int native_signal(int number) noexcept {
  switch (number) {
    case 10: return SIGUSR1;
    case 12: return SIGUSR2;
    case 17: return SIGCHLD;
    case 18: return SIGCONT;
    case 20: return SIGTSTP;
    case 21: return SIGTTIN;
    case 22: return SIGTTOU;
    case 23: return SIGURG;
    case 24: return SIGXCPU;
    case 25: return SIGXFSZ;
    case 26: return SIGVTALRM;
    case 27: return SIGPROF;
    case 28: return SIGWINCH;
    case 29: return SIGIO;
    default: return number <= SIGTERM ? number : 0;
  }
}

#endif

}  // namespace loom::system

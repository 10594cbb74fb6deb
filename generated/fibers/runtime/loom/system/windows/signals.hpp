// Signals by their POSIX names, of which Windows has Ctrl-C and what a C library makes of it: a
// handler is set by signal(), threads have no masks and no stacks for handlers. Faults are not
// reported.
#pragma once

#if defined(_WIN32)

#include <sys/types.h>

#include <cerrno>
#include <cstddef>

#include "files.hpp"

inline constexpr int SIGBUS = 7;
inline constexpr int SIGTRAP = 5;
inline constexpr int SIGSYS = 31;
inline constexpr int SIG_BLOCK = 0;
inline constexpr int SIG_UNBLOCK = 1;
inline constexpr int SA_SIGINFO = 4;
inline constexpr int SA_ONSTACK = 8;
inline constexpr unsigned SA_RESETHAND = 0x80000000U;
inline constexpr int SS_DISABLE = 2;

using sigset_t = unsigned long long;

struct siginfo_t {
  int si_signo;
  int si_code;
  void* si_addr;
};
struct stack_t {
  void* ss_sp;
  int ss_flags;
  std::size_t ss_size;
};
struct ucontext_t {
  stack_t uc_stack;
};
struct sigaction {
  void (*sa_handler)(int);
  void (*sa_sigaction)(int, siginfo_t*, void*);
  sigset_t sa_mask;
  int sa_flags;
};

/// sigaction(2) for a plain handler of SIGINT or SIGTERM; others have none.
inline int sigaction(int number, const struct sigaction* action, struct sigaction* before) {
  if (before != nullptr) *before = {};
  if (action == nullptr || (action->sa_flags & SA_SIGINFO) != 0) return 0;
  if (number != SIGINT && number != SIGTERM) return errno = EINVAL, -1;
  return ::signal(number, action->sa_handler) == SIG_ERR ? -1 : 0;
}
inline int sigaltstack(const stack_t*, stack_t* before) noexcept {
  if (before != nullptr) *before = {nullptr, SS_DISABLE, 0};
  return 0;
}
inline int sigemptyset(sigset_t* set) noexcept { return *set = 0, 0; }
inline int sigfillset(sigset_t* set) noexcept { return *set = ~sigset_t{0}, 0; }
inline int sigaddset(sigset_t* set, int number) noexcept {
  return *set |= sigset_t{1} << static_cast<unsigned>(number - 1), 0;
}
inline int sigdelset(sigset_t* set, int number) noexcept {
  return *set &= ~(sigset_t{1} << static_cast<unsigned>(number - 1)), 0;
}

#undef pthread_sigmask
inline int pthread_sigmask(int, const sigset_t*, sigset_t*) noexcept { return 0; }

// What waitid(2) takes.
using id_t = int;
enum idtype_t { P_ALL, P_PID, P_PGID, P_PIDFD };

#endif

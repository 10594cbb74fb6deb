// Signals belong to the process's main thread, or to Node: every thread of the runtime begins by
// leaving them to it.
#pragma once

#include <pthread.h>

#include <csignal>
#include <initializer_list>

namespace loom {

/// Leaves the process's signals to its other threads. A thread's own faults stay its own: blocked,
/// they would end the process past every handler (a sanitizer's, Node's).
inline void block_signals() noexcept {
  sigset_t signals;
  sigfillset(&signals);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT}) {
    sigdelset(&signals, fault);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace loom

// A signalfd(2) that a reactor waits for: signals that are sent to the process arrive as events,
// in order and outside of any signal handler. Its signals are blocked in every thread of the
// program; see signal_threads.hpp for who else must, and system/signal_descriptor.hpp for what is
// in its place where Linux is not.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core.hpp"
#include "error.hpp"
#include "operation.hpp"
#include "source_shape.hpp"
#include "system/signal_descriptor.hpp"

namespace loom {

/// What a signal's hook receives, from signalfd_siginfo (signalfd(2)).
struct SignalInfo {
  int number = 0;          ///< SIGHUP and the like
  std::uint32_t pid = 0;   ///< who sent it; 0 is the kernel, and what kqueue says of everybody
  std::uint32_t uid = 0;   ///< the sender's real user
  std::int32_t value = 0;  ///< of sigqueue(3), else 0
};

/// The state of one signalfd.
template <class Fd>
struct SignalFamily {
  using Handler = typename Fd::Handler;
  static constexpr const SignalShape& shape = Fd::shape;
  static constexpr const char* hook = "on_signal";
  /// How it is read.
  static constexpr Transfer transfer = system::has_signalfd ? Transfer::record : Transfer::signals;
  /// Signals that one read takes.
  static constexpr std::uint32_t maximum_signals = 8;

  ReactorCore* core = nullptr;
  Handler* handler = nullptr;
  int descriptor = -1;       ///< until the backend has adopted it
  std::int32_t handle = -1;  ///< the backend's
  Operation read;
  Operation cancel;
  signalfd_siginfo records[maximum_signals];  ///< what the kernel writes

  /// Binds the fd to its handler; once.
  void attach(ReactorCore& reactor_core, Handler& fd_handler) noexcept {
    core = &reactor_core;
    handler = &fd_handler;
    read.pointer = records;
    read.size = sizeof records;
  }

  /// Makes the signalfd. @returns its descriptor in `descriptor`.
  StartError open() noexcept {
    descriptor = system::open_signals(shape.signals);
    if (descriptor >= 0) return {};
    return StartError::make(start_code::cannot_open, shape.name, errno,
                            "fds.%s: no signalfd: %s. Raise the limit of open files (ulimit -n).",
                            shape.name, std::strerror(errno));
  }

  /// The descriptor for the backend, which closes it.
  [[nodiscard]] int give_descriptor() noexcept { return std::exchange(descriptor, -1); }

  /// A read brought `bytes` bytes, whole records; the handler may throw.
  void deliver(std::uint32_t bytes) {
    LOOM_ASSERT(bytes % sizeof records[0] == 0, "a signalfd gives whole records");
    for (std::uint32_t n = 0; n < bytes / sizeof records[0]; ++n) {
      const signalfd_siginfo& record = records[n];
      handler->on_signal(SignalInfo{static_cast<int>(record.ssi_signo), record.ssi_pid,
                                    record.ssi_uid, record.ssi_int});
    }
  }
};

}  // namespace loom

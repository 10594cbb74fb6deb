// An eventfd(2) that a reactor waits for: other threads, other processes or other handlers add to
// its counter, and the handler is told how much there was. The reactor keeps a descriptor of its
// own, so that closing the number it was adopted from takes nothing away.
#pragma once

#include <fcntl.h>
#if defined(__linux__)
#include <sys/eventfd.h>
#endif
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "core.hpp"
#include "error.hpp"
#include "operation.hpp"
#include "result.hpp"
#include "source_shape.hpp"
#include "system/platform.hpp"

namespace loom {

/// What an eventfd's hook receives: the sum of what was added since the last event, at least 1;
/// exactly 1 for a semaphore.
struct EventCount {
  std::uint64_t count = 0;
};

/// The way to add to an eventfd; a copyable value that any thread may use while the program runs.
/// In handlers of its reactor it is a member with the name of the fd: `this->alarm.signal()`.
class EventOut {
 public:
  /// Adds to the counter; the handler's on_event follows on its own reactor. Never blocks; only an
  /// adopted one that was opened without EFD_NONBLOCK does, at 2^64 - 2.
  /// @returns full when the counter would pass 2^64 - 2, and closed before the start or when
  /// somebody closed the descriptor.
  Result<void> signal(std::uint64_t count = 1) const noexcept {
    if (descriptor_ < 0) return Failure::closed;
    if (eventfd_write(descriptor_, count) == 0) return {};
    if (errno == EAGAIN) return Failure::full;
    return Error{errno == EBADF ? Failure::closed : Failure::system, errno};
  }

  /// The descriptor, for fork(2) or another library; it stays the reactor's.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  /// For the runtime: binds it to a descriptor.
  void attach(int descriptor) noexcept { descriptor_ = descriptor; }

 private:
  int descriptor_ = -1;
};

/// Whether `fd` is an eventfd, by the name that its link in /proc has; true where there is no
/// /proc.
inline bool is_eventfd(int fd) noexcept {
  char path[32];
  char name[32] = {};
  std::snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  if (::readlink(path, name, sizeof name - 1) < 0) return true;
  return std::strcmp(name, "anon_inode:[eventfd]") == 0;
}

/// The state of one eventfd.
template <class Fd>
struct EventFamily {
  using Handler = typename Fd::Handler;
  static constexpr const EventShape& shape = Fd::shape;
  static constexpr const char* hook = "on_event";
  static constexpr Transfer transfer = Transfer::record;  ///< how it is read

  ReactorCore* core = nullptr;
  Handler* handler = nullptr;
  EventOut out;
  std::int32_t handle = -1;  ///< the backend's
  Operation read;
  Operation cancel;
  std::uint64_t value = 0;  ///< what the kernel writes

  EventFamily() noexcept = default;
  EventFamily(const EventFamily&) = delete;
  EventFamily& operator=(const EventFamily&) = delete;
  ~EventFamily() {
    if (out.descriptor() >= 0) ::close(out.descriptor());
  }

  /// Binds the fd to its handler; once.
  void attach(ReactorCore& reactor_core, Handler& fd_handler) noexcept {
    core = &reactor_core;
    handler = &fd_handler;
    read.pointer = &value;
    read.size = sizeof value;
  }

  /// Makes the eventfd or takes the one that is open already. @returns its descriptor in `out`.
  StartError open() noexcept {
    const auto failed = [](int error, const char* why) {
      return StartError::make(
          start_code::cannot_adopt, shape.name, error,
          "fds.%s: descriptor %d %s. Open an eventfd(2) there before the start, "
          "or leave `adopt` out to have one made.",
          shape.name, shape.adopt, why);
    };
    int fd = -1;
    if constexpr (shape.adopt < 0) {
      fd = eventfd(shape.initial,
                   EFD_CLOEXEC | EFD_NONBLOCK | (shape.semaphore ? EFD_SEMAPHORE : 0));
    } else {
      fd = fcntl(shape.adopt, F_DUPFD_CLOEXEC, 0);
      if (fd < 0 && errno == EBADF) return failed(EBADF, "is not open");
      if (fd >= 0 && !is_eventfd(fd)) {
        ::close(fd);
        return failed(0, "is no eventfd");
      }
    }
    if (fd < 0) {
      const char* fix = system::is_linux ? "Raise the limit of open files (ulimit -n)."
                                         : "Leave it out on this system, and post mail instead.";
      return StartError::make(start_code::cannot_open, shape.name, errno,
                              "fds.%s: no eventfd: %s. %s", shape.name, std::strerror(errno), fix);
    }
    out.attach(fd);
    return {};
  }

  /// A descriptor for the backend, which closes it; -1 with errno when there is none.
  [[nodiscard]] int give_descriptor() const noexcept {
    return fcntl(out.descriptor(), F_DUPFD_CLOEXEC, 0);
  }

  /// A read brought `bytes` bytes; the handler may throw.
  void deliver(std::uint32_t bytes) {
    LOOM_ASSERT(bytes == sizeof value, "an eventfd gives its counter whole");
    handler->on_event(EventCount{value});
  }
};

}  // namespace loom

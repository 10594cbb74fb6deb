// Tells a host's event loop that a ring has something. The ring's own descriptor does not: work
// that the kernel left for this thread makes it readable, but wakes nobody who waits for that
// (measured on Linux 6.18: an echo came when the next deadline did). An eventfd of the ring is
// written then; while the ring's thread is at work itself it stays quiet.
#pragma once

#include <liburing.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace loom {

/// The eventfd of one ring, io_uring_register_eventfd(3). On the ring's thread alone.
class RingBell {
 public:
  RingBell() = default;
  RingBell(const RingBell&) = delete;
  RingBell& operator=(const RingBell&) = delete;
  ~RingBell() { close(); }

  /// Opens it, once, and rung: nobody listened for what came before, so the host has to look once
  /// more. @returns the descriptor, to be polled for reading alone, or a negative errno
  int open(io_uring& ring) noexcept {
    if (fd_ >= 0) return fd_;
    const int fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) return -errno;
    const int result = io_uring_register_eventfd(&ring, fd);
    if (result != 0) {
      ::close(fd);
      return result;
    }
    fd_ = fd;
    listens_ = true;
    return fd_;
  }

  /// From here on it rings for whatever comes. What has come must be looked for after this call, by
  /// an enter that takes events.
  void listen(io_uring& ring) noexcept {
    if (fd_ < 0 || listens_) return;
    io_uring_cq_eventfd_toggle(&ring, true);
    listens_ = true;
  }

  /// Rings no more, and is not readable.
  void hush(io_uring& ring) noexcept {
    if (!std::exchange(listens_, false)) return;
    io_uring_cq_eventfd_toggle(&ring, false);
    std::uint64_t rung = 0;
    // Without anything to read somebody else asked for this turn.
    [[maybe_unused]] const ssize_t bytes = ::read(fd_, &rung, sizeof rung);
  }

  /// After the ring was destroyed.
  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
    listens_ = false;
  }

 private:
  int fd_ = -1;
  bool listens_ = false;
};

}  // namespace loom

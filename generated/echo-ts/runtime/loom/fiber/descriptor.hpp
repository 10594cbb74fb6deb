// A plain file descriptor that straight-line code opened and owns.
#pragma once

#include <unistd.h>

#include <utility>

namespace loom {

/// Closes its descriptor at the end of its life, close(2); moves, and is not copied.
class OwnedDescriptor {
 public:
  OwnedDescriptor() noexcept = default;
  /// Owns `fd` from now on.
  explicit OwnedDescriptor(int fd) noexcept : fd_(fd) {}
  OwnedDescriptor(OwnedDescriptor&& other) noexcept : fd_(other.release()) {}
  OwnedDescriptor& operator=(OwnedDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~OwnedDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  /// The descriptor; -1 when there is none.
  [[nodiscard]] int get() const noexcept { return fd_; }
  /// Gives it away.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace loom

// A descriptor that came over a unix socket (SCM_RIGHTS, unix(7)). It is an open descriptor of this
// process with close-on-exec; whoever does not take it has it closed.
#pragma once

#include <unistd.h>

#include <utility>

namespace loom {

/// Owns a descriptor; moves, never copies.
class ReceivedDescriptor {
 public:
  /// Owns nothing.
  ReceivedDescriptor() noexcept = default;
  /// Owns `descriptor`.
  explicit ReceivedDescriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  ReceivedDescriptor(ReceivedDescriptor&& other) noexcept : descriptor_(other.release()) {}
  ReceivedDescriptor& operator=(ReceivedDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~ReceivedDescriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  /// The number, still owned; -1 when there is none.
  [[nodiscard]] int get() const noexcept { return descriptor_; }
  /// Gives the descriptor away: from now on the caller closes it.
  [[nodiscard]] int release() noexcept { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_ = -1;
};

}  // namespace loom

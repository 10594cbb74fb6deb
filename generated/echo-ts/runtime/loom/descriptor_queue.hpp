// Descriptors that wait to be sent with their bytes (SCM_RIGHTS, unix(7)). Each knows how many
// bytes of the write queue go before it, so that a send never carries bytes across its place.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdint>

#include "assert.hpp"

namespace loom {

/// At most `capacity` descriptors in the order of their bytes; owns duplicates.
template <std::uint32_t capacity>
class DescriptorQueue {
 public:
  DescriptorQueue() noexcept = default;
  DescriptorQueue(const DescriptorQueue&) = delete;
  DescriptorQueue& operator=(const DescriptorQueue&) = delete;
  ~DescriptorQueue() { clear(); }

  [[nodiscard]] bool full() const noexcept { return count_ == capacity; }

  /// Appends a duplicate of `descriptor` that goes with the byte behind `bytes_before`. False with
  /// errno when it cannot be duplicated. Not when full.
  [[nodiscard]] bool push(int descriptor, std::uint32_t bytes_before) noexcept {
    LOOM_ASSERT(!full(), "a queue of descriptors has its declared bound");
    const int duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    if (duplicate < 0) return false;
    entries_[count_] = {duplicate, bytes_before};
    count_ += 1;
    return true;
  }

  /// The descriptor that the next byte carries; -1 when it carries none.
  [[nodiscard]] int due() const noexcept {
    return count_ != 0 && entries_[0].bytes_before == 0 ? entries_[0].descriptor : -1;
  }

  /// How many of the next `bytes` one send may carry: up to the next descriptor but the one due.
  [[nodiscard]] std::uint32_t run(std::uint32_t bytes) const noexcept {
    const std::uint32_t next = due() >= 0 ? 1 : 0;
    if (next >= count_) return bytes;
    return entries_[next].bytes_before < bytes ? entries_[next].bytes_before : bytes;
  }

  /// `bytes` of the queue were sent, at least one: what was due went with them.
  void sent(std::uint32_t bytes) noexcept {
    if (due() >= 0) {
      ::close(entries_[0].descriptor);
      for (std::uint32_t n = 1; n < count_; ++n) entries_[n - 1] = entries_[n];
      count_ -= 1;
    }
    for (std::uint32_t n = 0; n < count_; ++n) {
      LOOM_ASSERT(entries_[n].bytes_before >= bytes, "a send stops before the next descriptor");
      entries_[n].bytes_before -= bytes;
    }
  }

  /// Closes all of them.
  void clear() noexcept {
    for (std::uint32_t n = 0; n < count_; ++n) ::close(entries_[n].descriptor);
    count_ = 0;
  }

 private:
  struct Entry {
    int descriptor = -1;
    std::uint32_t bytes_before = 0;
  };
  Entry entries_[capacity];
  std::uint32_t count_ = 0;
};

}  // namespace loom

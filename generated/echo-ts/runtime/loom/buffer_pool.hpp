// The receive buffers of one fd. Few and large, so that the pool stays in the second-level cache
// (measured: eight of 64 KiB take bursts as fast as epoll does, a thousand of 4 KiB at half the
// rate). Each is followed by padding that SIMD parsers may read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "assert.hpp"
#include "bytes.hpp"

namespace loom {

/// Where a group of receive buffers lies; what a backend needs to know of it.
struct BufferGroup {
  std::byte* memory = nullptr;
  std::uint32_t bytes = 0;   ///< usable bytes of each
  std::uint32_t stride = 0;  ///< from one buffer to the next
  std::uint16_t count = 0;   ///< 2^n
};

/// `buffer_count` buffers of `buffer_bytes`, statically allocated, with FIFO links for those that
/// a paused connection holds.
template <std::uint32_t buffer_bytes, std::uint32_t buffer_count>
class BufferPool {
  static_assert((buffer_count & (buffer_count - 1)) == 0, "a buffer ring holds 2^n buffers");
  static_assert(buffer_count <= 32768, "a buffer ring holds at most 32768 buffers");

 public:
  static constexpr std::uint16_t no_buffer = 0xffff;
  static constexpr std::uint32_t stride =
      (buffer_bytes + static_cast<std::uint32_t>(Bytes::padding) + 63U) & ~63U;

  /// Address of buffer `id`.
  [[nodiscard]] std::byte* data(std::uint16_t id) noexcept {
    LOOM_ASSERT(id < buffer_count, "no such buffer");
    return memory_ + std::size_t{id} * stride;
  }

  /// The group as a backend registers it.
  [[nodiscard]] BufferGroup group() noexcept {
    return {memory_, buffer_bytes, stride, static_cast<std::uint16_t>(buffer_count)};
  }

  /// Link and unread part of a held buffer; see StreamSlot::held_first.
  struct Held {
    std::uint16_t next = no_buffer;
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
  };
  [[nodiscard]] Held& held(std::uint16_t id) noexcept {
    LOOM_ASSERT(id < buffer_count, "no such buffer");
    return held_[id];
  }

  /// Buffers that paused connections hold now; at most buffer_count.
  std::uint32_t held_count = 0;

 private:
  alignas(64) std::byte memory_[std::size_t{stride} * buffer_count];
  Held held_[buffer_count];
};

}  // namespace loom

// Receive buffers that the process itself gives out, the last returned first, and the recv(2) that
// fills one: how every receive works that the kernel does not start by itself.
#pragma once

#include <cerrno>
#include <cstdint>

#include "../buffer_pool.hpp"
#include "../operation.hpp"
#include "transfer_calls.hpp"

namespace loom {

/// The free buffers of one group; `capacity` is the largest group of the reactor.
template <std::uint32_t capacity>
class FreeBuffers {
 public:
  /// Takes a group, all of whose buffers are free.
  void fill(const BufferGroup& buffers) noexcept {
    LOOM_ASSERT(buffers.count <= capacity, "the reactor's shape knows its largest group");
    buffers_ = buffers;
    for (std::uint16_t id = 0; id < buffers.count; ++id) {
      free_[id] = static_cast<std::uint16_t>(buffers.count - 1 - id);
    }
    count_ = buffers.count;
  }

  /// Gives a buffer back.
  void give_back(std::uint16_t id) noexcept {
    LOOM_ASSERT(count_ < buffers_.count, "a buffer is released once");
    free_[count_] = id;
    count_ = static_cast<std::uint16_t>(count_ + 1);
  }

  /// Tries a receive on the non-blocking `fd` and fills in its completion: bytes in a buffer, the
  /// end, or an error, -ENOBUFS without a free buffer among them. False, with errno set, when there
  /// is nothing to complete: EAGAIN or EINTR.
  bool receive(int fd, const Operation& operation, Completion& completion) noexcept {
    if (count_ == 0) {
      completion.result = -ENOBUFS;
      return true;
    }
    const std::uint16_t id = last(0);
    const ssize_t size = receive_once(fd, operation, data(id), buffers_.bytes);
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    completion.result = size < 0 ? -errno : static_cast<std::int32_t>(size);
    if (size > 0) {
      take(1);
      completion.has_buffer = true;
      completion.buffer = id;
      // A msghdr is made anew for each receive.
      completion.more = operation.transfer != Transfer::messages;
    }
    return true;
  }

  /// The free buffer that was returned last, when `place` is 0, or so many before it.
  [[nodiscard]] std::uint16_t last(std::uint32_t place) const noexcept {
    LOOM_ASSERT(place < count_, "so many buffers are not free");
    return free_[count_ - 1U - place];
  }
  /// Takes the `count` free buffers that were returned last.
  void take(std::uint32_t count) noexcept {
    LOOM_ASSERT(count <= count_, "so many buffers are not free");
    count_ = static_cast<std::uint16_t>(count_ - count);
  }
  /// Where buffer `id` begins.
  [[nodiscard]] std::byte* data(std::uint16_t id) const noexcept {
    return buffers_.memory + std::size_t{id} * buffers_.stride;
  }
  /// How many are free.
  [[nodiscard]] std::uint32_t free_count() const noexcept { return count_; }
  /// Bytes of each buffer.
  [[nodiscard]] std::uint32_t bytes() const noexcept { return buffers_.bytes; }

 private:
  BufferGroup buffers_;
  std::uint16_t count_ = 0;
  std::uint16_t free_[capacity == 0 ? 1 : capacity];
};

}  // namespace loom

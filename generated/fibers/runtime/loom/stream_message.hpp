// What a connection whose sends are messages keeps for the kernel: a packet goes out by one
// sendmsg(2), because it may lie around the end of its queue. Connections that carry plain bytes
// have none of it.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>

#include "write_queue.hpp"

namespace loom {

/// Part of a StreamSlot; `packets` as in StreamShape.
template <bool packets>
class StreamMessage {};

template <>
class StreamMessage<true> {
 public:
  /// The next packet of `queue`, ready for sendmsg(2); valid until that completed.
  const msghdr* next_packet(WriteQueue& queue, std::byte* storage, std::uint32_t size) noexcept {
    out_.msg_iov = parts_;
    out_.msg_iovlen = queue.begin_packet(storage, size, parts_);
    return &out_;
  }

 private:
  msghdr out_{};
  iovec parts_[2] = {};
};

}  // namespace loom

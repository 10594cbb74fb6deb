// What a connection whose sends are messages keeps for the kernel. A packet goes out by one
// sendmsg(2), because it may lie around the end of its queue; descriptors go out and come in beside
// bytes, as SCM_RIGHTS (unix(7)). Connections that carry plain bytes have none of it.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "descriptor_queue.hpp"
#include "received_descriptor.hpp"
#include "write_queue.hpp"

namespace loom {

/// Part of a StreamSlot; `packets` and `descriptors` as in StreamShape. This one passes
/// descriptors.
template <bool packets, std::uint32_t descriptors>
class StreamMessage {
 public:
  StreamMessage() noexcept = default;
  StreamMessage(const StreamMessage&) = delete;
  StreamMessage& operator=(const StreamMessage&) = delete;
  ~StreamMessage() { clear(); }

  /// Descriptors that wait to be sent.
  DescriptorQueue<descriptors> outgoing;

  /// The next bytes of `queue` and the descriptor that goes with them, ready for sendmsg(2); valid
  /// until that completed.
  const msghdr* next(WriteQueue& queue, std::byte* storage, std::uint32_t size) noexcept {
    out_.msg_iov = parts_;
    if constexpr (packets) {
      out_.msg_iovlen = queue.begin_packet(storage, size, parts_);
    } else {
      const Bytes bytes = queue.begin_send(storage, size, outgoing.run(queue.queued()));
      parts_[0] = {const_cast<std::byte*>(bytes.data()), bytes.size()};
      out_.msg_iovlen = 1;
    }
    const int due = outgoing.due();
    out_.msg_control = due < 0 ? nullptr : out_control_;
    out_.msg_controllen = due < 0 ? 0 : sizeof out_control_;
    if (due >= 0) {
      cmsghdr* header = CMSG_FIRSTHDR(&out_);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof due);
      std::memcpy(CMSG_DATA(header), &due, sizeof due);
    }
    return &out_;
  }

  /// Where recvmsg(2) puts what comes beside at most `bytes` bytes; valid until it completed.
  const msghdr* incoming(std::uint32_t bytes) noexcept {
    room_ = {nullptr, bytes};
    in_ = msghdr{};
    in_.msg_iov = &room_;
    in_.msg_iovlen = 1;
    in_.msg_control = in_control_;
    in_.msg_controllen = sizeof in_control_;
    return &in_;
  }

  /// Takes the descriptors of a recvmsg(2) that completed. @returns false when some were lost: more
  /// came than are declared, or this process had no number left for them (MSG_CTRUNC).
  [[nodiscard]] bool take_incoming() noexcept {
    for (cmsghdr* header = CMSG_FIRSTHDR(&in_); header != nullptr;
         header = CMSG_NXTHDR(&in_, header)) {
      if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
      const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t n = 0; n < count; ++n) {
        int descriptor = -1;
        std::memcpy(&descriptor, CMSG_DATA(header) + n * sizeof descriptor, sizeof descriptor);
        keep(descriptor);
      }
    }
    in_.msg_controllen = 0;
    return (in_.msg_flags & MSG_CTRUNC) == 0;
  }

  /// Whether the last packet was longer than its buffer.
  [[nodiscard]] bool is_cut() const noexcept { return packets && (in_.msg_flags & MSG_TRUNC) != 0; }

  /// Descriptors that were received and not yet handed over.
  [[nodiscard]] std::uint32_t waiting() const noexcept { return waiting_count_; }

  /// The oldest of them, which there must be.
  [[nodiscard]] ReceivedDescriptor pop() noexcept {
    LOOM_ASSERT(waiting_count_ != 0, "a descriptor is handed over once");
    ReceivedDescriptor first(waiting_[0]);
    waiting_count_ -= 1;
    std::memmove(waiting_, waiting_ + 1, waiting_count_ * sizeof waiting_[0]);
    return first;
  }

  /// Closes those that nobody has taken.
  void drop_received() noexcept {
    while (waiting_count_ != 0) static_cast<void>(pop());
  }

  /// The connection is over: closes what was not sent and what nobody took.
  void clear() noexcept {
    outgoing.clear();
    drop_received();
  }

 private:
  void keep(int descriptor) noexcept {
    LOOM_ASSERT(waiting_count_ < descriptors, "the control buffer has the room that is declared");
    waiting_[waiting_count_] = descriptor;
    waiting_count_ += 1;
  }

  msghdr out_{};
  iovec parts_[2] = {};
  msghdr in_{};
  iovec room_{};
  int waiting_[descriptors] = {};
  std::uint32_t waiting_count_ = 0;
  alignas(cmsghdr) std::byte out_control_[CMSG_SPACE(sizeof(int))] = {};
  // Exactly what is declared: CMSG_SPACE would round up and let one more in.
  alignas(cmsghdr) std::byte in_control_[CMSG_LEN(descriptors * sizeof(int))] = {};
};

/// Packets without descriptors.
template <>
class StreamMessage<true, 0> {
 public:
  /// The next packet of `queue`, ready for sendmsg(2); valid until that completed.
  const msghdr* next(WriteQueue& queue, std::byte* storage, std::uint32_t size) noexcept {
    out_.msg_iov = parts_;
    out_.msg_iovlen = queue.begin_packet(storage, size, parts_);
    return &out_;
  }

 private:
  msghdr out_{};
  iovec parts_[2] = {};
};

/// Plain bytes.
template <>
class StreamMessage<false, 0> {};

}  // namespace loom

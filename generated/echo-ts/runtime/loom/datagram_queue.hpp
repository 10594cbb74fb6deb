// Datagrams that wait to be sent: a ring of slots of one size, each with a whole datagram and its
// peer. One batch at a time is with the kernel; a datagram leaves the ring when it was sent or when
// its send failed, never in part.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <cstring>

#include "assert.hpp"
#include "bytes.hpp"
#include "peer_address.hpp"
#include "system/platform.hpp"

namespace loom {

/// What a send operation's `pointer` refers to: the batch that is with the backend. It completes
/// once. The generation in the completion's tag is the position n of the datagram that its result
/// speaks of: those before n were sent, and so was n unless the result is a negative errno.
struct DatagramSend {
  mmsghdr* messages = nullptr;  ///< sendmmsg(2)
  std::uint32_t count = 0;      ///< how many, at least 1
  /// The socket becomes writable when there is room again. It does not where the room is that of an
  /// unconnected unix socket's peer: then a full one is the error EAGAIN.
  bool room_is_announced = false;
  /// The last attempt found no room: io_uring waits for it first.
  bool waits_for_room = false;
};

/// `slot_count` (2^n) datagrams of at most `slot_bytes`, sent in batches of at most `batch`.
template <std::uint32_t slot_bytes, std::uint32_t slot_count, std::uint32_t batch>
class DatagramQueue {
  static_assert(slot_count != 0 && (slot_count & (slot_count - 1)) == 0, "2^n datagrams");
  static_assert(batch != 0, "a batch has at least one datagram");

 public:
  /// Datagrams that wait or are with the kernel.
  [[nodiscard]] std::uint32_t queued() const noexcept { return tail_ - head_; }
  /// Whether nothing more fits.
  [[nodiscard]] bool full() const noexcept { return queued() == slot_count; }
  /// Whether a batch is with the kernel.
  [[nodiscard]] bool sending() const noexcept { return sending_ != 0; }

  /// Appends a copy; the caller has checked full() and the length. An empty peer means the one that
  /// the socket is connected to.
  void append(const PeerAddress& peer, Bytes bytes) noexcept {
    LOOM_ASSERT(!full() && bytes.size() <= slot_bytes, "a datagram that does not fit its queue");
    Slot& slot = slots_[tail_ & (slot_count - 1)];
    slot.peer = peer;
    slot.bytes = bytes.size();
    if (!bytes.empty()) std::memcpy(slot.payload, bytes.data(), bytes.size());
    tail_ += 1;
  }

  /// Makes the batch of the oldest datagrams; not while another is with the kernel.
  DatagramSend begin_send() noexcept {
    LOOM_ASSERT(sending_ == 0 && queued() != 0, "one batch at a time, of something");
    sending_ = queued() < batch ? queued() : batch;
    for (std::uint32_t n = 0; n < sending_; ++n) {
      Slot& slot = slots_[(head_ + n) & (slot_count - 1)];
      vectors_[n] = {slot.payload, slot.bytes};
      msghdr& message = messages_[n].msg_hdr;
      message = {};
      // The kernel only reads what a message to be sent points at.
      message.msg_name = const_cast<sockaddr*>(slot.peer.empty() ? nullptr : slot.peer.data());
      message.msg_namelen = slot.peer.size();
      message.msg_iov = &vectors_[n];
      message.msg_iovlen = 1;
    }
    return {messages_, sending_, false, false};
  }

  /// The batch is over: its first `sent` datagrams leave the queue, and `failed` (0 or 1) after
  /// them. @returns the bytes that were sent.
  std::uint64_t end_send(std::uint32_t sent, std::uint32_t failed) noexcept {
    LOOM_ASSERT(sent + failed <= sending_, "more was sent than was asked");
    std::uint64_t bytes = 0;
    for (std::uint32_t n = 0; n < sent; ++n) bytes += slots_[(head_ + n) & (slot_count - 1)].bytes;
    head_ += sent + failed;
    sending_ = 0;
    return bytes;
  }

 private:
  struct Slot {
    PeerAddress peer;
    std::uint32_t bytes = 0;
    std::byte payload[slot_bytes];
  };

  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t sending_ = 0;
  mmsghdr messages_[batch];
  iovec vectors_[batch];
  Slot slots_[slot_count];
};

}  // namespace loom

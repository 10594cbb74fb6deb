// What a connection has yet to send: a ring of bytes with a declared bound. A write goes in whole
// or not at all, one send at a time is in flight, and a short send goes on where it ended. When
// everything was sent the ring starts again at its beginning, so small messages keep using the
// same cache lines. Packets lie in it with their lengths before them.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "assert.hpp"
#include "bytes.hpp"

namespace loom {

/// A bounded byte queue over `size` (2^n) bytes of `storage`, which it does not own.
class WriteQueue {
 public:
  /// Bytes that wait or are in flight.
  [[nodiscard]] std::uint32_t queued() const noexcept { return tail_ - head_; }
  /// Whether a send is in flight.
  [[nodiscard]] bool sending() const noexcept { return sending_ != 0; }

  /// Appends a copy; the caller has checked that `size - queued()` is enough.
  void append(std::byte* storage, std::uint32_t size, Bytes bytes) noexcept {
    LOOM_ASSERT(bytes.size() <= size - queued(), "a write past the end of its queue");
    if (bytes.empty()) return;
    const std::uint32_t place = tail_ & (size - 1);
    const std::uint32_t first = bytes.size() < size - place ? bytes.size() : size - place;
    std::memcpy(storage + place, bytes.data(), first);
    if (first < bytes.size()) {
      std::memcpy(storage, bytes.data() + first, bytes.size() - first);
    }
    tail_ += bytes.size();
  }

  /// Takes the next contiguous run for one send, at most `limit` bytes. Not while another is in
  /// flight.
  Bytes begin_send(const std::byte* storage, std::uint32_t size,
                   std::uint32_t limit = UINT32_MAX) noexcept {
    LOOM_ASSERT(sending_ == 0, "one send at a time");
    const std::uint32_t place = head_ & (size - 1);
    const std::uint32_t until_end = size - place;
    sending_ = queued() < until_end ? queued() : until_end;
    if (sending_ > limit) sending_ = limit;
    return {storage + place, sending_};
  }

  /// Takes the next packet for one sendmsg(2): its length, which PacketFraming wrote, stands before
  /// it, and it may go on at the ring's beginning. @returns how many `parts` it has, 1 or 2.
  std::uint32_t begin_packet(std::byte* storage, std::uint32_t size, iovec (&parts)[2]) noexcept {
    LOOM_ASSERT(sending_ == 0, "one send at a time");
    std::uint32_t length = 0;
    constexpr std::uint32_t prefix = sizeof length;
    for (std::uint32_t n = 0; n < prefix; ++n) {
      reinterpret_cast<std::byte*>(&length)[n] = storage[(head_ + n) & (size - 1)];
    }
    LOOM_ASSERT(length != 0 && length <= queued() - prefix, "a packet lies whole in its queue");
    const std::uint32_t place = (head_ + prefix) & (size - 1);
    const std::uint32_t first = length < size - place ? length : size - place;
    parts[0] = {storage + place, first};
    parts[1] = {storage, length - first};
    sending_ = prefix + length;
    return first == length ? 1 : 2;
  }

  /// The send in flight took `sent` bytes (0 when it failed).
  void end_send(std::uint32_t sent) noexcept {
    LOOM_ASSERT(sent <= sending_, "more was sent than was asked");
    head_ += sent;
    sending_ = 0;
    if (head_ == tail_) head_ = tail_ = 0;
  }

  /// Forgets everything; not while a send is in flight.
  void clear() noexcept { head_ = tail_ = sending_ = 0; }

 private:
  std::uint32_t head_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t sending_ = 0;
};

}  // namespace loom

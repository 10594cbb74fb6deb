// The reading end of a reactor's inbox. What cannot be done yet is kept where it lies while what
// comes behind it is done, so that one connection without room does not hold up the others; what
// is done out of turn is marked in the ring, whose memory is the reader's until it is released.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "byte_ring.hpp"

namespace loom {

/// Reads records of a byte ring, in order and again. Only its own thread calls it.
class InboxReader {
 public:
  InboxReader() = default;

  /// `ring_bytes` is 2^n; `data` is aligned to 8 and that long.
  InboxReader(RingHeader& header, std::byte* data, std::uint32_t ring_bytes) noexcept
      : header_(&header),
        data_(data),
        ring_bytes_(ring_bytes),
        head_(header.head.load(std::memory_order_relaxed)),
        cursor_(head_),
        known_tail_(header.tail.load(std::memory_order_acquire)) {
    LOOM_ASSERT(valid_ring_bytes(ring_bytes), "a ring has 2^n bytes, within the limits");
  }

  /// Hands records to `act`, oldest first, until it did `maximum`; gives how many. One for which it
  /// gives false is kept; it is handed out again, ahead of whatever came behind it, by the next
  /// call that has something new or follows again(). Bound: the records that the ring holds.
  template <class Act>
  std::uint32_t take(std::uint32_t maximum, Act&& act) noexcept {
    if (!waits()) return 0;
    again_ = false;
    if (kept_ != 0) {
      cursor_ = first_kept_;
      kept_ = 0;
    }
    std::uint32_t count = 0;
    while (count < maximum && has_unread()) {
      const std::uint32_t position = skip_end(cursor_);
      std::byte* const place = data_ + (position & (ring_bytes_ - 1));
      RecordHeader header;
      std::memcpy(&header, place, sizeof header);
      cursor_ = position + record_bytes(header.bytes);
      LOOM_ASSERT(known_tail_ - cursor_ <= ring_bytes_, "a record is published whole");
      if (header.event == done_mark) continue;
      const bool done = act(Record{.fd = header.fd,
                                   .event = header.event,
                                   .slot = header.slot,
                                   .generation = header.generation,
                                   .bytes = {place + sizeof header, header.bytes}});
      if (!done) {
        keep(position);
        continue;
      }
      count += 1;
      if (kept_ == 0) continue;
      std::memcpy(place + offsetof(RecordHeader, event), &done_mark, sizeof done_mark);
    }
    release();
    return count;
  }

  /// What is kept may be possible now: the next take() begins with it.
  void again() noexcept { again_ = kept_ != 0; }

  /// Whether take() would hand out anything.
  [[nodiscard]] bool waits() noexcept { return again_ || has_unread(); }

 private:
  /// In place of an event: this record is done. No command has this number.
  static constexpr std::uint16_t done_mark = 0;

  /// Sequentially consistent where it looks at the shared counter, because this look may follow
  /// ControlBlock::announce_sleep.
  bool has_unread() noexcept {
    if (cursor_ != known_tail_) return true;
    known_tail_ = header_->tail.load(std::memory_order_seq_cst);
    return cursor_ != known_tail_;
  }

  /// Where the record at `position` is, which may be at the ring's beginning.
  [[nodiscard]] std::uint32_t skip_end(std::uint32_t position) const noexcept {
    const std::uint32_t offset = position & (ring_bytes_ - 1);
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, data_ + offset, sizeof bytes);
    return bytes == record_skip ? position + (ring_bytes_ - offset) : position;
  }

  void keep(std::uint32_t position) noexcept {
    if (kept_ == 0) first_kept_ = position;
    kept_ += 1;
  }

  /// Gives back what lies before the first record that is kept.
  void release() noexcept {
    const std::uint32_t head = kept_ == 0 ? cursor_ : first_kept_;
    if (head == head_) return;
    head_ = head;
    // Partner: ByteRingWriter in byte_ring.ts; orders our reads of the payload before its reuse.
    header_->head.store(head_, std::memory_order_release);
  }

  RingHeader* header_ = nullptr;
  std::byte* data_ = nullptr;
  std::uint32_t ring_bytes_ = byte_ring_minimum_bytes;
  std::uint32_t head_ = 0;    ///< everything before it is the producer's
  std::uint32_t cursor_ = 0;  ///< the next record to hand out
  std::uint32_t known_tail_ = 0;
  std::uint32_t kept_ = 0;  ///< records before `cursor_` that were kept
  std::uint32_t first_kept_ = 0;
  bool again_ = false;
};

}  // namespace loom

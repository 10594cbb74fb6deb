// A ring of records of any length between two threads, one of which may be JavaScript: the
// reactor's deliveries and its inbox. One producer, one consumer, no lock, no system call.
//
// A record is a RecordHeader and its payload, padded to 8 bytes; it never wraps around the end of
// the ring. When the rest of the ring is too short, a length of `record_skip` sends the consumer
// to the start. Each side keeps the other's counter and looks at the shared one only when the
// kept value says "full" or "empty", so that the cache line moves seldom.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "assert.hpp"
#include "shared_layout.hpp"

namespace loom {

inline constexpr std::uint32_t byte_ring_minimum_bytes = 64;
inline constexpr std::uint32_t byte_ring_maximum_bytes = 1u << 30;
inline constexpr std::uint32_t record_alignment = 8;
static_assert(sizeof(RecordHeader) % record_alignment == 0);

/// Bytes that a payload takes in a ring: header, payload, padding.
constexpr std::uint32_t record_bytes(std::uint32_t payload_bytes) noexcept {
  const auto padded = (payload_bytes + record_alignment - 1) & ~(record_alignment - 1);
  return static_cast<std::uint32_t>(sizeof(RecordHeader)) + padded;
}

/// The longest payload a ring of this size takes. Half a ring always fits once the ring is empty,
/// wherever its counters stand; a longer record might wait forever.
constexpr std::uint32_t maximum_payload_bytes(std::uint32_t ring_bytes) noexcept {
  return ring_bytes / 2 - static_cast<std::uint32_t>(sizeof(RecordHeader));
}

/// Whether a ring may have this many bytes of data.
constexpr bool valid_ring_bytes(std::uint32_t ring_bytes) noexcept {
  return std::has_single_bit(ring_bytes) && ring_bytes >= byte_ring_minimum_bytes &&
         ring_bytes <= byte_ring_maximum_bytes;
}

/// The writing side. Only its own thread calls it.
class ByteRingProducer {
 public:
  ByteRingProducer() = default;

  /// `ring_bytes` is 2^n; `data` is aligned to 8 and that long.
  ByteRingProducer(RingHeader& header, std::byte* data, std::uint32_t ring_bytes) noexcept
      : header_(&header),
        data_(data),
        ring_bytes_(ring_bytes),
        tail_(header.tail.load(std::memory_order_relaxed)),
        known_head_(header.head.load(std::memory_order_acquire)) {
    LOOM_ASSERT(valid_ring_bytes(ring_bytes), "a ring has 2^n bytes, within the limits");
  }

  /// The longest payload that can ever be reserved.
  [[nodiscard]] std::uint32_t longest_payload() const noexcept {
    return maximum_payload_bytes(ring_bytes_);
  }

  /// True when a payload of this length can be reserved now.
  [[nodiscard]] bool has_room(std::uint32_t payload_bytes) noexcept {
    if (payload_bytes > maximum_payload_bytes(ring_bytes_)) return false;
    const auto needed = bytes_needed(record_bytes(payload_bytes));
    if (needed <= ring_bytes_ - (tail_ - known_head_)) return true;
    // Partner: the consumer's release of `head`. Sequentially consistent because this look may
    // follow ControlBlock::announce_stall, whose partner looks in the opposite order.
    known_head_ = header_->head.load(std::memory_order_seq_cst);
    return needed <= ring_bytes_ - (tail_ - known_head_);
  }

  /// Memory for a payload, aligned to 8, or nullptr when there is no room. Nothing is visible to
  /// the consumer before `commit`; a second `reserve` replaces the first.
  [[nodiscard]] std::byte* reserve(std::uint32_t payload_bytes) noexcept {
    if (!has_room(payload_bytes)) return nullptr;
    reserved_bytes_ = payload_bytes;
    const auto offset = tail_ & (ring_bytes_ - 1);
    const auto until_end = ring_bytes_ - offset;
    if (until_end >= record_bytes(payload_bytes)) {
      record_ = tail_;
      return data_ + offset + sizeof(RecordHeader);
    }
    std::memcpy(data_ + offset, &record_skip, sizeof(record_skip));
    record_ = tail_ + until_end;
    return data_ + sizeof(RecordHeader);
  }

  /// Publishes the reserved record. `header.bytes` may be less than was reserved, never more.
  void commit(const RecordHeader& header) noexcept {
    LOOM_ASSERT(header.bytes <= reserved_bytes_, "a record outgrew its reservation");
    std::memcpy(data_ + (record_ & (ring_bytes_ - 1)), &header, sizeof(header));
    tail_ = record_ + record_bytes(header.bytes);
    // Partner: the consumer's acquire of `tail` (peek here, ByteRingReader in byte_ring.ts).
    header_->tail.store(tail_, std::memory_order_release);
  }

 private:
  /// What a record takes, with the end of the ring that it may have to skip.
  [[nodiscard]] std::uint32_t bytes_needed(std::uint32_t record) const noexcept {
    const auto until_end = ring_bytes_ - (tail_ & (ring_bytes_ - 1));
    return until_end >= record ? record : until_end + record;
  }

  RingHeader* header_ = nullptr;
  std::byte* data_ = nullptr;
  std::uint32_t ring_bytes_ = byte_ring_minimum_bytes;
  std::uint32_t tail_ = 0;
  std::uint32_t known_head_ = 0;
  std::uint32_t record_ = 0;
  std::uint32_t reserved_bytes_ = 0;
};

/// A record as its consumer sees it; `bytes` points into the ring and is valid until `release`.
struct Record {
  std::uint16_t fd;
  std::uint16_t event;
  std::uint32_t slot;
  std::uint32_t generation;
  std::span<const std::byte> bytes;
};

}  // namespace loom

// The reading side of a byte ring, for tests that stand in for JavaScript: the same contract as
// ByteRingReader in templates/bindings/byte_ring.ts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "loom/byte_ring.hpp"

namespace loom_test {

/// The reading side. Only its own thread calls it.
class ByteRingConsumer {
 public:
  ByteRingConsumer() = default;

  ByteRingConsumer(loom::RingHeader& header, const std::byte* data,
                   std::uint32_t ring_bytes) noexcept
      : header_(&header),
        data_(data),
        ring_bytes_(ring_bytes),
        head_(header.head.load(std::memory_order_relaxed)),
        known_tail_(header.tail.load(std::memory_order_acquire)) {
    LOOM_ASSERT(loom::valid_ring_bytes(ring_bytes), "a ring has 2^n bytes, within the limits");
  }

  /// The oldest record, or nothing when the ring is empty. Repeats until `release`.
  [[nodiscard]] std::optional<loom::Record> peek() noexcept {
    if (empty()) return std::nullopt;
    auto offset = head_ & (ring_bytes_ - 1);
    loom::RecordHeader header;
    std::memcpy(&header.bytes, data_ + offset, sizeof(header.bytes));
    if (header.bytes == loom::record_skip) {
      // A skip is published together with the record that follows it.
      head_ += ring_bytes_ - offset;
      offset = 0;
    }
    std::memcpy(&header, data_ + offset, sizeof(header));
    peeked_bytes_ = loom::record_bytes(header.bytes);
    LOOM_ASSERT(peeked_bytes_ <= known_tail_ - head_, "a record is published whole");
    return loom::Record{.fd = header.fd,
                        .event = header.event,
                        .slot = header.slot,
                        .generation = header.generation,
                        .bytes = {data_ + offset + sizeof(loom::RecordHeader), header.bytes}};
  }

  /// Gives the peeked record's room back to the producer.
  void release() noexcept {
    LOOM_ASSERT(peeked_bytes_ != 0, "release() follows peek()");
    head_ += peeked_bytes_;
    peeked_bytes_ = 0;
    // Partner: the producer's load of `head`; orders our reads of the payload before its reuse.
    header_->head.store(head_, std::memory_order_release);
  }

  /// True when nothing is there. Sequentially consistent where it looks at the shared counter,
  /// because this look may follow ControlBlock::announce_sleep.
  [[nodiscard]] bool empty() noexcept {
    if (head_ != known_tail_) return false;
    known_tail_ = header_->tail.load(std::memory_order_seq_cst);
    return head_ == known_tail_;
  }

 private:
  loom::RingHeader* header_ = nullptr;
  const std::byte* data_ = nullptr;
  std::uint32_t ring_bytes_ = loom::byte_ring_minimum_bytes;
  std::uint32_t head_ = 0;
  std::uint32_t known_tail_ = 0;
  std::uint32_t peeked_bytes_ = 0;
};

}  // namespace loom_test

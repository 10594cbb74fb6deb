// A channel carries one message type from a reactor to JavaScript through a ring of fixed-size
// cells in the shared block. Publishing is a copy and one store; JavaScript is woken by the
// reactor at most once a turn, however many messages were published.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "shared_layout.hpp"

namespace loom {

inline constexpr std::uint32_t channel_maximum_capacity = 1u << 24;
inline constexpr std::size_t channel_cell_alignment = 8;

/// What happens to a message that finds its channel full.
enum class ChannelFull : std::uint8_t {
  /// It is lost and counted.
  drop_newest,
  /// It waits in the reactor until there is room; a newer one takes its place, which is counted.
  conflate,
};

/// Bytes from one cell to the next.
template <class Message>
inline constexpr std::size_t channel_stride = (sizeof(Message) + channel_cell_alignment - 1) /
                                              channel_cell_alignment * channel_cell_alignment;

/// The reactor's end of a channel of `capacity` (2^n) messages. One thread, no allocation.
template <class Message, std::uint32_t capacity, ChannelFull full>
class Publisher {
  static_assert(std::is_trivially_copyable_v<Message>,
                "a message is copied as bytes: give it fields of fixed size only");
  static_assert(std::has_single_bit(capacity) && capacity <= channel_maximum_capacity,
                "a channel's capacity is a power of two");
  static_assert(alignof(Message) <= channel_cell_alignment);

 public:
  Publisher() = default;

  /// Binds to the channel at `offset` of a reactor's shared block; before the first turn.
  void attach(std::byte* shared, std::uint32_t offset) noexcept {
    control_ = &control_block(shared);
    stats_ = &stats_block(shared);
    header_ = &ring_header(shared, offset);
    cells_ = ring_data(shared, offset);
    tail_ = header_->tail.load(std::memory_order_relaxed);
    known_head_ = header_->head.load(std::memory_order_acquire);
  }

  /// Gives a message to JavaScript. False when the channel was full: the message was dropped, or
  /// (conflate) waits for room. True and without effect while nobody consumes.
  bool publish(const Message& message) noexcept {
    if (!control_->attached()) return true;
    if constexpr (full == ChannelFull::conflate) {
      if (!flush_pending()) {
        count_drop();
        pending_ = message;
        return false;
      }
    }
    if (has_room()) {
      store(message);
      return true;
    }
    if constexpr (full == ChannelFull::conflate) {
      pending_ = message;
      has_pending_ = true;
    } else {
      count_drop();
    }
    return false;
  }

  /// Publishes the message that waits for room, if any; the reactor calls it every turn. False
  /// when it still waits: the reactor then announces a stall and looks once more.
  bool flush_pending() noexcept {
    if constexpr (full == ChannelFull::conflate) {
      if (!has_pending_) return true;
      if (!has_room()) return false;
      store(pending_);
      has_pending_ = false;
    }
    return true;
  }

  /// True when anything was published since the last call; then the reactor owes a wake-up.
  [[nodiscard]] bool take_published() noexcept {
    const bool published = published_;
    published_ = false;
    return published;
  }

 private:
  [[nodiscard]] bool has_room() noexcept {
    if (tail_ - known_head_ < capacity) return true;
    // Partner: ChannelReader's store of `head` in bindings/loom/channel.ts. Sequentially
    // consistent because this look may follow ControlBlock::announce_stall.
    known_head_ = header_->head.load(std::memory_order_seq_cst);
    return tail_ - known_head_ < capacity;
  }

  void store(const Message& message) noexcept {
    const std::size_t cell = tail_ & (capacity - 1);
    std::memcpy(cells_ + cell * channel_stride<Message>, &message, sizeof(Message));
    ++tail_;
    // Partner: ChannelReader's load of `tail` (sequentially consistent, so it acquires).
    header_->tail.store(tail_, std::memory_order_release);
    published_ = true;
  }

  void count_drop() noexcept {
    // One writer: no locked instruction.
    header_->dropped.store(header_->dropped.load(std::memory_order_relaxed) + 1,
                           std::memory_order_relaxed);
    stats_->add(Stat::channel_drops);
  }

  struct Nothing {};
  using Pending = std::conditional_t<full == ChannelFull::conflate, Message, Nothing>;

  ControlBlock* control_ = nullptr;
  StatsBlock* stats_ = nullptr;
  RingHeader* header_ = nullptr;
  std::byte* cells_ = nullptr;
  std::uint32_t tail_ = 0;
  std::uint32_t known_head_ = 0;
  bool published_ = false;
  bool has_pending_ = false;
  [[no_unique_address]] Pending pending_{};
};

}  // namespace loom

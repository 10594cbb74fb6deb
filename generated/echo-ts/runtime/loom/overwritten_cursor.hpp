// A reader's place in a channel whose writer overwrites the oldest messages at any time: it goes
// from message to message and counts those that it lost. It writes nothing to the channel, so any
// number of readers may have one.
#pragma once

#include <atomic>
#include <cstdint>

#include "channel_overwrite.hpp"

namespace loom {

/// One reader's place. Positions are counted from 0 and do not wrap.
template <class Message, std::uint32_t capacity, ChannelEnd writer>
class OverwrittenCursor {
 public:
  OverwrittenCursor() = default;
  /// Begins at `position`.
  OverwrittenCursor(ChannelCells<Message, capacity> cells, std::uint64_t position) noexcept
      : cells_(cells), position_(position), tail_(position) {}

  /// The next message to read, and how many were lost on the way there.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t lost() const noexcept { return lost_; }

  /// Whether there are messages; looks sequentially consistent.
  [[nodiscard]] bool has_any() noexcept {
    look_at_tail();
    return position_ != tail_;
  }

  /// Copies the next message that was not overwritten; false when there is none.
  bool take(Message& message) noexcept {
    if (position_ == tail_) look_at_tail();
    // Bound: each round gives up messages, and the writer makes them no faster than it writes.
    while (position_ != tail_) {
      if (tail_ - position_ > capacity) give_up(tail_ - position_ - capacity);
      if (read_cell(cells_, position_, message)) {
        position_ += 1;
        return true;
      }
      look_at_tail();
      // At the end of the ring the writer is in this cell, whose message nobody has counted yet.
      if (tail_ - position_ <= capacity) give_up(1);
    }
    return false;
  }

 private:
  void look_at_tail() noexcept {
    // Partner: the writer's store.
    tail_ = tail_after<writer>(tail_, cells_.header().tail.load(std::memory_order_seq_cst));
  }

  void give_up(std::uint64_t messages) noexcept {
    position_ += messages;
    lost_ += messages;
  }

  ChannelCells<Message, capacity> cells_;
  std::uint64_t position_ = 0;
  std::uint64_t tail_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace loom

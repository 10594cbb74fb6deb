// The reading end of a channel to a reactor, and the handler's member for it. What has come is
// taken in the mail step of a turn, a bounded batch at a time; the writer is told of the room once
// a batch, and woken only when it waits for some.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <new>
#include <utility>

#include "channel_layout.hpp"
#include "channel_overwrite.hpp"
#include "doorbell.hpp"

namespace loom {

/// The reading end of a channel. One thread, no allocation.
template <class Channel>
class Receiver {
 public:
  using Message = typename Channel::Message;
  static constexpr const ChannelShape& shape = Channel::shape;

  Receiver() = default;

  /// Binds to the channel whose header is at `memory`; before the first turn. `writer` is the
  /// doorbell of the reactor that writes, nullptr when JavaScript does.
  void attach(std::byte* memory, Doorbell* writer) noexcept {
    cells_ = ChannelCells<Message, shape.capacity>(memory);
    writer_ = writer;
    head_ = header().head.load(std::memory_order_relaxed);
    released_ = head_;
    tail_ = head_;
  }

  /// Whether anything has come. Sequentially consistent: this look may follow the announcement of a
  /// sleep. Partners: Publisher::wake_reader, and PostChannel in bindings/post_channel.ts.
  [[nodiscard]] bool has_any() noexcept {
    look_at_tail();
    return head_ != tail_;
  }

  /// Takes at most `maximum` messages, oldest first, and hands each to `sink`, where it is valid
  /// until the sink returns. @returns how many
  template <class Sink>
  std::uint32_t take(std::uint32_t maximum, Sink&& sink) noexcept {
    std::uint32_t taken = 0;
    while (taken < maximum && take_next(sink)) taken += 1;
    if (head_ != released_) release();
    return taken;
  }

  /// True when JavaScript waits for the room that was made since the last call.
  [[nodiscard]] bool take_js_wake_up() noexcept { return std::exchange(owes_js_wake_up_, false); }

 private:
  [[nodiscard]] ChannelHeader& header() const noexcept { return cells_.header(); }

  void look_at_tail() noexcept {
    // Partner: the writer's store. Its lower half counts: JavaScript writes no more.
    const auto now = static_cast<std::uint32_t>(header().tail.load(std::memory_order_seq_cst));
    tail_ += static_cast<std::uint32_t>(now - static_cast<std::uint32_t>(tail_));
  }

  template <class Sink>
  bool take_next(Sink& sink) noexcept {
    if (head_ == tail_) look_at_tail();
    if constexpr (shape.full == ChannelFull::drop_oldest) {
      Message message;
      if (!copy_next(message)) return false;
      sink(std::as_const(message));
      return true;
    } else {
      if (head_ == tail_ || !claim()) return false;
      sink(*std::launder(reinterpret_cast<const Message*>(cells_.message(head_))));
      head_ += 1;
      return true;
    }
  }

  /// Makes the next cell this side's; false while the writer replaces its message.
  bool claim() noexcept {
    if constexpr (shape.full != ChannelFull::conflate_by_key) return true;
    std::uint64_t expected = whole_stamp(head_);
    // Partner: Publisher::replace; one of the two has the cell.
    return cells_.stamp(head_).compare_exchange_strong(
        expected, taken_stamp(head_), std::memory_order_acquire, std::memory_order_relaxed);
  }

  /// Copies the next message that was not overwritten, and counts those that were.
  bool copy_next(Message& message) noexcept {
    // Bound: each round gives up messages, and the writer makes them no faster than it writes.
    while (head_ != tail_) {
      if (tail_ - head_ > shape.capacity) give_up(tail_ - head_ - shape.capacity);
      if (read_cell(cells_, head_, message)) {
        head_ += 1;
        return true;
      }
      look_at_tail();
      // At the end of the ring the writer is in this cell, whose message nobody counts as lost yet.
      if (tail_ - head_ <= shape.capacity) give_up(1);
    }
    return false;
  }

  void give_up(std::uint64_t messages) noexcept {
    head_ += messages;
    count(header().dropped_oldest, messages);
  }

  /// Tells the writer how far this side is.
  void release() noexcept {
    released_ = head_;
    ChannelHeader& shared = header();
    // Partner: Publisher::look_at_head. Sequentially consistent, like the two below: either the
    // writer sees the room, or this side sees that it waits.
    shared.head.store(static_cast<std::uint32_t>(head_), std::memory_order_seq_cst);
    if (shared.writer_waits.load(std::memory_order_seq_cst) == 0) return;
    if (shared.writer_waits.exchange(0, std::memory_order_seq_cst) == 0) return;
    if (writer_ == nullptr) {
      owes_js_wake_up_ = true;
    } else {
      writer_->ring_if_asleep();
    }
  }

  ChannelCells<Message, shape.capacity> cells_;
  Doorbell* writer_ = nullptr;
  std::uint64_t head_ = 0;
  std::uint64_t released_ = 0;
  std::uint64_t tail_ = 0;
  bool owes_js_wake_up_ = false;
};

/// What a handler has of a channel that comes to it: a member of the emitted base, named as in the
/// config. Its messages come to `on_message(channel, message)`.
template <class Channel>
class ChannelIn {
 public:
  using Message = typename Channel::Message;

  /// Its name in the config.
  [[nodiscard]] static constexpr const char* name() noexcept { return Channel::shape.name; }
};

/// `handler.on_message(channel, message)` can be called.
template <class Handler, class Channel>
concept HasOnMessage = requires(Handler& handler, ChannelIn<Channel>& channel,
                                const typename Channel::Message& message) {
                         { handler.on_message(channel, message) } -> std::same_as<void>;
                       };

}  // namespace loom

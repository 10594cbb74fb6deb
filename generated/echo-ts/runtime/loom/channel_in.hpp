// The reading end of a channel to a reactor, and the handler's member for it. What has come is
// taken in the mail step of a turn, a bounded batch at a time; the writer is told of the room once
// a batch, and woken only when it waits for some.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "channel_counts.hpp"
#include "channel_layout.hpp"
#include "channel_waiters.hpp"
#include "doorbell.hpp"
#include "overwritten_cursor.hpp"

namespace loom {

/// A reader's place in a channel whose messages stay until they are read, or are at most replaced.
template <class Channel>
class UnreadCursor {
 public:
  using Message = typename Channel::Message;
  static constexpr const ChannelShape& shape = Channel::shape;

  UnreadCursor() = default;
  /// Begins at `position`.
  UnreadCursor(ChannelCells<Message, shape.capacity> cells, std::uint64_t position) noexcept
      : cells_(cells), position_(position), tail_(position) {}

  /// The next message to read.
  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }

  /// Whether there are messages; looks sequentially consistent.
  [[nodiscard]] bool has_any() noexcept {
    look_at_tail();
    return position_ != tail_;
  }

  /// The next message, where it lies; nullptr when there is none now.
  const Message* next() noexcept {
    if (position_ == tail_) look_at_tail();
    if (position_ == tail_ || !claim()) return nullptr;
    const std::byte* place = cells_.message(position_);
    position_ += 1;
    return std::launder(reinterpret_cast<const Message*>(place));
  }

 private:
  void look_at_tail() noexcept {
    // Partner: the writer's store.
    tail_ = tail_after<shape.from>(tail_, cells_.header().tail.load(std::memory_order_seq_cst));
  }

  /// Makes the next cell this side's; false while the writer replaces its message.
  bool claim() noexcept {
    if constexpr (shape.full != ChannelFull::conflate_by_key) return true;
    std::uint64_t expected = whole_stamp(position_);
    // Partner: Publisher::replace; one of the two has the cell.
    return cells_.stamp(position_).compare_exchange_strong(
        expected, taken_stamp(position_), std::memory_order_acquire, std::memory_order_relaxed);
  }

  ChannelCells<Message, shape.capacity> cells_;
  std::uint64_t position_ = 0;
  std::uint64_t tail_ = 0;
};

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
    cursor_ = Cursor(cells_, header().head.load(std::memory_order_relaxed));
    released_ = cursor_.position();
  }

  /// Whether anything has come. Sequentially consistent: this look may follow the announcement of a
  /// sleep. Partners: Publisher::wake_reader, and PostChannel in bindings/post_channel.ts.
  [[nodiscard]] bool has_any() noexcept { return cursor_.has_any(); }

  /// Takes at most `maximum` messages, oldest first, and hands each to `sink`, where it is valid
  /// until the sink returns. @returns how many
  template <class Sink>
  std::uint32_t take(std::uint32_t maximum, Sink&& sink) noexcept {
    std::uint32_t taken = 0;
    while (taken < maximum && take_next(sink)) taken += 1;
    if (cursor_.position() != released_) release();
    return taken;
  }

  /// Copies the next message; false when there is none.
  bool take_one(Message& message) noexcept {
    return take(1, [&](const Message& next) { message = next; }) == 1;
  }

  /// What became of the messages of this channel.
  [[nodiscard]] ChannelCounts counts() const noexcept {
    return counts_of(header(), shape.capacity);
  }

  /// True when JavaScript waits for the room that was made since the last call.
  [[nodiscard]] bool take_js_wake_up() noexcept { return std::exchange(owes_js_wake_up_, false); }

 private:
  static constexpr bool is_overwritten = shape.full == ChannelFull::drop_oldest;
  using Cursor =
      std::conditional_t<is_overwritten, OverwrittenCursor<Message, shape.capacity, shape.from>,
                         UnreadCursor<Channel>>;

  [[nodiscard]] ChannelHeader& header() const noexcept { return cells_.header(); }

  template <class Sink>
  bool take_next(Sink& sink) noexcept {
    if constexpr (is_overwritten) {
      Message message;
      if (!cursor_.take(message)) return false;
      sink(std::as_const(message));
      return true;
    } else {
      const Message* message = cursor_.next();
      if (message == nullptr) return false;
      sink(*message);
      return true;
    }
  }

  /// Tells the writer how far this side is.
  void release() noexcept {
    released_ = cursor_.position();
    ChannelHeader& shared = header();
    if constexpr (is_overwritten) {
      shared.dropped_oldest.store(cursor_.lost(), std::memory_order_relaxed);
    }
    // Partner: Publisher::look_at_head. Sequentially consistent, like the two below: either the
    // writer sees the room, or this side sees that it waits.
    shared.head.store(static_cast<std::uint32_t>(released_), std::memory_order_seq_cst);
    if (shared.writer_waits.load(std::memory_order_seq_cst) == 0) return;
    if (shared.writer_waits.exchange(0, std::memory_order_seq_cst) == 0) return;
    if (writer_ == nullptr) {
      owes_js_wake_up_ = true;
    } else {
      writer_->ring_if_asleep();
    }
  }

  ChannelCells<Message, shape.capacity> cells_;
  Cursor cursor_;
  Doorbell* writer_ = nullptr;
  std::uint64_t released_ = 0;
  bool owes_js_wake_up_ = false;
};

/// What a handler has of a channel that comes to it: a member of the emitted base, named as in the
/// config. Its messages come to `on_message(channel, message)`, or, with `style: 'fiber'`, to
/// whoever asks: loom::receive() in a fiber.
template <class Channel>
class ChannelIn {
 public:
  using Message = typename Channel::Message;

  /// Style 'fiber': copies the next message; false when there is none. Never waits.
  bool take(Message& message) noexcept {
    static_assert(Channel::shape.is_awaited, "on_message takes the messages of this channel");
    return receiver_->take_one(message);
  }

  /// What became of its messages until now.
  [[nodiscard]] ChannelCounts counts() const noexcept { return receiver_->counts(); }

  /// For the emitted code: binds the handler to its reactor's reading end.
  void attach(Receiver<Channel>& receiver) noexcept { receiver_ = &receiver; }

  /// For the runtime: fibers that wait for a message.
  [[nodiscard]] ChannelWaiters& waiters() noexcept { return waiters_; }

  /// Its name in the config.
  [[nodiscard]] static constexpr const char* name() noexcept { return Channel::shape.name; }

 private:
  Receiver<Channel>* receiver_ = nullptr;
  ChannelWaiters waiters_;
};

/// `handler.on_message(channel, message)` can be called.
template <class Handler, class Channel>
concept HasOnMessage = requires(Handler& handler, ChannelIn<Channel>& channel,
                                const typename Channel::Message& message) {
                         { handler.on_message(channel, message) } -> std::same_as<void>;
                       };

}  // namespace loom

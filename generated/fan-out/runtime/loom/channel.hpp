// A channel carries messages of one type from one writer to one reader through a ring of cells
// (channel_layout.hpp). This is the writing end of a reactor: publishing is a copy and a store or
// two, and the reader is woken at most once a turn, however many messages were published.
//
// `Channel` is what the generator emits for a channel: its Message, `static constexpr ChannelShape
// shape`, and, for conflate_by_key, `static constexpr auto key`, a pointer to the member.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <type_traits>

#include "channel_counts.hpp"
#include "channel_keys.hpp"
#include "channel_layout.hpp"
#include "channel_overwrite.hpp"
#include "doorbell.hpp"
#include "overflow_watch.hpp"
#include "publish_result.hpp"

namespace loom {

/// What a writer is bound to.
struct ChannelPlace {
  std::byte* shared = nullptr;         ///< the writer's block, where its counters are
  std::byte* memory = nullptr;         ///< the channel's header
  const std::uint64_t* now = nullptr;  ///< the writer's clock, in nanoseconds
  Doorbell* reader = nullptr;          ///< of the reactor that reads; nullptr: JavaScript
};

/// The writing end of a channel from a reactor. One thread, no allocation.
template <class Channel>
class Publisher {
 public:
  using Message = typename Channel::Message;
  static constexpr const ChannelShape& shape = Channel::shape;

  Publisher() = default;

  /// Binds to the channel; before the first turn.
  void attach(const ChannelPlace& place) noexcept {
    control_ = &control_block(place.shared);
    stats_ = &stats_block(place.shared);
    cells_ = ChannelCells<Message, shape.capacity>(place.memory);
    now_ = place.now;
    reader_ = place.reader;
    tail_ = header().tail.load(std::memory_order_relaxed);
    known_head_ = header().head.load(std::memory_order_acquire);
    if constexpr (is_keyed) reclaimed_ = known_head_;
  }

  /// Gives a message to the reader. To JavaScript without effect while nobody consumes.
  PublishResult publish(const Message& message) noexcept {
    if constexpr (shape.to == ChannelEnd::js) {
      if (!control_->attached()) return PublishResult::published;
    }
    if constexpr (shape.full == ChannelFull::drop_oldest) {
      if constexpr (shape.to == ChannelEnd::js) {
        if (!has_room()) overflow_.lost();
      }
      overwrite_cell(cells_, tail_, message);
      return commit();
    } else if constexpr (is_keyed) {
      return publish_keyed(message);
    } else if constexpr (shape.full == ChannelFull::conflate) {
      return publish_or_wait(message);
    } else {
      if (has_room()) return append(message);
      if constexpr (shape.full == ChannelFull::block) return refuse();
      return drop();
    }
  }

  /// Whether a full ring refuses messages, so that on_room follows.
  [[nodiscard]] static constexpr bool blocks() noexcept { return shape.full == ChannelFull::block; }

  /// Whether a message waits for room, or on_room is owed.
  [[nodiscard]] bool waits() const noexcept { return waits_; }

  /// Does what room allows: publishes the message that waits, and says whether room that a refused
  /// publication waits for is there, at least half of the ring. False when it still waits.
  bool flush() noexcept {
    if constexpr (shape.full == ChannelFull::conflate) {
      if (!waits_) return true;
      if (!has_room()) return false;
      append(pending_);
      waits_ = false;
    }
    if constexpr (shape.full == ChannelFull::block) return !waits_ || half_free();
    return true;
  }

  /// Tells the reader that it is to wake this reactor when it has made room. The writer must look
  /// once more after this call: flush().
  void announce_wait() noexcept {
    if constexpr (shape.to == ChannelEnd::js) {
      control_->announce_stall();
    } else {
      // Partner: Receiver::release, which exchanges it after it has moved `head`.
      header().writer_waits.exchange(1, std::memory_order_seq_cst);
    }
  }

  /// block: the wait is over; the time that it took is counted.
  void end_wait() noexcept {
    waits_ = false;
    count(header().blocked_nanoseconds, *now_ - waits_since_);
  }

  /// True when anything was published since the last call; then the reactor owes a wake-up.
  [[nodiscard]] bool take_published() noexcept {
    const bool published = published_;
    published_ = false;
    return published;
  }

  /// Whether it began (true) or ceased to lose messages since the last call.
  [[nodiscard]] std::optional<bool> take_overflow() noexcept { return overflow_.take_change(); }

  /// What became of the messages of this channel.
  [[nodiscard]] ChannelCounts counts() const noexcept {
    return counts_of(header(), shape.capacity);
  }

  /// Wakes the reactor that reads, if it sleeps.
  void wake_reader() noexcept {
    // Stored again, sequentially consistent: the look at the announced sleep follows. Partner:
    // Receiver::has_any.
    header().tail.store(tail_, std::memory_order_seq_cst);
    reader_->ring_if_asleep();
  }

 private:
  static constexpr bool is_keyed = shape.full == ChannelFull::conflate_by_key;
  using Key = decltype(channel_key<Channel>());

  [[nodiscard]] ChannelHeader& header() const noexcept { return cells_.header(); }

  /// Unread messages; at most `capacity`. Counters are compared modulo 2^32.
  [[nodiscard]] std::uint32_t unread(std::uint32_t head) const noexcept {
    return static_cast<std::uint32_t>(tail_) - head;
  }

  [[nodiscard]] bool has_room() noexcept {
    if (unread(known_head_) < shape.capacity) return true;
    look_at_head();
    return unread(known_head_) < shape.capacity;
  }

  [[nodiscard]] bool half_free() noexcept {
    look_at_head();
    return unread(known_head_) <= shape.capacity / 2;
  }

  void look_at_head() noexcept {
    // Partner: the reader's store of `head` (Receiver::release, Channel in bindings/channel.ts).
    // Sequentially consistent because this look may follow announce_wait.
    known_head_ = header().head.load(std::memory_order_seq_cst);
  }

  PublishResult append(const Message& message) noexcept {
    std::memcpy(cells_.message(tail_), &message, sizeof message);
    if constexpr (is_keyed) {
      // Partner: the reader's exchange of the same stamp.
      cells_.stamp(tail_).store(whole_stamp(tail_), std::memory_order_release);
    }
    return commit();
  }

  PublishResult commit() noexcept {
    tail_ += 1;
    // Partner: the reader's load of `tail` (sequentially consistent, so it acquires).
    header().tail.store(tail_, std::memory_order_release);
    published_ = true;
    if constexpr (shape.to == ChannelEnd::js) overflow_.stored(unread(known_head_), shape.capacity);
    return PublishResult::published;
  }

  PublishResult drop() noexcept {
    count(header().dropped_newest);
    stats_->add(Stat::channel_drops);
    overflow_.lost();
    return PublishResult::dropped;
  }

  PublishResult refuse() noexcept {
    count(header().blocked);
    if (!waits_) waits_since_ = *now_;
    waits_ = true;
    return PublishResult::full;
  }

  PublishResult publish_or_wait(const Message& message) noexcept {
    if (waits_ && !flush()) {
      count(header().conflated);
      stats_->add(Stat::channel_drops);
      overflow_.lost();
      pending_ = message;
      return PublishResult::waits;
    }
    if (has_room()) return append(message);
    pending_ = message;
    waits_ = true;
    return PublishResult::waits;
  }

  PublishResult publish_keyed(const Message& message) noexcept {
    const Key key = message.*Channel::key;
    if (const auto position = keys_.find(key); position.has_value()) {
      if (replace(*position, message)) {
        count(header().conflated);
        return PublishResult::replaced;
      }
    }
    reclaim();
    if (static_cast<std::uint32_t>(tail_ - reclaimed_) >= shape.capacity) return drop();
    keys_.set(key, tail_);
    return append(message);
  }

  /// Writes over the message at `position`; false when the reader has taken it.
  bool replace(std::uint64_t position, const Message& message) noexcept {
    auto& stamp = cells_.stamp(position);
    std::uint64_t expected = whole_stamp(position);
    // Partner: the reader's exchange of the same stamp; one of the two has the cell.
    if (!stamp.compare_exchange_strong(expected, busy_stamp(position), std::memory_order_acquire,
                                       std::memory_order_relaxed)) {
      return false;
    }
    std::memcpy(cells_.message(position), &message, sizeof message);
    stamp.store(whole_stamp(position), std::memory_order_release);
    return true;
  }

  /// Takes back cells that were read, with their keys: two for each message, so that no message
  /// pays for a whole ring, and more come back than are needed.
  void reclaim() noexcept {
    look_at_head();
    for (int n = 0; n < 2; ++n) {
      if (static_cast<std::uint32_t>(reclaimed_) == known_head_) return;
      Message read;
      std::memcpy(static_cast<void*>(&read), cells_.message(reclaimed_), sizeof read);
      keys_.forget(read.*Channel::key, reclaimed_);
      reclaimed_ += 1;
    }
  }

  struct Nothing {};
  template <bool is_there, class Member>
  using Where = std::conditional_t<is_there, Member, Nothing>;

  ControlBlock* control_ = nullptr;
  StatsBlock* stats_ = nullptr;
  ChannelCells<Message, shape.capacity> cells_;
  const std::uint64_t* now_ = nullptr;
  Doorbell* reader_ = nullptr;
  std::uint64_t tail_ = 0;
  std::uint64_t reclaimed_ = 0;
  std::uint64_t waits_since_ = 0;
  std::uint32_t known_head_ = 0;
  bool published_ = false;
  OverflowWatch overflow_;
  bool waits_ = false;
  [[no_unique_address]] Where<shape.full == ChannelFull::conflate, Message> pending_{};
  [[no_unique_address]] Where<is_keyed, ChannelKeys<std::conditional_t<is_keyed, Key, std::uint8_t>,
                                                    is_keyed ? shape.capacity : 1>>
      keys_{};
};

}  // namespace loom

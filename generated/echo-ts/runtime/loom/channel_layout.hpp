// How a channel lies in memory: a header, whose lines belong to one side each, and 2^n cells, each
// a stamp and a message. templates/bindings/channel_layout.ts says the same in TypeScript.
//
// The message at position p (counted from 0, never wrapping) is in cell p % capacity. Its stamp is
// 2p + 2 when the message is whole, one less while it is written, one more once a reader has taken
// it from a channel whose writer may still replace what nobody has taken.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "shared_layout.hpp"

namespace loom {

inline constexpr std::uint32_t channel_maximum_capacity = 1U << 24U;
/// Capacity at most of a channel that conflates by key: its writer has a table of twice as many.
inline constexpr std::uint32_t keyed_maximum_capacity = 1U << 16U;
inline constexpr std::size_t channel_cell_alignment = 8;

/// What happens to a message that finds its channel full.
enum class ChannelFull : std::uint8_t {
  /// It is lost and counted.
  drop_newest,
  /// It takes the place of the oldest one; a reader that is overtaken counts what it lost.
  drop_oldest,
  /// It is refused; the writer is told when there is room.
  block,
  /// It waits in the writer until there is room; a newer one takes its place, which is counted.
  conflate,
  /// The ring holds at most one message of each key: a newer one takes its place where it lies.
  conflate_by_key,
};

/// Who writes a channel or reads it.
enum class ChannelEnd : std::uint8_t { js, reactor, shared_memory };

/// What a channel is, as the generator emits it: `static constexpr loom::ChannelShape shape`.
struct ChannelShape {
  const char* name = "";
  std::uint32_t capacity = 1024;  ///< messages, 2^n
  ChannelFull full = ChannelFull::drop_newest;
  ChannelEnd from = ChannelEnd::reactor;
  ChannelEnd to = ChannelEnd::js;
  bool is_awaited = false;  ///< fibers take its messages, not on_message
};

/// Begins every channel; the cells follow at +256. Every counter has one writer and is relaxed
/// where it is only shown.
struct ChannelHeader {
  /// Messages written. Stored by the writer with release, loaded by the reader with acquire;
  /// JavaScript looks at the lower half, and writes that alone.
  std::atomic<std::uint64_t> tail;
  /// Messages lost because there was no room.
  std::atomic<std::uint64_t> dropped_newest;
  /// Messages whose place a newer one took before they were read.
  std::atomic<std::uint64_t> conflated;
  /// Messages refused because there was no room, and for how long the writer waited for it.
  std::atomic<std::uint64_t> blocked;
  std::atomic<std::uint64_t> blocked_nanoseconds;
  std::byte padding_0[88];
  /// Messages read or given up, modulo 2^32. Stored by the reader with release.
  std::atomic<std::uint32_t> head;
  std::uint32_t reserved_0;
  /// drop_oldest: messages that were overwritten before the reader came to them.
  std::atomic<std::uint64_t> dropped_oldest;
  std::byte padding_1[48];
  /// 1: the writer waits for room, and the reader wakes it. Both sides exchange it.
  std::atomic<std::uint32_t> writer_waits;
  std::byte padding_2[60];
};
static_assert(sizeof(ChannelHeader) == 256);
static_assert(offsetof(ChannelHeader, head) == 128 && offsetof(ChannelHeader, writer_waits) == 192);
static_assert(offsetof(ChannelHeader, dropped_oldest) == 136);
static_assert(offsetof(ChannelHeader, blocked_nanoseconds) == 32);

/// Bytes from one cell to the next.
template <class Message>
inline constexpr std::size_t channel_stride =
    sizeof(std::uint64_t) + (sizeof(Message) + channel_cell_alignment - 1) /
                                channel_cell_alignment * channel_cell_alignment;

/// The stamp of a whole message at `position`.
constexpr std::uint64_t whole_stamp(std::uint64_t position) noexcept { return 2 * position + 2; }
/// The stamp while the message at `position` is written.
constexpr std::uint64_t busy_stamp(std::uint64_t position) noexcept { return 2 * position + 1; }
/// The stamp of a message at `position` that was taken.
constexpr std::uint64_t taken_stamp(std::uint64_t position) noexcept { return 2 * position + 3; }

/// The memory of one channel: its header and its cells.
template <class Message, std::uint32_t capacity>
class ChannelCells {
  static_assert(std::is_trivially_copyable_v<Message>,
                "a message is copied as bytes: give it fields of fixed size only");
  static_assert(std::has_single_bit(capacity) && capacity <= channel_maximum_capacity,
                "a channel's capacity is a power of two");
  static_assert(alignof(Message) <= channel_cell_alignment);

 public:
  ChannelCells() = default;
  /// `memory` begins with the header and is aligned to 64.
  explicit ChannelCells(std::byte* memory) noexcept : memory_(memory) {}

  [[nodiscard]] ChannelHeader& header() const noexcept {
    return *reinterpret_cast<ChannelHeader*>(memory_);
  }
  [[nodiscard]] std::atomic<std::uint64_t>& stamp(std::uint64_t position) const noexcept {
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(cell(position));
  }
  [[nodiscard]] std::byte* message(std::uint64_t position) const noexcept {
    return cell(position) + sizeof(std::uint64_t);
  }

 private:
  [[nodiscard]] std::byte* cell(std::uint64_t position) const noexcept {
    const std::size_t index = position & (capacity - 1);
    return memory_ + sizeof(ChannelHeader) + index * channel_stride<Message>;
  }

  std::byte* memory_ = nullptr;
};

/// The writer's counter, of which `loaded` was read and `before` is known. JavaScript stores its
/// halves one after the other, so of those only the lower one counts: whoever looks at least once
/// every 2^32 messages misses none.
template <ChannelEnd writer>
constexpr std::uint64_t tail_after(std::uint64_t before, std::uint64_t loaded) noexcept {
  if constexpr (writer != ChannelEnd::js) return loaded;
  const auto lower = static_cast<std::uint32_t>(loaded);
  return before + static_cast<std::uint32_t>(lower - static_cast<std::uint32_t>(before));
}

/// Adds to a counter that has one writer, without a locked instruction.
inline void count(std::atomic<std::uint64_t>& counter, std::uint64_t amount = 1) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

}  // namespace loom

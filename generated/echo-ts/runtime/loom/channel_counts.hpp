// What became of the messages of a channel, as either side may ask at any time. The same words as
// ChannelStats in bindings/channel_stats.ts.
#pragma once

#include <atomic>
#include <cstdint>

#include "channel_layout.hpp"

namespace loom {

/// The counters of one channel; each is whole, but two need not be of the same moment.
struct ChannelCounts {
  std::uint64_t written = 0;              ///< messages that found a place
  std::uint64_t delivered = 0;            ///< that the reader has taken and is done with
  std::uint64_t unread = 0;               ///< that wait for it
  std::uint64_t dropped_newest = 0;       ///< lost for lack of room
  std::uint64_t dropped_oldest = 0;       ///< overwritten before the reader came to them
  std::uint64_t conflated = 0;            ///< whose place a newer one took
  std::uint64_t blocked = 0;              ///< refused for lack of room
  std::uint64_t blocked_nanoseconds = 0;  ///< how long the writer waited for room, in all
};

/// Reads the counters of a channel of `capacity` messages. Relaxed: they are only shown.
inline ChannelCounts counts_of(const ChannelHeader& header, std::uint32_t capacity) noexcept {
  const auto load = [](const auto& counter) { return counter.load(std::memory_order_relaxed); };
  ChannelCounts counts;
  const std::uint32_t head = load(header.head);
  counts.written = load(header.tail);
  const std::uint64_t lost = load(header.dropped_oldest);
  const std::uint32_t behind = static_cast<std::uint32_t>(counts.written) - head;
  counts.delivered = counts.written - behind - lost;
  counts.unread = behind < capacity ? behind : capacity;
  counts.dropped_newest = load(header.dropped_newest);
  counts.dropped_oldest = lost + behind - counts.unread;
  counts.conflated = load(header.conflated);
  counts.blocked = load(header.blocked);
  counts.blocked_nanoseconds = load(header.blocked_nanoseconds);
  return counts;
}

}  // namespace loom

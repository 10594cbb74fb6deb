// Cells that are overwritten while somebody reads them: a seqlock a cell (H.-J. Boehm, "Can
// Seqlocks Get Along With Programming Language Memory Models?", 2012). The writer makes the stamp
// odd, writes, and makes it even again; a reader copies and believes the copy when the stamp was
// even and the expected one before and after. The bytes are moved as relaxed atomic words, so that
// reading what is being written is no data race.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "channel_layout.hpp"

namespace loom {

/// The words of one message.
template <class Message>
using MessageWords = std::array<std::uint64_t, channel_stride<Message> / sizeof(std::uint64_t) - 1>;

/// Writes the message at `position` over whatever is in its cell. One writer.
template <class Message, std::uint32_t capacity>
void overwrite_cell(const ChannelCells<Message, capacity>& cells, std::uint64_t position,
                    const Message& message) noexcept {
  MessageWords<Message> words{};
  std::memcpy(words.data(), &message, sizeof message);
  // Partner: read_cell. The exchange acquires, so that no word is written before the stamp is odd.
  cells.stamp(position).exchange(busy_stamp(position), std::memory_order_acq_rel);
  auto* place = reinterpret_cast<std::atomic<std::uint64_t>*>(cells.message(position));
  for (std::size_t n = 0; n < words.size(); ++n) {
    // Release: whoever reads this word and not what stood there before, sees the odd stamp.
    place[n].store(words[n], std::memory_order_release);
  }
  cells.stamp(position).store(whole_stamp(position), std::memory_order_release);
}

/// Copies the message at `position`; false when it is not there any more, or not yet.
template <class Message, std::uint32_t capacity>
[[nodiscard]] bool read_cell(const ChannelCells<Message, capacity>& cells, std::uint64_t position,
                             Message& message) noexcept {
  const auto& stamp = cells.stamp(position);
  // Partner: overwrite_cell, like the next two.
  if (stamp.load(std::memory_order_acquire) != whole_stamp(position)) return false;
  MessageWords<Message> words;
  const auto* place = reinterpret_cast<const std::atomic<std::uint64_t>*>(cells.message(position));
  for (std::size_t n = 0; n < words.size(); ++n) {
    // Acquire: the second look at the stamp cannot come before it.
    words[n] = place[n].load(std::memory_order_acquire);
  }
  if (stamp.load(std::memory_order_relaxed) != whole_stamp(position)) return false;
  std::memcpy(static_cast<void*>(&message), words.data(), sizeof message);
  return true;
}

}  // namespace loom

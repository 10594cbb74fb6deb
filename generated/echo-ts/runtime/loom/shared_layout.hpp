// The block of memory that one reactor shares with JavaScript: where everything is and what it
// means. templates/bindings/layout.ts says the same in TypeScript; change both or neither.
//
//   0    control block      who sleeps, who must be woken
//   256  statistics         stats_block.hpp: 64 counters of 64 bits
//   768  slot words         16 bytes for each connection that is delivered to JavaScript
//   ...  rings              delivery and inbox of records (ring_records.hpp), channels; offsets are
//                           decided by the generator
//
// All numbers are little-endian and naturally aligned. The memory comes zeroed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "ring_records.hpp"
#include "stats_block.hpp"

namespace loom {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint32_t>) == 4);

/// 'LOOM' read as a little-endian number; the first word of every shared block.
inline constexpr std::uint32_t shared_magic = 0x4c4f4f4d;
/// Changes whenever the two sides would misread each other.
inline constexpr std::uint32_t shared_abi = 1;

inline constexpr std::size_t control_offset = 0;
inline constexpr std::size_t stats_offset = 256;
inline constexpr std::size_t slot_words_offset = 768;
/// Rings begin at multiples of this, so that two never share a pair of cache lines.
inline constexpr std::size_t shared_alignment = 128;

/// Who sleeps and who must be woken. Every word is exchanged by both sides or sequentially
/// consistent on both, so that of two threads that pass each other at least one notices.
struct ControlBlock {
  std::uint32_t magic;
  std::uint32_t abi;
  std::byte padding_0[56];
  /// 1: JavaScript found everything empty and waits for wake_js. Partner: DeliveryReader.arm in
  /// bindings/loom/reactor.ts, which exchanges too; the later exchange sees the earlier one.
  std::atomic<std::uint32_t> js_armed;
  std::byte padding_1[60];
  /// 1: the reactor is about to block. Partner: wakeSleepingReactor in bindings/loom/reactor.ts.
  std::atomic<std::uint32_t> reactor_sleeping;
  /// 1: the reactor waits for room in a ring towards JavaScript. Partner: the same function,
  /// after it has moved a head.
  std::atomic<std::uint32_t> delivery_stalled;
  std::byte padding_2[56];
  /// 1 while JavaScript consumes; 0 makes publishing a no-op. Stored by JavaScript before the
  /// threads start and when it closes; read relaxed, no other memory hangs on it.
  std::atomic<std::uint32_t> js_attached;
  std::byte padding_3[60];

  /// Reactor, after it published anything in this turn: true when JavaScript sleeps and this
  /// caller must wake it. The exchange also publishes the tails stored before it.
  [[nodiscard]] bool take_js_wake_up() noexcept {
    return js_armed.exchange(0, std::memory_order_seq_cst) == 1;
  }

  /// Reactor, before it blocks. It must look at its inbox once more after this call.
  void announce_sleep() noexcept { reactor_sleeping.exchange(1, std::memory_order_seq_cst); }

  /// Reactor, after it blocked or decided not to.
  void withdraw_sleep() noexcept { reactor_sleeping.store(0, std::memory_order_relaxed); }

  /// Reactor, when a ring towards JavaScript is full. It must look for room once more after this
  /// call; from then on JavaScript wakes it when it has made some.
  void announce_stall() noexcept { delivery_stalled.exchange(1, std::memory_order_seq_cst); }

  /// True while JavaScript consumes this block.
  [[nodiscard]] bool attached() const noexcept {
    return js_attached.load(std::memory_order_relaxed) != 0;
  }
};
static_assert(sizeof(ControlBlock) == 256);
static_assert(offsetof(ControlBlock, abi) == 4);
static_assert(offsetof(ControlBlock, js_armed) == 64);
static_assert(offsetof(ControlBlock, reactor_sleeping) == 128);
static_assert(offsetof(ControlBlock, delivery_stalled) == 132);
static_assert(offsetof(ControlBlock, js_attached) == 192);

static_assert(stats_offset + sizeof(StatsBlock) == slot_words_offset);

/// One connection's credit with JavaScript, which counts the bytes it queued itself.
struct SlotWords {
  /// Bytes of JavaScript's sends (framing included) of this generation that were sent or thrown
  /// away; wraps. Stored by the reactor (release), loaded by Connection.send.
  std::atomic<std::uint32_t> drained_bytes;
  /// JavaScript stores 1 after a refused send; the reactor exchanges 0 and sends a drain event.
  std::atomic<std::uint32_t> wants_drain;
  /// Generation of the current connection; stored by the reactor at open, before the open event.
  std::atomic<std::uint32_t> generation;
  std::uint32_t reserved;
};
static_assert(sizeof(SlotWords) == 16);
static_assert(offsetof(SlotWords, wants_drain) == 4 && offsetof(SlotWords, generation) == 8);

/// Begins every byte ring; the data follow at +128. Counters are bytes and wrap at 2^32. Channels
/// have a header of their own, channel_layout.hpp.
struct RingHeader {
  /// Stored by the producer with release, loaded by the consumer with acquire.
  std::atomic<std::uint32_t> tail;
  std::byte padding_0[60];
  /// Stored by the consumer with release, loaded by the producer.
  std::atomic<std::uint32_t> head;
  std::byte padding_1[60];
};
static_assert(sizeof(RingHeader) == 128);
static_assert(offsetof(RingHeader, head) == 64);

inline ControlBlock& control_block(std::byte* shared) noexcept {
  return *reinterpret_cast<ControlBlock*>(shared + control_offset);
}
inline StatsBlock& stats_block(std::byte* shared) noexcept {
  return *reinterpret_cast<StatsBlock*>(shared + stats_offset);
}
/// Words of the JavaScript-delivered connection number `index` of this reactor.
inline SlotWords& slot_words(std::byte* shared, std::uint32_t index) noexcept {
  return reinterpret_cast<SlotWords*>(shared + slot_words_offset)[index];
}
inline RingHeader& ring_header(std::byte* shared, std::uint32_t offset) noexcept {
  return *reinterpret_cast<RingHeader*>(shared + offset);
}
inline std::byte* ring_data(std::byte* shared, std::uint32_t offset) noexcept {
  return shared + offset + sizeof(RingHeader);
}

/// Signs a zeroed block; before any thread uses it.
inline void sign_shared_block(std::byte* shared) noexcept {
  control_block(shared).magic = shared_magic;
  control_block(shared).abi = shared_abi;
}

}  // namespace loom

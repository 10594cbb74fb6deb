// The block of memory that one reactor shares with JavaScript: where everything is and what it
// means. templates/bindings/layout.ts says the same in TypeScript; change both or neither.
//
//   0    control block      who sleeps, who must be woken
//   256  statistics         64 counters of 64 bits, written by the reactor alone
//   768  slot words         16 bytes for each connection that is delivered to JavaScript
//   ...  rings              delivery, inbox, channels; offsets are decided by the generator
//
// All numbers are little-endian and naturally aligned. The memory comes zeroed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace loom {

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && sizeof(std::atomic<std::uint64_t>) == 8);

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

/// Position of each counter in the statistics block.
enum class Stat : std::uint8_t {
  turns = 0,
  completions = 1,
  submissions = 2,
  kernel_entries = 3,
  accepted = 4,
  refused = 5,
  connected = 6,
  connect_failures = 7,
  closed = 8,
  bytes_received = 9,
  bytes_sent = 10,
  messages_received = 11,
  writes_refused = 12,
  stale_completions = 13,
  overflow_queued = 14,
  buffers_exhausted = 15,
  in_flight = 16,
  open_connections = 17,
  delivery_stalls = 18,
  channel_drops = 19,
  ticks = 20,
  sleeps = 21,
  wakeups = 22,
  allocations_after_init = 23,
  backend = 24,
  send_errors = 25,
  receive_errors = 26,
  frames_too_large = 27,
  fibers_started = 28,
  fibers_live = 29,
  stacks_exhausted = 30,
  stacks_awaited = 31,
  mail_received = 32,
  offloaded = 33,
  offload_refused = 34,
  requests = 35,
  requests_emulated = 36,
  datagrams_received = 37,
  datagrams_sent = 38,
  datagrams_dropped = 39,
  datagrams_truncated = 40,
  stalls = 41,
  timers_expired = 42,
  handed_over = 43,
  starts = 44,
  running = 45,
};
inline constexpr std::size_t stat_capacity = 64;
inline constexpr std::size_t stat_count = 46;
static_assert(stat_count <= stat_capacity);
static_assert(static_cast<std::size_t>(Stat::running) + 1 == stat_count);

/// Counters written by the reactor's thread alone and read anywhere. Relaxed throughout: readers
/// (bindings/loom/stats.ts, the standalone program) want each number whole, not a common moment.
struct StatsBlock {
  std::atomic<std::uint64_t> counters[stat_capacity];

  /// Adds without a locked instruction: there is one writer.
  void add(Stat stat, std::uint64_t amount = 1) noexcept {
    auto& counter = at(stat);
    counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  /// Takes away from a gauge (in_flight, open_connections, running).
  void subtract(Stat stat, std::uint64_t amount = 1) noexcept {
    auto& counter = at(stat);
    counter.store(counter.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
  }
  void set(Stat stat, std::uint64_t value) noexcept {
    at(stat).store(value, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t get(Stat stat) const noexcept {
    return counters[static_cast<std::size_t>(stat)].load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::atomic<std::uint64_t>& at(Stat stat) noexcept {
    return counters[static_cast<std::size_t>(stat)];
  }
};
static_assert(sizeof(StatsBlock) == stat_capacity * 8);
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

/// Begins every ring; the data follow at +128. Byte rings count bytes, channels count messages;
/// both counters wrap at 2^32.
struct RingHeader {
  /// Stored by the producer with release, loaded by the consumer with acquire.
  std::atomic<std::uint32_t> tail;
  std::uint32_t reserved_0;
  /// Channels only: messages that were lost because the ring was full. One writer, the producer;
  /// relaxed, readers only show it.
  std::atomic<std::uint64_t> dropped;
  std::byte padding_0[48];
  /// Stored by the consumer with release, loaded by the producer.
  std::atomic<std::uint32_t> head;
  std::byte padding_1[60];
};
static_assert(sizeof(RingHeader) == 128);
static_assert(offsetof(RingHeader, dropped) == 8 && offsetof(RingHeader, head) == 64);

/// Begins every record of a byte ring; the payload follows, padded to 8 bytes.
struct RecordHeader {
  /// Payload bytes, or `record_skip`.
  std::uint32_t bytes;
  /// Program-wide number of the fd.
  std::uint16_t fd;
  /// A DeliveryEvent or an InboxCommand.
  std::uint16_t event;
  /// Position of the connection within its fd, 0 .. connections - 1.
  std::uint32_t slot;
  std::uint32_t generation;
};
static_assert(sizeof(RecordHeader) == 16 && alignof(RecordHeader) == 4);

/// In place of a payload length: nothing more before the end of the ring, go on at its start.
inline constexpr std::uint32_t record_skip = 0xffffffff;

/// What a record in the delivery ring tells JavaScript.
enum class DeliveryEvent : std::uint16_t {
  open = 1,
  data = 2,
  drain = 3,
  /// Payload: ClosePayload.
  close = 4,
  /// Payload: u64 expirations since the last tick; `fd` is a timer, slot and generation are 0.
  tick = 5,
  /// The peer will send no more. JavaScript answers with InboxCommand::close once everything before
  /// this was read, so that answers to the last messages are still sent.
  end = 6,
};

/// What a record in the inbox asks of the reactor.
enum class InboxCommand : std::uint16_t {
  /// One message; the reactor adds the framing.
  data = 2,
  close = 3,
  abort = 4,
  finish = 5,
  pause = 6,
  resume = 7,
};

/// Payload of DeliveryEvent::close.
struct ClosePayload {
  /// A CloseKind.
  std::uint16_t kind;
  std::uint16_t reserved;
  /// errno, 0 when none.
  std::int32_t system_error;
};
static_assert(sizeof(ClosePayload) == 8);

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

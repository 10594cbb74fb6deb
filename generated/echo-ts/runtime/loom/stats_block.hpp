// The counters of one reactor, a part of the block that it shares with JavaScript: their places
// and how they are counted. templates/bindings/stat_names.ts has the same names in the same order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace loom {

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(sizeof(std::atomic<std::uint64_t>) == 8);

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
  exceptions = 46,
};
inline constexpr std::size_t stat_capacity = 64;
inline constexpr std::size_t stat_count = 47;
static_assert(stat_count <= stat_capacity);
static_assert(static_cast<std::size_t>(Stat::exceptions) + 1 == stat_count);

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

}  // namespace loom

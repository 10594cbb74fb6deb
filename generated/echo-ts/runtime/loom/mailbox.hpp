// A bounded queue of mail from any thread to one reactor, by the sequence-numbered ring of Dmitry
// Vyukov's bounded MPMC queue (1024cores.net) with a single consumer. Producers claim a cell by
// moving `tail` and publish it by its sequence number; what one thread posts arrives in its order.
//
// Closing sets a bit in `tail`, which every claim must move: a post either claimed its cell before,
// and the consumer waits for it and takes it, or it is told `closed`. Nothing falls between.
#pragma once

#include <sched.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <new>

#include "assert.hpp"
#include "mail.hpp"

namespace loom {

/// Bounds of a mailbox: `reactors.<name>.mailbox`.
inline constexpr std::uint32_t mailbox_minimum_entries = 2;
inline constexpr std::uint32_t mailbox_maximum_entries = 1U << 20U;

/// Many producers, one consumer. Closed until open() gives it memory.
class Mailbox {
 public:
  /// Makes room for `entries` (2^n) items, once. False without memory.
  [[nodiscard]] bool open(std::uint32_t entries) noexcept {
    LOOM_ASSERT(std::has_single_bit(entries) && entries >= mailbox_minimum_entries &&
                    entries <= mailbox_maximum_entries,
                "a mailbox has 2^n entries");
    cells_.reset(new (std::nothrow) Cell[entries]);
    if (cells_ == nullptr) return false;
    mask_ = entries - 1;
    for (std::uint32_t n = 0; n < entries; ++n) {
      cells_[n].sequence.store(n, std::memory_order_relaxed);
    }
    // Partner: post(), which acquires: whoever sees it open sees the cells.
    tail_.store(0, std::memory_order_release);
    return true;
  }

  /// Any thread. All or nothing.
  PostResult post(const Mail& mail) noexcept {
    std::uint64_t position = tail_.load(std::memory_order_acquire);
    while ((position & closed_bit) == 0) {
      Cell& cell = cells_[position & mask_];
      // Partner: take(), which frees the cell with release.
      const std::uint64_t sequence = cell.sequence.load(std::memory_order_acquire);
      if (sequence == position) {
        // Relaxed: the claim orders nothing, the cell's sequence does. Partner: close().
        if (!tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          continue;
        }
        cell.mail = mail;
        // Partner: take(), which acquires, and has_mail(): sequentially consistent because a look
        // at the doorbell follows.
        cell.sequence.store(position + 1, std::memory_order_seq_cst);
        return PostResult::posted;
      }
      const std::uint64_t now = tail_.load(std::memory_order_relaxed);
      if (now == position) return PostResult::full;
      position = now;
    }
    return PostResult::closed;
  }

  /// The consumer. Takes the oldest item that was published; false when there is none.
  bool take(Mail& mail) noexcept {
    if (!has_mail()) return false;
    Cell& cell = cells_[head_ & mask_];
    mail = cell.mail;
    // Partner: post(), which acquires before it writes the cell again.
    cell.sequence.store(head_ + mask_ + 1, std::memory_order_release);
    head_ += 1;
    return true;
  }

  /// The consumer. Sequentially consistent: it may follow the announcement of a sleep.
  [[nodiscard]] bool has_mail() const noexcept {
    if (cells_ == nullptr) return false;
    return cells_[head_ & mask_].sequence.load(std::memory_order_seq_cst) == head_ + 1;
  }

  /// Any thread, as often as one likes: from now on every post is told `closed`; see reopen().
  void close() noexcept { tail_.fetch_or(closed_bit, std::memory_order_relaxed); }

  /// After close() and drain(), by whoever has joined the consumer: posts are taken again, for the
  /// next one.
  void reopen() noexcept {
    LOOM_ASSERT(tail_.load(std::memory_order_relaxed) == (head_ | closed_bit),
                "a mailbox is closed and empty before it opens again");
    // Partner: post(), which acquires.
    tail_.fetch_and(~closed_bit, std::memory_order_release);
  }

  /// The consumer, after close(): gives every item that was claimed before it to `sink`, also those
  /// that are being written now. At most as many as there are entries.
  template <class Sink>
  void drain(Sink&& sink) noexcept {
    const std::uint64_t end = tail_.load(std::memory_order_relaxed) & ~closed_bit;
    LOOM_ASSERT(end - head_ <= std::uint64_t{mask_} + 1, "a mailbox holds what it has room for");
    Mail mail;
    while (head_ != end) {
      if (take(mail)) {
        sink(mail);
      } else {
        // A producer was interrupted between its claim and its copy of 64 bytes.
        sched_yield();
      }
    }
  }

 private:
  static constexpr std::uint64_t closed_bit = std::uint64_t{1} << 63U;

  struct Cell {
    /// Position p: free for the claim of p. p + 1: published. Partners: post and take.
    std::atomic<std::uint64_t> sequence{0};
    Mail mail;
  };
  // map.txt counts with it.
  static_assert(sizeof(Cell) == 72);

  std::unique_ptr<Cell[]> cells_;
  std::uint32_t mask_ = 0;
  /// The next position to claim, and whether posting is over. Partners: post and close.
  alignas(64) std::atomic<std::uint64_t> tail_{closed_bit};
  /// The next position to take; the consumer's alone.
  alignas(64) std::uint64_t head_ = 0;
};

}  // namespace loom

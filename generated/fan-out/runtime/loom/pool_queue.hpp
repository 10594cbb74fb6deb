// The bounded queue from reactors to the workers of a pool: Dmitry Vyukov's MPMC ring of sequence
// numbers (1024cores.net), and a semaphore that has one token for each job in it. A reactor never
// takes a lock to submit, a worker without work sleeps in the kernel (futex(2), through
// sem_wait(3)), and no wake-up can be lost because the tokens are counted.
#pragma once

#include <sched.h>

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <new>

#include "assert.hpp"
#include "inbox.hpp"
#include "system/semaphore.hpp"

namespace loom {

/// Bounds of a pool's queue: `pools.<name>.queue`.
inline constexpr std::uint32_t pool_queue_minimum_entries = 2;
inline constexpr std::uint32_t pool_queue_maximum_entries = 1U << 16U;

/// Work for a pool: an intrusive record of the reactor that submits it. Until it comes home it is
/// the pool's; the record, and what `run` reads, must live that long.
struct Job : HomecomingNode {
  /// Does the work on a worker's thread and may set `result`; what it throws, it must catch.
  void (*run)(Job& job) noexcept = nullptr;
  /// Where it goes afterwards: the inbox of the reactor that dispatches {tag, result}.
  Inbox* home = nullptr;
};

/// Many reactors submit, many workers take; first in, first out.
class PoolQueue {
 public:
  PoolQueue() noexcept = default;
  PoolQueue(const PoolQueue&) = delete;
  PoolQueue& operator=(const PoolQueue&) = delete;

  /// Makes room for `entries` (2^n) jobs; before any thread uses it. False without memory.
  [[nodiscard]] bool open(std::uint32_t entries) noexcept {
    LOOM_ASSERT(std::has_single_bit(entries) && entries >= pool_queue_minimum_entries &&
                    entries <= pool_queue_maximum_entries,
                "a pool's queue has 2^n entries");
    cells_.reset(new (std::nothrow) Cell[entries]);
    if (cells_ == nullptr) return false;
    mask_ = entries - 1;
    for (std::uint32_t n = 0; n < entries; ++n) {
      cells_[n].sequence.store(n, std::memory_order_relaxed);
    }
    return true;
  }

  /// Any thread. False when the queue is full; then the job stays the caller's.
  [[nodiscard]] bool submit(Job& job) noexcept {
    LOOM_ASSERT(job.run != nullptr && job.home != nullptr, "a job says what to do and where to go");
    std::uint64_t position = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[position & mask_];
      // Partner: take(), which frees the cell with release.
      const std::uint64_t sequence = cell.sequence.load(std::memory_order_acquire);
      if (sequence == position) {
        // Relaxed: the claim orders nothing, the cell's sequence does.
        if (!tail_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          continue;
        }
        cell.job = &job;
        // Partner: take(), which acquires.
        cell.sequence.store(position + 1, std::memory_order_release);
        jobs_.post();
        return true;
      }
      const std::uint64_t now = tail_.load(std::memory_order_relaxed);
      if (now == position) return false;
      position = now;
    }
  }

  /// A worker: sleeps until there is a job. nullptr: the pool is stopping.
  Job* wait() noexcept {
    // EINTR: a debugger or a profiler.
    jobs_.wait();
    // Partner: stop(), whose token orders it already.
    if (stopping_.load(std::memory_order_relaxed)) return nullptr;
    return take();
  }

  /// Ends `workers` waits, those to come included. Every job has come home before.
  void stop(std::uint32_t workers) noexcept {
    // Partner: wait(). Relaxed: the semaphore orders it.
    stopping_.store(true, std::memory_order_relaxed);
    for (std::uint32_t n = 0; n < workers; ++n) jobs_.post();
  }

 private:
  struct Cell {
    /// Position p: free for the claim of p. p + 1: published. Partners: submit and take.
    std::atomic<std::uint64_t> sequence{0};
    Job* job = nullptr;
  };

  /// The token says that there is a job for this worker; it may still be behind one whose submitter
  /// was interrupted between claim and publication.
  Job* take() noexcept {
    std::uint64_t position = head_.load(std::memory_order_relaxed);
    for (;;) {
      Cell& cell = cells_[position & mask_];
      // Partner: submit(), which publishes with release.
      const std::uint64_t sequence = cell.sequence.load(std::memory_order_acquire);
      if (sequence == position + 1) {
        if (!head_.compare_exchange_weak(position, position + 1, std::memory_order_relaxed)) {
          continue;
        }
        Job* job = cell.job;
        // Partner: submit(), which acquires before it writes the cell again.
        cell.sequence.store(position + mask_ + 1, std::memory_order_release);
        return job;
      }
      const std::uint64_t now = head_.load(std::memory_order_relaxed);
      if (now == position) sched_yield();
      position = now;
    }
  }

  std::unique_ptr<Cell[]> cells_;
  std::uint32_t mask_ = 0;
  system::Semaphore jobs_;
  /// See stop and wait.
  std::atomic<bool> stopping_{false};
  /// The next position to claim. Partner: other submitters.
  alignas(64) std::atomic<std::uint64_t> tail_{0};
  /// The next position to take. Partner: other workers.
  alignas(64) std::atomic<std::uint64_t> head_{0};
};

}  // namespace loom

// What a reactor runs at this moment, for the watchdog to read. Begun and ended around every hook
// with one relaxed store each, and only in reactors that declare a budget (`stall`): no clock is
// read by the loop, the watchdog has one.
#pragma once

#include <atomic>
#include <cstdint>

#include "operation.hpp"

namespace loom {

/// Activities that are no operation of the reactor; operations are named by their numbers.
namespace activity {
inline constexpr std::uint32_t idle = 0;
inline constexpr std::uint32_t mail = Tag::operation_limit;         ///< a call that was posted
inline constexpr std::uint32_t command = Tag::operation_limit + 1;  ///< what JavaScript asked for
inline constexpr std::uint32_t fibers = Tag::operation_limit + 2;   ///< fibers that were ready
}  // namespace activity

/// One reactor's activity. begin() and end() belong to the loop, the rest to the watchdog.
class Activity {
 public:
  /// The loop turns to `what`. @returns what it was at, for end()
  std::uint64_t begin(std::uint32_t what) noexcept {
    const std::uint64_t outer = current_;
    sequence_ += 1;
    current_ = sequence_ << what_bits | what;
    // Partner: Watchdog, which looks now and then. Relaxed: the word says everything.
    word_.store(current_, std::memory_order_relaxed);
    return outer;
  }

  /// The loop is done with that and goes back to `outer`. True when the watchdog has named an
  /// activity since the last time: then the loop asks take_stall().
  [[nodiscard]] bool end(std::uint64_t outer) noexcept {
    ended_ = current_;
    current_ = outer;
    word_.store(outer, std::memory_order_relaxed);
    // Partner: name_stall(), which releases what take_stall() reads.
    return stalled_.load(std::memory_order_acquire) != taken_;
  }

  /// The loop: when the activity that ended was first seen; 0 when the watchdog named an earlier
  /// one too late.
  [[nodiscard]] std::uint64_t take_stall() noexcept {
    taken_ = stalled_.load(std::memory_order_relaxed);
    return taken_ == ended_ ? since_nanoseconds_.load(std::memory_order_relaxed) : 0;
  }
  /// The loop: what ended last.
  [[nodiscard]] std::uint32_t ended() const noexcept { return what_of(ended_); }

  /// The watchdog: what runs, with a number that is never the same twice.
  [[nodiscard]] std::uint64_t word() const noexcept {
    return word_.load(std::memory_order_relaxed);
  }
  /// The activity in a word.
  [[nodiscard]] static std::uint32_t what_of(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word) & ((1U << what_bits) - 1);
  }

  /// The watchdog: the activity `word`, seen first at `since_nanoseconds`, was named in the log.
  void name_stall(std::uint64_t word, std::uint64_t since_nanoseconds) noexcept {
    since_nanoseconds_.store(since_nanoseconds, std::memory_order_relaxed);
    // Partner: end().
    stalled_.store(word, std::memory_order_release);
  }

 private:
  static constexpr std::uint32_t what_bits = 16;

  std::uint64_t sequence_ = 0;  ///< the loop's alone, like the next three
  std::uint64_t current_ = activity::idle;
  std::uint64_t ended_ = activity::idle;
  std::uint64_t taken_ = activity::idle;
  /// Partner: begin, end and word.
  alignas(64) std::atomic<std::uint64_t> word_{activity::idle};
  /// Partner: name_stall, end and take_stall.
  alignas(64) std::atomic<std::uint64_t> stalled_{activity::idle};
  std::atomic<std::uint64_t> since_nanoseconds_{0};
};

}  // namespace loom

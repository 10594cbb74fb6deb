// What a reactor runs at this moment, for the watchdog to read. Begun and ended around every hook
// with one relaxed store each, and only in reactors that declare a budget (`stall`): no clock is
// read by the loop, the watchdog has one. A fiber says who it is as well: two stores more when it
// is resumed.
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
inline constexpr std::uint32_t fiber = Tag::operation_limit + 2;    ///< the one of a FiberLabel
inline constexpr std::uint32_t message = Tag::operation_limit + 3;  ///< what a channel brought
}  // namespace activity

/// Which fiber runs.
struct FiberLabel {
  static constexpr std::uint32_t no_connection = UINT32_MAX;

  const char* name = "";  ///< text that is never freed: the watchdog reads it on its own thread
  std::uint32_t connection = no_connection;  ///< of the fd with that name, when it serves one
};

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

  /// The loop resumes a fiber. @returns as begin()
  std::uint64_t begin_fiber(const FiberLabel& label) noexcept {
    // Partner: read_fiber(), which acquires both. Release: whoever reads this label rather than the
    // one before sees afterwards that the word of the one before is gone.
    fiber_name_.store(label.name, std::memory_order_release);
    fiber_connection_.store(label.connection, std::memory_order_release);
    const std::uint64_t outer = current_;
    sequence_ += 1;
    current_ = sequence_ << what_bits | activity::fiber;
    // Partner: word(). Release: whoever reads this word reads its label or a later one.
    word_.store(current_, std::memory_order_release);
    return outer;
  }

  /// The loop is done with that and goes back to `outer`. True when the watchdog has named it, or,
  /// at the end of the outermost, anything since the last time: then the loop asks take_stall(). An
  /// activity that is around this one is asked for at its own end.
  [[nodiscard]] bool end(std::uint64_t outer) noexcept {
    ended_ = current_;
    current_ = outer;
    word_.store(outer, std::memory_order_relaxed);
    // Partner: name_stall(), which releases what take_stall() reads.
    const std::uint64_t named = stalled_.load(std::memory_order_acquire);
    return named != taken_ && (named == ended_ || outer == activity::idle);
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
    // Partner: begin_fiber(); acquire for the label alone.
    return word_.load(std::memory_order_acquire);
  }
  /// The watchdog: which fiber `word` is about. False when the loop is at something else by now.
  [[nodiscard]] bool read_fiber(std::uint64_t word, FiberLabel& label) const noexcept {
    // Partner: begin_fiber(). A label of a later fiber comes with the end of `word`, so that the
    // last load, which cannot move before an acquire, differs.
    label.name = fiber_name_.load(std::memory_order_acquire);
    label.connection = fiber_connection_.load(std::memory_order_acquire);
    return word_.load(std::memory_order_relaxed) == word;
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
  /// Partner: begin, begin_fiber, end, word and read_fiber.
  alignas(64) std::atomic<std::uint64_t> word_{activity::idle};
  /// Partner: begin_fiber and read_fiber, like the next.
  std::atomic<const char*> fiber_name_{""};
  std::atomic<std::uint32_t> fiber_connection_{FiberLabel::no_connection};
  /// Partner: name_stall, end and take_stall.
  alignas(64) std::atomic<std::uint64_t> stalled_{activity::idle};
  std::atomic<std::uint64_t> since_nanoseconds_{0};
};

}  // namespace loom

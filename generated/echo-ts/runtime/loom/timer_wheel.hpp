// Every deadline of a reactor: a hierarchical timing wheel. Nine levels of 64 slots cover 64 bits
// of nanoseconds in ticks of 1024 ns; a slot of one level is as wide as the whole level below it.
// A bitmap for each level finds the next slot without walking, so arming, disarming and asking for
// the next deadline are O(1), and a clock that jumps by years passes over empty slots at no cost.
//
// Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", SOSP 1987, scheme 7. An entry's
// level is the highest group of six bits in which its tick differs from the wheel's: so the lowest
// level that holds anything holds what comes first, and two entries of one tick share one slot at
// every moment, which is why they expire in the order in which they were armed.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "assert.hpp"
#include "tag.hpp"

namespace loom {

/// "No deadline": later than any clock.
inline constexpr std::uint64_t no_deadline = UINT64_MAX;

/// The two neighbours in a circular list; alone, a list without entries.
struct TimerLinks {
  TimerLinks* previous = this;
  TimerLinks* next = this;
  TimerLinks() noexcept = default;
  TimerLinks(const TimerLinks&) = delete;
  TimerLinks& operator=(const TimerLinks&) = delete;
};

/// One deadline, owned by whatever waits for it. It stays where it is while it is armed.
struct TimerEntry : TimerLinks {
  std::uint64_t due_nanoseconds = no_deadline;  ///< on the reactor's clock; set by arm()
  Tag tag;                  ///< says in the reactor's `dispatch` what has expired
  std::uint16_t place = 0;  ///< the wheel's: which list the entry is in, 0 is none

  /// Whether the entry will expire.
  [[nodiscard]] bool armed() const noexcept { return place != 0; }
};

/// The wheel of one reactor. Only the reactor's own thread touches it.
class TimerWheel {
 public:
  /// 2^10 ns: nothing expires early, and at most this much late by the wheel itself.
  static constexpr unsigned tick_bits = 10;
  static constexpr std::uint64_t tick_nanoseconds = std::uint64_t{1} << tick_bits;

  /// Begins to count at `now`; with nothing armed.
  void start(std::uint64_t now_nanoseconds) noexcept {
    LOOM_ASSERT(armed_count_ == 0, "a wheel is started before anything is armed");
    tick_ = now_nanoseconds >> tick_bits;
  }

  /// The entry will expire at `due`, or with the next expire() when that is past; an entry that is
  /// armed already moves. Entries expire by tick; those of one tick, and late ones among
  /// themselves, in the order in which they were armed.
  void arm(TimerEntry& entry, std::uint64_t due_nanoseconds) noexcept {
    disarm(entry);
    entry.due_nanoseconds = due_nanoseconds;
    armed_count_ += 1;
    put(entry);
  }

  /// The entry will not expire. False when it was not armed.
  bool disarm(TimerEntry& entry) noexcept {
    if (!entry.armed()) return false;
    take(entry);
    armed_count_ -= 1;
    return true;
  }

  /// No entry is due before this time; no_deadline without entries. It is the first entry's due
  /// time rounded up to a tick, or earlier once when that entry was disarmed since.
  [[nodiscard]] std::uint64_t next_deadline() const noexcept {
    if (late_.next != &late_) return tick_ << tick_bits;
    if (levels_ == 0) return no_deadline;
    const auto level = static_cast<unsigned>(std::countr_zero(levels_));
    const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
    return earliest_[level * slots + slot] << tick_bits;
  }

  /// Moves the wheel to `now` and hands expired entries, disarmed, to `sink(TimerEntry&)`, at most
  /// `bound` of them; the others follow with the next call. The sink may arm and disarm anything.
  /// An entry moves down at most eight times in its life, whenever its slot is reached.
  /// @returns how many expired.
  template <class Sink>
  std::uint32_t expire(std::uint64_t now_nanoseconds, std::uint32_t bound, Sink&& sink) noexcept {
    const std::uint64_t target = now_nanoseconds >> tick_bits;
    for (std::uint32_t count = 0; count < bound; ++count) {
      while (late_.next == &late_) {
        if (!advance(target)) return count;
      }
      TimerEntry& entry = static_cast<TimerEntry&>(*late_.next);
      disarm(entry);
      sink(entry);
    }
    return bound;
  }

  /// How many entries are armed.
  [[nodiscard]] std::uint32_t armed_count() const noexcept { return armed_count_; }

 private:
  static constexpr unsigned slot_bits = 6;
  static constexpr unsigned slots = 1U << slot_bits;
  static constexpr unsigned levels = (64 - tick_bits) / slot_bits;
  static_assert(levels * slot_bits + tick_bits == 64, "the levels cover every time exactly");
  static constexpr std::uint64_t last_tick = UINT64_MAX >> tick_bits;
  /// `place` of entries that wait in late_; those in slots have 1 + level * 64 + slot.
  static constexpr std::uint16_t late_place = 1 + levels * slots;

  /// The first tick at which `due` is not in the future.
  static constexpr std::uint64_t tick_of(std::uint64_t due_nanoseconds) noexcept {
    const std::uint64_t whole = due_nanoseconds >> tick_bits;
    const bool rounds_up = (due_nanoseconds & (tick_nanoseconds - 1)) != 0 && whole != last_tick;
    return whole + (rounds_up ? 1 : 0);
  }

  static void append(TimerLinks& list, TimerEntry& entry) noexcept {
    entry.previous = list.previous;
    entry.next = &list;
    list.previous->next = &entry;
    list.previous = &entry;
  }

  /// Puts an unlinked entry where it belongs as seen from tick_.
  void put(TimerEntry& entry) noexcept {
    const std::uint64_t tick = tick_of(entry.due_nanoseconds);
    if (tick <= tick_) {
      entry.place = late_place;
      return append(late_, entry);
    }
    // The lowest bit changes no level, and tells clang-tidy that some bit is set.
    const auto zeros = static_cast<unsigned>(std::countl_zero((tick ^ tick_) | 1));
    const unsigned level = (63U - zeros) / slot_bits;
    const auto slot = static_cast<unsigned>(tick >> (level * slot_bits)) & (slots - 1);
    const unsigned position = level * slots + slot;
    const std::uint64_t bit = std::uint64_t{1} << slot;
    if ((occupied_[level] & bit) == 0 || tick < earliest_[position]) earliest_[position] = tick;
    occupied_[level] |= bit;
    levels_ = static_cast<std::uint16_t>(levels_ | (1U << level));
    entry.place = static_cast<std::uint16_t>(position + 1);
    append(lists_[position], entry);
  }

  /// Unlinks an entry, and clears the bit of a slot that this leaves empty.
  void take(TimerEntry& entry) noexcept {
    const unsigned place = entry.place;
    entry.previous->next = entry.next;
    entry.next->previous = entry.previous;
    entry.previous = entry.next = &entry;
    entry.place = 0;
    if (place != late_place && lists_[place - 1].next == &lists_[place - 1]) vacate(place - 1);
  }

  void vacate(unsigned position) noexcept {
    const unsigned level = position / slots;
    occupied_[level] &= ~(std::uint64_t{1} << (position % slots));
    if (occupied_[level] == 0) levels_ = static_cast<std::uint16_t>(levels_ & ~(1U << level));
  }

  /// Goes to the next slot that holds anything and moves its entries down, to late_ in the end.
  /// False when that slot begins after `target`, where the wheel then stands.
  bool advance(std::uint64_t target) noexcept {
    if (target <= tick_) return false;
    if (levels_ == 0) {
      tick_ = target;
      return false;
    }
    const auto level = static_cast<unsigned>(std::countr_zero(levels_));
    const auto slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
    const unsigned shift = level * slot_bits;
    // The slot lies in the part of the wheel that is current one level above.
    const std::uint64_t above = tick_ >> shift >> slot_bits << slot_bits << shift;
    const std::uint64_t begin = above | std::uint64_t{slot} << shift;
    LOOM_ASSERT(begin > tick_, "slots up to the current one are empty");
    if (begin > target) {
      tick_ = target;
      return false;
    }
    tick_ = begin;
    TimerLinks& list = lists_[level * slots + slot];
    while (list.next != &list) {
      TimerEntry& entry = static_cast<TimerEntry&>(*list.next);
      take(entry);
      put(entry);
    }
    return true;
  }

  std::uint64_t tick_ = 0;
  std::uint32_t armed_count_ = 0;
  /// Bit n: level n holds something.
  std::uint16_t levels_ = 0;
  /// Bit n of level m: slot n of it holds something.
  std::uint64_t occupied_[levels] = {};
  /// For slots that hold something: no entry in it has an earlier tick.
  std::uint64_t earliest_[levels * slots] = {};
  /// What is due and was not handed out yet.
  TimerLinks late_;
  TimerLinks lists_[levels * slots];
};

}  // namespace loom

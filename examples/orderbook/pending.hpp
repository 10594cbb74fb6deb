// What waits until a snapshot fits: depth diffs in order, in static memory with named bounds, and
// the newest snapshot that came before it was needed.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "book.hpp"

namespace feed {

/// One depthUpdate: update ids first..last (the exchange's U and u) and the levels they changed.
struct Diff {
  std::uint64_t first_id = 0;
  std::uint64_t last_id = 0;
  std::span<const Level> bids;
  std::span<const Level> asks;
};

/// A whole book as of update `last_id` (the exchange's lastUpdateId), best levels first.
struct Snapshot {
  std::uint64_t last_id = 0;
  std::span<const Level> bids;
  std::span<const Level> asks;
};

/// A bounded queue of diffs. `roomy()` turns false while what one connection may already have in
/// flight still fits, so that pausing the connection then loses nothing.
class PendingDiffs {
 public:
  /// Diffs held at most.
  static constexpr std::uint32_t maximum_diffs = 2048;
  /// Levels of all held diffs at most: 1 MiB.
  static constexpr std::uint32_t maximum_pending_levels = 65536;

  /// Diffs held.
  std::uint32_t size() const noexcept { return size_; }

  /// The most diffs that were ever held.
  std::uint32_t high_water() const noexcept { return high_water_; }

  /// False once the upper half, meant for what was received before a pause, is being used.
  bool roomy() const noexcept {
    return size_ < maximum_diffs / 2 && used_levels_ < maximum_pending_levels / 2;
  }

  /// Keeps a copy; false when it does not fit.
  bool store(const Diff& diff) noexcept {
    const std::size_t levels = diff.bids.size() + diff.asks.size();
    if (size_ == maximum_diffs || levels > maximum_pending_levels - used_levels_) return false;
    entries_[size_] = {diff.first_id, diff.last_id, used_levels_,
                       static_cast<std::uint32_t>(diff.bids.size()),
                       static_cast<std::uint32_t>(diff.asks.size())};
    push(diff.bids);
    push(diff.asks);
    ++size_;
    if (size_ > high_water_) high_water_ = size_;
    return true;
  }

  /// The diff at `index` < size(), oldest first; valid until clear().
  Diff diff(std::uint32_t index) const noexcept {
    const Entry& entry = entries_[index];
    const Level* bids = levels_ + entry.first_level;
    return {entry.first_id, entry.last_id, {bids, entry.bids}, {bids + entry.bids, entry.asks}};
  }

  /// Forgets all diffs.
  void clear() noexcept { size_ = used_levels_ = 0; }

 private:
  struct Entry {
    std::uint64_t first_id;
    std::uint64_t last_id;
    std::uint32_t first_level;
    std::uint32_t bids;
    std::uint32_t asks;
  };
  static_assert(maximum_pending_levels / 2 >= 2 * maximum_levels, "one more diff always fits");

  void push(std::span<const Level> levels) noexcept {
    if (!levels.empty()) std::memcpy(levels_ + used_levels_, levels.data(), levels.size_bytes());
    used_levels_ += static_cast<std::uint32_t>(levels.size());
  }

  std::uint32_t size_ = 0;
  std::uint32_t used_levels_ = 0;
  std::uint32_t high_water_ = 0;
  Entry entries_[maximum_diffs];
  Level levels_[maximum_pending_levels];
};

/// A copy of one snapshot that may be needed later.
class KeptSnapshot {
 public:
  /// True while a snapshot is kept.
  bool present() const noexcept { return present_; }

  /// The kept snapshot; valid until the next store().
  Snapshot snapshot() const noexcept {
    return {last_id_, {bids_, bid_count_}, {asks_, ask_count_}};
  }

  /// Keeps a copy instead of what was kept; each side has at most `maximum_levels`.
  void store(const Snapshot& snapshot) noexcept {
    last_id_ = snapshot.last_id;
    bid_count_ = copy(snapshot.bids, bids_);
    ask_count_ = copy(snapshot.asks, asks_);
    present_ = true;
  }

  /// Forgets it.
  void drop() noexcept { present_ = false; }

 private:
  static std::size_t copy(std::span<const Level> from, Level* to) noexcept {
    const std::size_t count = from.size() < maximum_levels ? from.size() : maximum_levels;
    if (count != 0) std::memcpy(to, from.data(), count * sizeof *to);
    return count;
  }

  bool present_ = false;
  std::uint64_t last_id_ = 0;
  std::size_t bid_count_ = 0;
  std::size_t ask_count_ = 0;
  Level bids_[maximum_levels];
  Level asks_[maximum_levels];
};

}  // namespace feed

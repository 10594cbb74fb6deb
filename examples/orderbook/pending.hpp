// What waits until diffs and a snapshot fit together: diffs in order, and snapshots that came
// before they were needed. Static memory, every bound named.
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

  /// The diff at `index` < size(), oldest first; valid until drop_first() or store().
  Diff diff(std::uint32_t index) const noexcept {
    const Entry& entry = entries_[index];
    const Level* bids = levels_ + entry.first_level;
    return {entry.first_id, entry.last_id, {bids, entry.bids}, {bids + entry.bids, entry.asks}};
  }

  /// Forgets the oldest `count` <= size() diffs; the others move to the front.
  void drop_first(std::uint32_t count) noexcept {
    if (count == 0) return;
    const std::uint32_t left = size_ - count;
    const std::uint32_t gone = left == 0 ? used_levels_ : entries_[count].first_level;
    std::memmove(entries_, entries_ + count, left * sizeof *entries_);
    std::memmove(levels_, levels_ + gone, (used_levels_ - gone) * sizeof *levels_);
    for (std::uint32_t index = 0; index < left; ++index) entries_[index].first_level -= gone;
    size_ = left;
    used_levels_ -= gone;
  }

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

/// Copies of snapshots that came before they were needed, oldest first. When there is no room the
/// oldest makes way: it is the least likely to reach the diffs to come.
class KeptSnapshots {
 public:
  /// Snapshots held at most: 1 MiB of levels.
  static constexpr std::uint32_t maximum_snapshots = 4;

  /// True when none is kept.
  bool empty() const noexcept { return size_ == 0; }

  /// The oldest one; valid until it is dropped.
  Snapshot oldest() const noexcept {
    const Entry& entry = entries_[first_];
    return {entry.last_id, {entry.bids, entry.bid_count}, {entry.asks, entry.ask_count}};
  }

  /// Keeps a copy; each side has at most `maximum_levels`.
  void store(const Snapshot& snapshot) noexcept {
    if (size_ == maximum_snapshots) drop_oldest();
    Entry& entry = entries_[(first_ + size_) % maximum_snapshots];
    entry.last_id = snapshot.last_id;
    entry.bid_count = copy(snapshot.bids, entry.bids);
    entry.ask_count = copy(snapshot.asks, entry.asks);
    ++size_;
  }

  /// Forgets the oldest; there must be one.
  void drop_oldest() noexcept {
    first_ = (first_ + 1) % maximum_snapshots;
    --size_;
  }

 private:
  struct Entry {
    std::uint64_t last_id;
    std::size_t bid_count;
    std::size_t ask_count;
    Level bids[maximum_levels];
    Level asks[maximum_levels];
  };

  static std::size_t copy(std::span<const Level> from, Level* to) noexcept {
    const std::size_t count = from.size() < maximum_levels ? from.size() : maximum_levels;
    if (count != 0) std::memcpy(to, from.data(), count * sizeof *to);
    return count;
  }

  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  Entry entries_[maximum_snapshots];
};

}  // namespace feed

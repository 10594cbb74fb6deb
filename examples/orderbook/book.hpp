// One instrument's book of price levels in static memory. Each side is a flat sorted array with the
// best price at its end: most updates touch the first few levels, so they move a few entries and
// stay in one or two cache lines, and nothing is ever allocated.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace feed {

/// A price level; both fields count 10^-8 (decimal.hpp). Quantity 0 means: remove this price.
struct Level {
  std::int64_t price = 0;
  std::int64_t quantity = 0;
  friend bool operator==(const Level&, const Level&) = default;
};

/// Which prices are better: higher bids, lower asks.
enum class SideKind : std::uint8_t { bids, asks };

/// The levels of one side, at most `capacity` of them. When a better price arrives at a full side
/// the worst is given up and counted: `overflows` above zero means the book is no longer complete.
template <SideKind kind, std::uint32_t capacity>
class Side {
 public:
  /// Levels now held.
  std::uint32_t size() const noexcept { return size_; }

  /// Levels lost because the side was full.
  std::uint64_t overflows() const noexcept { return overflows_; }

  /// The level `depth` steps behind the best; `depth` < size().
  Level level(std::uint32_t depth) const noexcept {
    const std::uint32_t index = size_ - 1 - depth;
    return {price_of(keys_[index]), quantities_[index]};
  }

  /// The best level, or zeros when the side is empty.
  Level best() const noexcept { return size_ == 0 ? Level{} : level(0); }

  /// Forgets all levels; the overflow count stays.
  void clear() noexcept { size_ = 0; }

  /// Sets the quantity at a price, or removes the price when the quantity is 0. Removing a price
  /// that is not there is normal on a diff stream and does nothing.
  void set(Level level) noexcept {
    const std::int64_t key = price_of(level.price);
    const std::uint32_t index = find(key);
    const bool present = index < size_ && keys_[index] == key;
    if (level.quantity == 0) {
      if (present) erase(index);
    } else if (present) {
      quantities_[index] = level.quantity;
    } else if (size_ < capacity) {
      insert(index, key, level.quantity);
    } else {
      replace_worst(index, key, level.quantity);
    }
  }

  /// Replaces all levels. Snapshots list the best first, so the end is taken first: every level is
  /// then appended, not moved past the others. Any order gives the same side.
  void assign(std::span<const Level> levels) noexcept {
    clear();
    for (std::size_t index = levels.size(); index > 0; --index) set(levels[index - 1]);
  }

 private:
  /// Levels looked at one by one from the top before a binary search takes over.
  static constexpr std::uint32_t near_levels = 16;

  /// Keys ascend towards the best: bids by price, asks by negated price. Its own inverse.
  static constexpr std::int64_t price_of(std::int64_t key) noexcept {
    return kind == SideKind::bids ? key : -key;
  }

  /// Index of the first key that is not less than `key`; size() if there is none.
  std::uint32_t find(std::int64_t key) const noexcept {
    const std::uint32_t stop = size_ > near_levels ? size_ - near_levels : 0;
    std::uint32_t index = size_;
    while (index > stop && keys_[index - 1] >= key) --index;
    if (index > stop || stop == 0) return index;
    return static_cast<std::uint32_t>(std::lower_bound(keys_, keys_ + stop, key) - keys_);
  }

  void insert(std::uint32_t index, std::int64_t key, std::int64_t quantity) noexcept {
    const std::size_t tail = size_ - index;
    std::memmove(keys_ + index + 1, keys_ + index, tail * sizeof *keys_);
    std::memmove(quantities_ + index + 1, quantities_ + index, tail * sizeof *quantities_);
    keys_[index] = key;
    quantities_[index] = quantity;
    ++size_;
  }

  void erase(std::uint32_t index) noexcept {
    const std::size_t tail = size_ - index - 1;
    std::memmove(keys_ + index, keys_ + index + 1, tail * sizeof *keys_);
    std::memmove(quantities_ + index, quantities_ + index + 1, tail * sizeof *quantities_);
    --size_;
  }

  void replace_worst(std::uint32_t index, std::int64_t key, std::int64_t quantity) noexcept {
    ++overflows_;
    if (index == 0) return;  // the new level is the worst of all
    erase(0);
    insert(index - 1, key, quantity);
  }

  std::uint32_t size_ = 0;
  std::uint64_t overflows_ = 0;
  alignas(64) std::int64_t keys_[capacity];
  alignas(64) std::int64_t quantities_[capacity];
};

/// Levels per side that a book holds and that one message may carry.
inline constexpr std::uint32_t maximum_levels = 8192;

/// Both sides of one instrument.
struct PriceBook {
  Side<SideKind::bids, maximum_levels> bids;
  Side<SideKind::asks, maximum_levels> asks;

  /// Applies the changed levels of one diff.
  void apply(std::span<const Level> bid_levels, std::span<const Level> ask_levels) noexcept {
    for (const Level& level : bid_levels) bids.set(level);
    for (const Level& level : ask_levels) asks.set(level);
  }

  /// Starts again from the levels of a snapshot.
  void assign(std::span<const Level> bid_levels, std::span<const Level> ask_levels) noexcept {
    bids.assign(bid_levels);
    asks.assign(ask_levels);
  }

  /// True when the best bid is not below the best ask: something was applied that should not be.
  bool crossed() const noexcept {
    return bids.size() != 0 && asks.size() != 0 && bids.best().price >= asks.best().price;
  }

  /// Levels lost on both sides because a side was full.
  std::uint64_t overflows() const noexcept { return bids.overflows() + asks.overflows(); }
};

}  // namespace feed

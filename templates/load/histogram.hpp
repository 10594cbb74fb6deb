// A log-linear histogram of nanoseconds: 128 buckets for each power of two, so a percentile is at
// most 1/128 above what was recorded. Everything has its place from the start; recording is an
// index and an increment.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

/// Counts values of up to 2^42 ns (73 minutes); what is longer counts as the longest.
class Histogram {
 public:
  /// Adds one value.
  void record(std::uint64_t nanoseconds) noexcept {
    buckets_[std::min(index_of(nanoseconds), bucket_count - 1)] += 1;
    count_ += 1;
    maximum_ = std::max(maximum_, nanoseconds);
  }

  /// How many values there are.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

  /// The largest value, exactly; 0 without any.
  [[nodiscard]] std::uint64_t maximum() const noexcept { return maximum_; }

  /// The value that `fraction` of all do not exceed, as the upper end of its bucket; 0 without any.
  [[nodiscard]] std::uint64_t percentile(double fraction) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(fraction * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t index = 0; index < bucket_count; ++index) {
      seen += buckets_[index];
      if (seen > wanted || (seen == count_ && seen != 0)) {
        return std::min(upper_end(index), maximum_);
      }
    }
    return 0;
  }

 private:
  static constexpr unsigned sub_bits = 7;
  static constexpr std::size_t sub_count = std::size_t{1} << sub_bits;
  static constexpr std::size_t bucket_count = (42 - sub_bits + 1) * sub_count;

  static std::size_t index_of(std::uint64_t value) noexcept {
    if (value < sub_count) return value;
    const auto shift = static_cast<unsigned>(std::bit_width(value)) - sub_bits - 1;
    return std::size_t{shift} * sub_count + (value >> shift);
  }

  static std::uint64_t upper_end(std::size_t index) noexcept {
    if (index < 2 * sub_count) return index;
    const std::size_t shift = index / sub_count - 1;
    return ((std::uint64_t{index % sub_count + sub_count} + 1) << shift) - 1;
  }

  std::array<std::uint64_t, bucket_count> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t maximum_ = 0;
};

}  // namespace bench

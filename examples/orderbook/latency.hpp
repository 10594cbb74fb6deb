// A histogram of nanoseconds in static memory: 64 linear steps in every power of two, so a
// percentile is at most 1/64 (1.6 %) above the true value, from 1 ns to centuries.
#pragma once

#include <bit>
#include <cstdint>

namespace feed {

/// Counts durations; recording is a shift, an add and one increment.
class LatencyHistogram {
 public:
  /// Counts one duration.
  void record(std::uint64_t nanoseconds) noexcept {
    ++counts_[bucket_of(nanoseconds)];
    ++total_;
    if (nanoseconds > maximum_) maximum_ = nanoseconds;
  }

  /// Durations recorded.
  std::uint64_t total() const noexcept { return total_; }

  /// The longest duration recorded, exact.
  std::uint64_t maximum_nanoseconds() const noexcept { return maximum_; }

  /// The smallest duration that at least `permille` thousandths of all are not above, rounded up to
  /// the end of its step; 0 when nothing was recorded. `permille` is 1..1000.
  std::uint64_t percentile_nanoseconds(std::uint32_t permille) const noexcept {
    if (total_ == 0) return 0;
    const std::uint64_t rank = (total_ * permille + 999) / 1000;
    std::uint64_t seen = 0;
    for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
      seen += counts_[bucket];
      if (seen < rank) continue;
      const std::uint64_t end = end_of(bucket);
      return end < maximum_ ? end : maximum_;
    }
    return maximum_;
  }

 private:
  static constexpr std::uint32_t step_bits = 6;
  static constexpr std::uint32_t steps = 1U << step_bits;
  static constexpr std::uint32_t buckets = (64 - step_bits + 1) * steps;

  static std::uint32_t bucket_of(std::uint64_t value) noexcept {
    if (value < steps) return static_cast<std::uint32_t>(value);
    const auto shift = static_cast<std::uint32_t>(std::bit_width(value)) - step_bits - 1;
    return (shift << step_bits) + static_cast<std::uint32_t>(value >> shift);
  }

  /// The largest value that falls into a bucket.
  static std::uint64_t end_of(std::uint32_t bucket) noexcept {
    if (bucket < 2 * steps) return bucket;
    const std::uint32_t shift = (bucket >> step_bits) - 1;
    const std::uint64_t first = static_cast<std::uint64_t>(bucket - (shift << step_bits)) << shift;
    return first + ((std::uint64_t{1} << shift) - 1);
  }

  std::uint64_t total_ = 0;
  std::uint64_t maximum_ = 0;
  std::uint64_t counts_[buckets] = {};
};

}  // namespace feed

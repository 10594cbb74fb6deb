// How late the loop is: the lateness of every expired deadline in a histogram of fixed size, log-
// linear like HdrHistogram's: sixteen steps for each power of two, so that a value is known to
// 6.25 % whatever its size.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace loom {

/// What a reactor's deadlines were late, in nanoseconds: values that half, 90 %, 99 % and 99.9 % of
/// them did not exceed, each rounded up by at most 6.25 %, and the greatest, which is exact.
struct LatenessSummary {
  std::uint64_t count = 0;
  std::uint64_t p50_nanoseconds = 0;
  std::uint64_t p90_nanoseconds = 0;
  std::uint64_t p99_nanoseconds = 0;
  std::uint64_t p99_9_nanoseconds = 0;
  std::uint64_t maximum_nanoseconds = 0;
};

/// Counts by size. One thread uses it.
class LatenessHistogram {
 public:
  /// Notes one expiry; from 2^41 ns (36 minutes) on all are alike, except for the maximum.
  void record(std::uint64_t late_nanoseconds) noexcept {
    if (late_nanoseconds > maximum_) maximum_ = late_nanoseconds;
    counts_[bucket_of(late_nanoseconds)] += 1;
    count_ += 1;
  }

  /// Walks over all 608 counts once.
  [[nodiscard]] LatenessSummary summary() const noexcept {
    LatenessSummary result{.count = count_, .maximum_nanoseconds = maximum_};
    const struct {
      std::uint64_t per_mille;
      std::uint64_t& value;
    } wanted[] = {{500, result.p50_nanoseconds},
                  {900, result.p90_nanoseconds},
                  {990, result.p99_nanoseconds},
                  {999, result.p99_9_nanoseconds}};
    std::size_t next = 0;
    std::uint64_t seen = 0;
    for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
      seen += counts_[bucket];
      // The nearest rank: at least this share of all entries is not greater.
      while (next < 4 && seen != 0 && seen * 1000 >= wanted[next].per_mille * count_) {
        const std::uint64_t greatest = greatest_of(bucket);
        wanted[next].value = greatest < maximum_ ? greatest : maximum_;
        next += 1;
      }
    }
    return result;
  }

 private:
  static constexpr unsigned step_bits = 4;
  static constexpr std::size_t steps = std::size_t{1} << step_bits;
  static constexpr unsigned value_bits = 41;
  static constexpr std::size_t buckets = (value_bits - step_bits + 1) * steps;

  /// Values below 16 have a bucket each; above, the five highest bits choose.
  static constexpr std::size_t bucket_of(std::uint64_t value) noexcept {
    constexpr std::uint64_t greatest = (std::uint64_t{1} << value_bits) - 1;
    if (value > greatest) value = greatest;
    const auto width = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = width > step_bits + 1 ? width - step_bits - 1 : 0;
    return shift * steps + static_cast<std::size_t>(value >> shift);
  }

  /// The greatest value that falls into a bucket.
  static constexpr std::uint64_t greatest_of(std::size_t bucket) noexcept {
    const std::size_t shift = bucket < 2 * steps ? 0 : bucket / steps - 1;
    const std::uint64_t step = bucket - shift * steps;
    return ((step + 1) << shift) - 1;
  }

  std::uint64_t count_ = 0;
  std::uint64_t maximum_ = 0;
  std::uint64_t counts_[buckets] = {};
};

}  // namespace loom

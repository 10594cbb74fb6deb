// When the messages of a rate are due.
#pragma once

#include <cstdint>

namespace bench {

/// So many messages a second, at equal distances.
class Pace {
 public:
  /// @param rate messages a second, 1 to 100,000,000
  explicit Pace(std::uint64_t rate) noexcept : rate_(rate) {}

  /// Messages whose time has come `elapsed` nanoseconds after the start.
  [[nodiscard]] std::uint64_t due_at(std::uint64_t elapsed) const noexcept {
    // In two parts: the product of an hour and a high rate does not fit into 64 bits.
    const std::uint64_t seconds = elapsed / 1'000'000'000;
    const std::uint64_t rest = elapsed % 1'000'000'000;
    return seconds * rate_ + rest * rate_ / 1'000'000'000 + 1;
  }

  /// When message `number` is due, in nanoseconds after the start.
  [[nodiscard]] std::uint64_t due_time(std::uint64_t number) const noexcept {
    return number / rate_ * 1'000'000'000 + number % rate_ * 1'000'000'000 / rate_;
  }

 private:
  std::uint64_t rate_;
};

}  // namespace bench

// A message as the load generator writes it: u16be length, then the body, which begins with a stamp
// and a number; letters fill the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "tally.hpp"

namespace bench {

/// Messages of one size.
class Frame {
 public:
  explicit Frame(std::uint64_t body_bytes) noexcept
      : body_bytes_(static_cast<std::size_t>(body_bytes)) {}

  /// Bytes of a whole message.
  [[nodiscard]] std::size_t bytes() const noexcept { return prefix_bytes + body_bytes_; }

  /// Writes what does not change from message to message.
  void prepare(std::byte* at) const noexcept {
    at[0] = static_cast<std::byte>(body_bytes_ >> 8U);
    at[1] = static_cast<std::byte>(body_bytes_ & 0xffU);
    std::memset(at + prefix_bytes, 0, body_bytes_);
    for (std::size_t n = head_bytes; n < bytes(); ++n) {
      at[n] = static_cast<std::byte>('a' + n % 26);
    }
  }

  /// Stamps a prepared message.
  static void stamp(std::byte* at, std::uint64_t time, std::uint64_t number) noexcept {
    std::memcpy(at + prefix_bytes, &time, sizeof time);
    std::memcpy(at + prefix_bytes + stamp_bytes, &number, sizeof number);
  }

  /// Whether `at` is message `number` as it was sent at `time`; `prepared` is one to compare with.
  [[nodiscard]] bool is(const std::byte* at, const std::byte* prepared, std::uint64_t time,
                        std::uint64_t number) const noexcept {
    return std::memcmp(at, prepared, prefix_bytes) == 0 &&
           std::memcmp(at + prefix_bytes, &time, sizeof time) == 0 &&
           std::memcmp(at + prefix_bytes + stamp_bytes, &number, sizeof number) == 0 &&
           std::memcmp(at + head_bytes, prepared + head_bytes, bytes() - head_bytes) == 0;
  }

 private:
  /// Prefix, stamp and number.
  static constexpr std::size_t head_bytes = prefix_bytes + stamp_bytes + sizeof(std::uint64_t);

  std::size_t body_bytes_;
};

}  // namespace bench

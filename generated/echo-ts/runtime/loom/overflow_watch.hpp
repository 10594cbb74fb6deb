// Whether a channel loses messages: from the first that is lost until the ring is half empty again,
// so that a reader who makes room for one message at a time is told twice and not each time.
#pragma once

#include <cstdint>
#include <optional>

namespace loom {

/// Part of a Publisher; the reactor asks once a turn what has changed.
class OverflowWatch {
 public:
  /// A message was lost, or replaced while it waited.
  void lost() noexcept { overflows_ = true; }

  /// A message found room; afterwards `used` of `capacity` cells are, as far as is known.
  void stored(std::uint32_t used, std::uint32_t capacity) noexcept {
    if (overflows_ && used <= capacity / 2) overflows_ = false;
  }

  /// True: it began, false: it ceased, nothing: as the last time.
  [[nodiscard]] std::optional<bool> take_change() noexcept {
    if (overflows_ == told_) return std::nullopt;
    told_ = overflows_;
    return told_;
  }

 private:
  bool overflows_ = false;
  bool told_ = false;
};

}  // namespace loom

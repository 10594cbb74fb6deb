// What became of a message that a handler published to a channel.
#pragma once

#include <cstdint>

namespace loom {

/// What became of a published message.
class PublishResult {
 public:
  enum Value : std::uint8_t {
    published,  ///< the reader will see it, or nobody reads now
    replaced,   ///< it took the place of an older message of its key
    waits,      ///< conflate: there is no room now, and it is published when there is some
    dropped,    ///< there is no room, and it is lost and counted
    full,       ///< block: there is no room; on_room tells when there is some
  };

  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr PublishResult(Value value) noexcept : value_(value) {}

  /// Which of these it was.
  [[nodiscard]] constexpr Value value() const noexcept { return value_; }
  /// True when the reader will see it at once.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return value_ <= replaced; }

 private:
  Value value_;
};

}  // namespace loom

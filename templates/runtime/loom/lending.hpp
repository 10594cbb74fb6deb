// Bytes of a receive buffer on loan to a connection's writes. While a hook has the buffer, a write
// of a large part of it is noted here instead of copied, and the engine sends it from where it is
// before the buffer goes back. One buffer is on loan at a time.
#pragma once

#include <cstdint>

#include "assert.hpp"
#include "bytes.hpp"

namespace loom {

/// What one fd lends; see the head of this file.
class Lending {
 public:
  /// Below so many bytes a copy costs less than what it spares.
  static constexpr std::uint32_t smallest_bytes = 512;

  /// The hooks of `slot` are about to see `bytes`.
  void begin(const void* slot, Bytes bytes) noexcept {
    LOOM_ASSERT(slot_ == nullptr && taken_.empty(), "one buffer is on loan at a time");
    slot_ = slot;
    bytes_ = bytes;
  }

  /// The hooks have returned. @returns what was written of the bytes, which the caller sends.
  Bytes end() noexcept {
    slot_ = nullptr;
    return withdraw();
  }

  /// Whether a write of `bytes` by `slot` is more than a copy: it could be taken, or one was.
  [[nodiscard]] bool may_take(const void* slot, Bytes bytes) const noexcept {
    return slot_ == slot && (bytes.size() >= smallest_bytes || !taken_.empty());
  }

  /// Bytes that a write of `slot` took, of those on loan.
  [[nodiscard]] std::uint32_t taken_bytes(const void* slot) const noexcept {
    return slot_ == slot ? taken_.size() : 0;
  }

  /// A write with nothing before it: true when it may be sent from where it is.
  bool take(Bytes bytes) noexcept {
    const bool lies_within = bytes.begin() >= bytes_.begin() && bytes.end() <= bytes_.end();
    if (bytes.size() < smallest_bytes || !lies_within || !taken_.empty()) return false;
    taken_ = bytes;
    return true;
  }

  /// Takes back what was taken: it is copied after all, for more is written behind it.
  Bytes withdraw() noexcept {
    const Bytes taken = taken_;
    taken_ = Bytes();
    return taken;
  }

 private:
  const void* slot_ = nullptr;  ///< whose hooks run; nullptr: nobody's
  Bytes bytes_;                 ///< what they were given
  Bytes taken_;                 ///< what they wrote of it
};

}  // namespace loom

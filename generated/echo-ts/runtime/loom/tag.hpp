// The 64-bit word that travels through the kernel with each operation. It names a slot, an
// operation and the slot's generation, and never holds a pointer: a completion that comes late
// for a recycled slot is recognised by its generation and dropped.
#pragma once

#include <cstdint>

#include "assert.hpp"

namespace loom {

/// {generation:32, operation:12, slot:20}, packed; a value type.
class Tag {
 public:
  static constexpr std::uint32_t slot_bits = 20;
  static constexpr std::uint32_t operation_bits = 12;
  /// One past the greatest slot and the greatest operation that fit.
  static constexpr std::uint32_t slot_limit = 1U << slot_bits;
  static constexpr std::uint32_t operation_limit = 1U << operation_bits;

  constexpr Tag() noexcept = default;

  /// Packs the three parts; `slot` and `operation` must be below their limits.
  constexpr Tag(std::uint32_t slot, std::uint32_t operation, std::uint32_t generation) noexcept
      : word_((std::uint64_t{generation} << 32U) | (std::uint64_t{operation} << slot_bits) | slot) {
    LOOM_ASSERT(slot < slot_limit, "slot does not fit a tag");
    LOOM_ASSERT(operation < operation_limit, "operation does not fit a tag");
  }

  /// The tag whose packed form is `word`.
  static constexpr Tag from_word(std::uint64_t word) noexcept {
    Tag tag;
    tag.word_ = word;
    return tag;
  }

  /// The packed form, as user_data carries it.
  [[nodiscard]] constexpr std::uint64_t word() const noexcept { return word_; }
  /// Index of the slot within its reactor.
  [[nodiscard]] constexpr std::uint32_t slot() const noexcept {
    return static_cast<std::uint32_t>(word_) & (slot_limit - 1);
  }
  /// Number of the operation in the reactor's `Operation` enumeration.
  [[nodiscard]] constexpr std::uint16_t operation() const noexcept {
    return static_cast<std::uint16_t>((word_ >> slot_bits) & (operation_limit - 1));
  }
  /// How often the slot had been used when the operation began.
  [[nodiscard]] constexpr std::uint32_t generation() const noexcept {
    return static_cast<std::uint32_t>(word_ >> 32U);
  }

 private:
  std::uint64_t word_ = 0;
};

static_assert(Tag(5, 9, 77).slot() == 5 && Tag(5, 9, 77).operation() == 9);
static_assert(Tag(5, 9, 77).generation() == 77);

}  // namespace loom

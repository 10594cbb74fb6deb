// Storage of a fiber's own, as its record has it: a fixed number of slots of a fixed size, and who
// destroys what is in them. FiberLocal is what a program says instead.
#pragma once

#include <cstddef>
#include <cstdint>

namespace loom {

/// Keys of a program, and the bytes of each one's value.
inline constexpr std::uint32_t fiber_local_slots = 8;
inline constexpr std::size_t fiber_local_bytes = 32;

/// The values of one fiber.
class FiberLocals {
 public:
  /// The place of a key's value.
  [[nodiscard]] void* place(std::uint32_t slot) noexcept { return slots_[slot].value; }
  /// Whether the fiber has a value for the key.
  [[nodiscard]] bool has(std::uint32_t slot) const noexcept {
    return slots_[slot].destroy != nullptr;
  }
  /// A value was made there.
  void keep(std::uint32_t slot, void (*destroy)(void* value) noexcept) noexcept {
    slots_[slot].destroy = destroy;
  }

  /// The fiber's end: destroys the values, the latest key's first.
  void clear() noexcept {
    for (std::uint32_t slot = fiber_local_slots; slot-- != 0;) {
      if (!has(slot)) continue;
      slots_[slot].destroy(place(slot));
      slots_[slot].destroy = nullptr;
    }
  }

 private:
  struct Slot {
    alignas(16) std::byte value[fiber_local_bytes];
    void (*destroy)(void* value) noexcept = nullptr;
  };
  Slot slots_[fiber_local_slots];
};

}  // namespace loom

// Variables of which each fiber has its own: a request's number for the log, a transaction. Keys
// are static objects, made before the reactors start; their number is bounded, because the values
// lie in the fibers' records.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>

#include "this_fiber.hpp"

namespace loom {

/// Hands out slots; one for the program.
class FiberLocalSlots {
 public:
  /// The next slot; fiber_local_slots or more when there is none left.
  static std::uint32_t claim() noexcept {
    // Relaxed: the number is all that is shared.
    return next_.fetch_add(1, std::memory_order_relaxed);
  }

 private:
  /// Partner: claim() on any thread.
  static inline std::atomic<std::uint32_t> next_{0};
};

/// A key: `static loom::FiberLocal<Trace> trace;`. A `Value` is default constructible and takes at
/// most fiber_local_bytes; it is made when its fiber first asks, and destroyed when that ends.
template <class Value>
class FiberLocal {
  static_assert(sizeof(Value) <= fiber_local_bytes && alignof(Value) <= 16,
                "A fiber's own variable takes at most 32 bytes; keep a pointer to more.");
  static_assert(std::is_nothrow_default_constructible_v<Value> &&
                    std::is_nothrow_destructible_v<Value>,
                "A fiber's own variable is made and destroyed without throwing.");

 public:
  FiberLocal() noexcept : slot_(FiberLocalSlots::claim()) {}
  FiberLocal(const FiberLocal&) = delete;
  FiberLocal& operator=(const FiberLocal&) = delete;

  /// This fiber's value, made when there is none yet.
  /// @returns Failure::exhausted when the program has more than fiber_local_slots keys.
  [[nodiscard]] Result<Value*> get() noexcept {
    if (slot_ >= fiber_local_slots) return Failure::exhausted;
    FiberLocals& locals = this_fiber::record().locals;
    if (!locals.has(slot_)) {
      ::new (locals.place(slot_)) Value();
      locals.keep(slot_, [](void* value) noexcept { std::destroy_at(static_cast<Value*>(value)); });
    }
    return find();
  }

  /// This fiber's value; nullptr when it has none.
  [[nodiscard]] Value* find() noexcept {
    FiberLocals& locals = this_fiber::record().locals;
    if (slot_ >= fiber_local_slots || !locals.has(slot_)) return nullptr;
    return std::launder(static_cast<Value*>(locals.place(slot_)));
  }

 private:
  std::uint32_t slot_;
};

}  // namespace loom

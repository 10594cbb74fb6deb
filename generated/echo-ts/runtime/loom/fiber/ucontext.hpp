// The switch between the loop and a fiber by the C library's makecontext(3) and swapcontext(3).
// It saves and restores the signal mask by a system call each time, which makes it the slowest of
// the three; it is there for machines that neither of the others knows, and because the C library
// switches a shadow stack along.
#pragma once

#include <ucontext.h>

#include <bit>
#include <cstddef>
#include <cstdint>

namespace loom {

/// One fiber's end and the loop's end of the switch between them; the members of Fcontext.
class Ucontext {
 public:
  static constexpr const char* name = "ucontext";

  /// Makes `entry(argument)` run at the next enter(), on the stack that ends at `top`. `entry`
  /// must not return.
  void prepare(std::byte* top, std::size_t bytes, void (*entry)(void*) noexcept,
               void* argument) noexcept {
    entry_ = entry;
    argument_ = argument;
    getcontext(&fiber_);
    fiber_.uc_stack.ss_sp = top - bytes;
    fiber_.uc_stack.ss_size = bytes;
    fiber_.uc_link = nullptr;
    // makecontext(3) passes int arguments only: the two halves of a pointer.
    const auto self = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(this));
    makecontext(&fiber_, reinterpret_cast<void (*)()>(&begin), 2,
                static_cast<std::uint32_t>(self >> 32U), static_cast<std::uint32_t>(self));
  }

  /// In the loop: runs the fiber until it leaves.
  [[gnu::always_inline]] void enter() noexcept { swapcontext(&loop_, &fiber_); }

  /// In the fiber: goes back to the loop; returns at the next enter().
  [[gnu::always_inline]] void leave() noexcept { swapcontext(&fiber_, &loop_); }

 private:
  static void begin(std::uint32_t high, std::uint32_t low) noexcept {
    const std::uint64_t self = std::uint64_t{high} << 32U | low;
    const auto* context = std::bit_cast<const Ucontext*>(static_cast<std::uintptr_t>(self));
    context->entry_(context->argument_);
  }

  ucontext_t loop_{};
  ucontext_t fiber_{};
  void (*entry_)(void*) noexcept = nullptr;
  void* argument_ = nullptr;
};

}  // namespace loom

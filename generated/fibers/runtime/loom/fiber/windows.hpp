// The switch between the loop and a fiber by Windows' own fibers, which bring their own stacks:
// Windows keeps a stack's bounds beside the registers, and ends a process that throws on one that
// it does not know. So the stacks of the pool are only counted here, and a guard page of Windows
// ends a fiber that overflows.
#pragma once

#if defined(_WIN32)

#include <cstddef>
#include <cstdlib>

#include "../system/platform.hpp"

namespace loom {

/// One fiber's end and the loop's end of the switch between them; the members of Fcontext.
class WindowsFiber {
 public:
  static constexpr const char* name = "windows";

  WindowsFiber() noexcept = default;
  WindowsFiber(const WindowsFiber&) = delete;
  WindowsFiber& operator=(const WindowsFiber&) = delete;
  ~WindowsFiber() { drop(); }

  /// Makes `entry(argument)` run at the next enter(), on a stack of `bytes` bytes. `entry` must not
  /// return. Without memory for the stack the process ends.
  void prepare(std::byte* /*top*/, std::size_t bytes, void (*entry)(void*) noexcept,
               void* argument) noexcept {
    drop();
    entry_ = entry;
    argument_ = argument;
    fiber_ = CreateFiberEx(committed_bytes, bytes, FIBER_FLAG_FLOAT_SWITCH, &begin, this);
    if (fiber_ == nullptr) std::abort();
  }

  /// In the loop: runs the fiber until it leaves.
  void enter() noexcept {
    if (IsThreadAFiber() == FALSE) ConvertThreadToFiberEx(nullptr, FIBER_FLAG_FLOAT_SWITCH);
    loop_ = GetCurrentFiber();
    SwitchToFiber(fiber_);
  }

  /// In the fiber: goes back to the loop; returns at the next enter().
  void leave() noexcept { SwitchToFiber(loop_); }

 private:
  /// Of a stack, committed when it is made.
  static constexpr std::size_t committed_bytes = 4096;

  static void WINAPI begin(void* self) noexcept {
    const auto& context = *static_cast<WindowsFiber*>(self);
    context.entry_(context.argument_);
  }

  /// Gives the last fiber's stack back; it has ended, and is not the one that runs.
  void drop() noexcept {
    if (fiber_ != nullptr) DeleteFiber(fiber_);
    fiber_ = nullptr;
  }

  void* loop_ = nullptr;
  void* fiber_ = nullptr;
  void (*entry_)(void*) noexcept = nullptr;
  void* argument_ = nullptr;
};

}  // namespace loom

#endif

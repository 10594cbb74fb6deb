// What sanitizers must be told when a thread changes its stack: AddressSanitizer where the stack
// lies, LeakSanitizer that what it holds is in use, ThreadSanitizer which fiber runs. Empty in any
// other build.
#pragma once

#include <cstddef>

#include "../sanitizer.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define LOOM_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LOOM_ADDRESS_SANITIZER 1
#endif
#endif

#ifdef LOOM_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif

namespace loom {

/// One fiber as the sanitizers see it (sanitizer/common_interface_defs.h, tsan_interface.h). Always
/// inlined, as the switch itself: ThreadSanitizer counts calls for each fiber, so a function must
/// not begin on one and return on another.
class SanitizedFiber {
 public:
  /// A fiber begins on a stack.
  void begin([[maybe_unused]] const std::byte* bottom,
             [[maybe_unused]] std::size_t bytes) noexcept {
#ifdef LOOM_ADDRESS_SANITIZER
    bottom_ = bottom;
    bytes_ = bytes;
    fake_stack_ = nullptr;
    __lsan_register_root_region(bottom_, bytes_);
#endif
#ifdef LOOM_THREAD_SANITIZER
    fiber_ = __tsan_create_fiber(0);
#endif
  }

  /// The loop, right before it enters the fiber.
  [[gnu::always_inline]] void before_enter() noexcept {
#ifdef LOOM_ADDRESS_SANITIZER
    __sanitizer_start_switch_fiber(&loop_fake_stack_, bottom_, bytes_);
#endif
#ifdef LOOM_THREAD_SANITIZER
    loop_ = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(fiber_, 0);
#endif
  }

  /// The loop, right after the fiber left; `finished` when it will not be entered again.
  [[gnu::always_inline]] void after_enter([[maybe_unused]] bool finished) noexcept {
#ifdef LOOM_ADDRESS_SANITIZER
    __sanitizer_finish_switch_fiber(loop_fake_stack_, nullptr, nullptr);
    if (!finished) return;
    __lsan_unregister_root_region(bottom_, bytes_);
    // Frames that no return left keep their red zones, also for what is mapped there later.
    __asan_unpoison_memory_region(bottom_, bytes_);
#endif
#ifdef LOOM_THREAD_SANITIZER
    if (finished) __tsan_destroy_fiber(fiber_);
#endif
  }

  /// The fiber, first thing on its stack and right after each leave().
  [[gnu::always_inline]] void entered() noexcept {
#ifdef LOOM_ADDRESS_SANITIZER
    __sanitizer_finish_switch_fiber(fake_stack_, &loop_bottom_, &loop_bytes_);
#endif
  }

  /// The fiber, right before it leaves; `finished` when it will not come back.
  [[gnu::always_inline]] void before_leave([[maybe_unused]] bool finished) noexcept {
#ifdef LOOM_ADDRESS_SANITIZER
    __sanitizer_start_switch_fiber(finished ? nullptr : &fake_stack_, loop_bottom_, loop_bytes_);
#endif
#ifdef LOOM_THREAD_SANITIZER
    __tsan_switch_to_fiber(loop_, 0);
#endif
  }

 private:
#ifdef LOOM_ADDRESS_SANITIZER
  const void* bottom_ = nullptr;
  std::size_t bytes_ = 0;
  void* fake_stack_ = nullptr;
  void* loop_fake_stack_ = nullptr;
  const void* loop_bottom_ = nullptr;
  std::size_t loop_bytes_ = 0;
#endif
#ifdef LOOM_THREAD_SANITIZER
  void* fiber_ = nullptr;
  void* loop_ = nullptr;
#endif
};

}  // namespace loom

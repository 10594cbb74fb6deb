// What sanitizers cannot see by themselves. liburing maps and unmaps its rings by raw system calls,
// so ThreadSanitizer takes two rings that had the same address, one after the other, for one piece
// of memory that two threads write.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define LOOM_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LOOM_THREAD_SANITIZER 1
#endif
#endif

#ifdef LOOM_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace loom {

/// Tells ThreadSanitizer that mappings end before later ones begin, whichever thread makes them.
/// Nothing in any other build.
class MappingOrder {
 public:
  /// After memory was mapped behind the sanitizer's back.
  static void mapped() noexcept {
#ifdef LOOM_THREAD_SANITIZER
    __tsan_acquire(&order_);
#endif
  }
  /// Before such memory is unmapped.
  static void unmaps() noexcept {
#ifdef LOOM_THREAD_SANITIZER
    __tsan_release(&order_);
#endif
  }

 private:
#ifdef LOOM_THREAD_SANITIZER
  static inline char order_ = 0;
#endif
};

}  // namespace loom

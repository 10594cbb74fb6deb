// Counts operator new of the threads of a test that ask for it. One test executable includes this
// once; it replaces the operators of that executable, and leaves them alone under a sanitizer,
// which has its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <new>

namespace loom_test {

inline thread_local std::atomic<std::uint64_t>* allocation_counter = nullptr;

/// While it lives, every operator new of this thread adds 1 to `counter`.
class CountedAllocations {
 public:
  explicit CountedAllocations(std::atomic<std::uint64_t>& counter) {
    allocation_counter = &counter;
  }
  CountedAllocations(const CountedAllocations&) = delete;
  CountedAllocations& operator=(const CountedAllocations&) = delete;
  ~CountedAllocations() { allocation_counter = nullptr; }
};

}  // namespace loom_test

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LOOM_TEST_SANITIZED
#endif
#endif
#else
#define LOOM_TEST_SANITIZED
#endif

#ifndef LOOM_TEST_SANITIZED
// NOLINTBEGIN(misc-definitions-in-headers)
void* operator new(std::size_t bytes) {
  if (loom_test::allocation_counter != nullptr) loom_test::allocation_counter->fetch_add(1);
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND(misc-definitions-in-headers)
#endif

// Replacement operator new and delete: malloc and free, and one count on threads that asked for
// it. The addon binds these symbols locally (its version script exports the module's entry
// alone), so Node's own allocations neither pay nor count.
//
// The only thread-local datum is a pointer: larger thread-local storage in a module that is
// loaded late can make dlopen fail.
#include "allocation_counter.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(_WIN32)
#include <malloc.h>
#endif

namespace {

thread_local std::atomic<std::uint64_t>* allocation_counter = nullptr;

void count() noexcept {
  auto* const counter = allocation_counter;
  // One writer, the thread itself: relaxed, and no locked instruction.
  if (counter == nullptr) return;
  counter->store(counter->load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void* allocate(std::size_t bytes) noexcept {
  count();
  return std::malloc(bytes == 0 ? 1 : bytes);
}

void* allocate_aligned(std::size_t bytes, std::align_val_t alignment) noexcept {
  count();
  const auto boundary = static_cast<std::size_t>(alignment);
  // aligned_alloc wants a multiple of the alignment.
  const auto wanted = bytes == 0 ? boundary : bytes;
  const auto rounded = (wanted + boundary - 1) / boundary * boundary;
#if defined(_WIN32)
  return rounded < wanted ? nullptr : _aligned_malloc(rounded, boundary);
#else
  return rounded < wanted ? nullptr : std::aligned_alloc(boundary, rounded);
#endif
}

/// Gives back what allocate_aligned() gave; Windows keeps such memory apart from malloc's.
void release_aligned(void* memory) noexcept {
#if defined(_WIN32)
  _aligned_free(memory);
#else
  std::free(memory);
#endif
}

/// The standard's loop: the new-handler may free something, throw or end the program.
template <class Allocate>
void* allocate_or_throw(Allocate allocate_once) {
  for (;;) {
    if (void* const memory = allocate_once()) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

template <class Allocate>
void* allocate_or_null(Allocate allocate_once) noexcept {
  try {
    return allocate_or_throw(allocate_once);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

}  // namespace

namespace loom {
void count_allocations_on_this_thread(std::atomic<std::uint64_t>* counter) noexcept {
  allocation_counter = counter;
}
}  // namespace loom

using std::align_val_t;
using std::nothrow_t;
using std::size_t;

void* operator new(size_t bytes) {
  return allocate_or_throw([=] { return allocate(bytes); });
}
void* operator new[](size_t bytes) {
  return allocate_or_throw([=] { return allocate(bytes); });
}
void* operator new(size_t bytes, const nothrow_t&) noexcept {
  return allocate_or_null([=] { return allocate(bytes); });
}
void* operator new[](size_t bytes, const nothrow_t&) noexcept {
  return allocate_or_null([=] { return allocate(bytes); });
}
void* operator new(size_t bytes, align_val_t alignment) {
  return allocate_or_throw([=] { return allocate_aligned(bytes, alignment); });
}
void* operator new[](size_t bytes, align_val_t alignment) {
  return allocate_or_throw([=] { return allocate_aligned(bytes, alignment); });
}
void* operator new(size_t bytes, align_val_t alignment, const nothrow_t&) noexcept {
  return allocate_or_null([=] { return allocate_aligned(bytes, alignment); });
}
void* operator new[](size_t bytes, align_val_t alignment, const nothrow_t&) noexcept {
  return allocate_or_null([=] { return allocate_aligned(bytes, alignment); });
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, align_val_t) noexcept { release_aligned(memory); }
void operator delete[](void* memory, align_val_t) noexcept { release_aligned(memory); }
void operator delete(void* memory, size_t, align_val_t) noexcept { release_aligned(memory); }
void operator delete[](void* memory, size_t, align_val_t) noexcept { release_aligned(memory); }
void operator delete(void* memory, align_val_t, const nothrow_t&) noexcept {
  release_aligned(memory);
}
void operator delete[](void* memory, align_val_t, const nothrow_t&) noexcept {
  release_aligned(memory);
}

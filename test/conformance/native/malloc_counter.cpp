// Linked into an executable, counts every call of the allocator in the whole process, the C
// library's own calls included: these definitions take the place of malloc and its relatives.
// On SIGUSR1 the count so far is printed to stderr as `M count`.
#include <unistd.h>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
}

namespace {
/// Partner: count() below, on any thread; the number alone matters, so relaxed on both sides.
std::atomic<unsigned long> calls{0};

void count() noexcept { calls.fetch_add(1, std::memory_order_relaxed); }

void print(int) {
  char text[32];
  const int size =
      std::snprintf(text, sizeof text, "M %lu\n", calls.load(std::memory_order_relaxed));
  static_cast<void>(!write(STDERR_FILENO, text, static_cast<std::size_t>(size)));
}

/// Before main, so that every thread the program starts leaves the signal to the first.
[[gnu::constructor]] void listen_to_signal() { std::signal(SIGUSR1, print); }
}  // namespace

extern "C" {
void* malloc(std::size_t size) {
  count();
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) {
  count();
  return __libc_calloc(number, size);
}
void* realloc(void* old, std::size_t size) {
  count();
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count();
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
  count();
  *memory = __libc_memalign(alignment, size);
  return *memory == nullptr ? 12 : 0;
}
}

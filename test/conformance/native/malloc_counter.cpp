// Linked into an executable, counts every call of the allocator in the whole process. On SIGUSR1
// the count so far is printed to stderr as `M count`.
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>

#include "malloc_hooks.hpp"

namespace {
/// Partner: count() below, on any thread; the number alone matters, so relaxed on both sides.
std::atomic<unsigned long> calls{0};

void print(int) {
  char text[32];
  const int size =
      std::snprintf(text, sizeof text, "M %lu\n", calls.load(std::memory_order_relaxed));
  static_cast<void>(!write(STDERR_FILENO, text, static_cast<std::size_t>(size)));
}

/// Before main, so that every thread the program starts leaves the signal to the first.
[[gnu::constructor]] void listen_to_signal() { std::signal(SIGUSR1, print); }
}  // namespace

static void count() noexcept { calls.fetch_add(1, std::memory_order_relaxed); }

// What a zone costs while no profiler is connected: the same small function without one, with one
// on a reactor's thread, on another thread, and with the macro of Tracy.
// Usage: zones plain|zone|foreign|macro WARMUP_MS MEASURED_MS
#include <cstddef>
#include <cstring>

#include "loom/trace.hpp"
#include "repeat.hpp"

namespace {

std::size_t total = 0;

[[gnu::noinline]] void plain(std::size_t value) {
  total += value;
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void zone(std::size_t value) {
  LOOM_ZONE("zone", 0);
  total += value;
  asm volatile("" ::: "memory");
}

[[gnu::noinline]] void macro(std::size_t value) {
  ZoneScoped;
  total += value;
  asm volatile("" ::: "memory");
}

template <class Function>
void measure(Function function, char** extent) {
  bench::repeat(bench::extent_of(extent), [&](std::uint32_t count) {
    while (count-- != 0) function(count);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s plain|zone|foreign|macro WARMUP_MS MEASURED_MS\n", argv[0]);
    return 2;
  }
  const auto is = [&](const char* operation) { return std::strcmp(argv[1], operation) == 0; };
  // As a reactor's turn finds out.
  if (!is("foreign")) loom::trace::this_thread.connection = 0;
  if (is("plain")) {
    measure(plain, argv + 2);
  } else if (is("macro")) {
    measure(macro, argv + 2);
  } else {
    measure(zone, argv + 2);
  }
  return 0;
}

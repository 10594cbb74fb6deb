// Preloaded into a process (LD_PRELOAD), counts the calls of the allocator of each thread in the
// file that LOOM_MALLOC_COUNTS names, which it makes: rows of three numbers of 64 bits, the thread
// as gettid(2) has it, how often it called, and how many of these calls were made inside
// napi_call_threadsafe_function. The last are told apart by walking the stack, on threads whose
// names begin with LOOM_MALLOC_THREADS alone. Node resets signals, so a file is how one asks.
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "malloc_hooks.hpp"

namespace {
/// Threads that are told apart; all further ones count in the last entry, whose number is then 0.
constexpr std::uint64_t maximum_threads = 256;

struct Entry {
  std::atomic<std::uint64_t> thread;
  std::atomic<std::uint64_t> calls;
  std::atomic<std::uint64_t> calls_of_wake_ups;
};

/// In the file; nullptr before the constructor below has run, and without a file.
Entry* entries = nullptr;
std::atomic<std::uint64_t> taken{0};
[[gnu::tls_model("initial-exec")]] thread_local Entry* mine = nullptr;
const char* watched_threads = nullptr;

[[gnu::constructor]] void open_file() {
  const char* path = std::getenv("LOOM_MALLOC_COUNTS");
  if (path == nullptr) return;
  constexpr std::size_t bytes = sizeof(Entry) * maximum_threads;
  const int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0 || ftruncate(file, bytes) != 0) std::abort();
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (memory == MAP_FAILED) std::abort();
  close(file);
  // The first walk loads a library, which allocates.
  void* frame = nullptr;
  backtrace(&frame, 1);
  watched_threads = std::getenv("LOOM_MALLOC_THREADS");
  entries = static_cast<Entry*>(memory);
}

/// The calling thread's entry from now on.
void take_entry() noexcept {
  const std::uint64_t index = taken.fetch_add(1, std::memory_order_relaxed);
  const bool is_own = index < maximum_threads - 1;
  mine = &entries[is_own ? index : maximum_threads - 1];
  mine->thread.store(is_own ? static_cast<std::uint64_t>(gettid()) : 0, std::memory_order_relaxed);
}

bool is_watched_thread() noexcept {
  char name[16] = "";
  prctl(PR_GET_NAME, name);
  return watched_threads != nullptr &&
         std::strncmp(name, watched_threads, std::strlen(watched_threads)) == 0;
}

/// Whether Node queues a wake-up of JavaScript; its queue is a std::deque.
bool is_in_wake_up() noexcept {
  void* frames[16];
  const int count = backtrace(frames, 16);
  for (int n = 0; n < count; ++n) {
    Dl_info symbol;
    if (dladdr(frames[n], &symbol) == 0 || symbol.dli_sname == nullptr) continue;
    if (std::strcmp(symbol.dli_sname, "napi_call_threadsafe_function") == 0) return true;
  }
  return false;
}
}  // namespace

static void count() noexcept {
  if (entries == nullptr) return;
  if (mine == nullptr) take_entry();
  // Partner: whoever reads the file. Relaxed: the number alone matters.
  mine->calls.fetch_add(1, std::memory_order_relaxed);
  if (!is_watched_thread() || !is_in_wake_up()) return;
  mine->calls_of_wake_ups.fetch_add(1, std::memory_order_relaxed);
}

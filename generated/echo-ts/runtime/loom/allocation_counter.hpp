// Counts what a thread allocates, to hold the promise "no allocation after init". The addon and
// the standalone program link allocation_counter.cpp, which replaces operator new and delete;
// without it nothing is counted and `count_allocations` says so.
#pragma once

#include <atomic>
#include <cstdint>

namespace loom {

/// From now on every operator new of the calling thread adds 1 to `counter`; nullptr ends it. The
/// counter must outlive that. Null itself where allocation_counter.cpp is not linked.
[[gnu::weak]] void count_allocations_on_this_thread(std::atomic<std::uint64_t>* counter) noexcept;

/// Like the function above; false when this program cannot count.
inline bool count_allocations(std::atomic<std::uint64_t>* counter) noexcept {
  if (&count_allocations_on_this_thread == nullptr) return false;
  count_allocations_on_this_thread(counter);
  return true;
}

}  // namespace loom

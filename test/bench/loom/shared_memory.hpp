// Memory for a reactor that shares it with nobody.
#pragma once

#include <sys/mman.h>

#include <cstddef>

namespace bench {

/// Zeroed pages, in memory from the start. @returns nullptr where the kernel has none
inline std::byte* shared_memory(std::size_t bytes) noexcept {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

}  // namespace bench

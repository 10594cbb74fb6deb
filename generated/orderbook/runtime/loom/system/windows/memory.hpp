// Memory by the calls of mmap(2), over VirtualAlloc: anonymous mappings alone. A whole mapping is
// committed when it is made, and given back as a whole.
#pragma once

#if defined(_WIN32)

#include <cstddef>
#include <cstdint>

#include "winsock.hpp"

inline constexpr int PROT_NONE = 0;
inline constexpr int PROT_READ = 1;
inline constexpr int PROT_WRITE = 2;
inline constexpr int MAP_SHARED = 1;
inline constexpr int MAP_PRIVATE = 2;
inline constexpr int MAP_ANONYMOUS = 0x20;
inline constexpr int MAP_POPULATE = 0;
inline constexpr int MAP_NORESERVE = 0;
inline void* const MAP_FAILED = reinterpret_cast<void*>(INTPTR_MAX);

/// mmap(2) of memory without a file. @returns MAP_FAILED with errno where there is none.
inline void* mmap(void*, std::size_t bytes, int, int flags, int, std::int64_t) noexcept {
  if ((flags & MAP_ANONYMOUS) == 0) {
    loom::system::windows::no_such_call();
    return MAP_FAILED;
  }
  void* memory = VirtualAlloc(nullptr, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  if (memory != nullptr) return memory;
  loom::system::windows::failed_call();
  return MAP_FAILED;
}

/// munmap(2) of a whole mapping.
inline int munmap(void* memory, std::size_t) noexcept {
  const BOOL freed = VirtualFree(memory, 0, MEM_RELEASE);
  return freed != 0 ? 0 : loom::system::windows::failed_call();
}

/// mprotect(2): no access, or reading and writing.
inline int mprotect(void* memory, std::size_t bytes, int protection) noexcept {
  DWORD before = 0;
  const DWORD wanted = protection == PROT_NONE ? PAGE_NOACCESS : PAGE_READWRITE;
  const BOOL done = VirtualProtect(memory, bytes, wanted, &before);
  return done != 0 ? 0 : loom::system::windows::failed_call();
}

#endif

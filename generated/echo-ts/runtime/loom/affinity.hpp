// Pinning a thread to its declared core, with an error that says which cores there are.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "error.hpp"
#include "system/platform.hpp"

namespace loom {

#if defined(_WIN32)

/// Pins the calling thread to `core`, SetThreadAffinityMask, of the first 64.
/// @returns 0, or an errno; then `cores` is the mask of those that this process may use.
inline int pin_to_core(int core, char* cores, std::size_t size) noexcept {
  DWORD_PTR allowed = 0;
  DWORD_PTR of_system = 0;
  GetProcessAffinityMask(GetCurrentProcess(), &allowed, &of_system);
  std::snprintf(cores, size, "the mask 0x%llx", static_cast<unsigned long long>(allowed));
  if (core < 0 || core >= 64) return EINVAL;
  const DWORD_PTR wanted = DWORD_PTR{1} << static_cast<unsigned>(core);
  if ((allowed & wanted) == 0) return EPERM;
  return SetThreadAffinityMask(GetCurrentThread(), wanted) != 0 ? 0 : EINVAL;
}

#elif defined(__linux__)

/// Writes the cores of `set` as "0-3,6" into `text`; what does not fit is left out.
inline void format_cores(const cpu_set_t& set, char* text, std::size_t size) noexcept {
  std::size_t used = 0;
  text[0] = '\0';
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (!CPU_ISSET(core, &set)) continue;
    int last = core;
    while (last + 1 < CPU_SETSIZE && CPU_ISSET(last + 1, &set)) last += 1;
    char range[32];
    const char* comma = used == 0 ? "" : ",";
    const int length = last == core
                           ? std::snprintf(range, sizeof range, "%s%d", comma, core)
                           : std::snprintf(range, sizeof range, "%s%d-%d", comma, core, last);
    if (used + static_cast<std::size_t>(length) >= size) return;
    std::memcpy(text + used, range, static_cast<std::size_t>(length) + 1);
    used += static_cast<std::size_t>(length);
    core = last;
  }
}

/// Pins the calling thread to `core` (sched_setaffinity(2)).
/// @returns 0, or an errno; then `cores` lists those that this process may use.
inline int pin_to_core(int core, char* cores, std::size_t size) noexcept {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  format_cores(allowed, cores, size);
  if (core < 0 || core >= CPU_SETSIZE) return EINVAL;
  if (CPU_ISSET(core, &allowed) == 0) return EPERM;
  cpu_set_t wanted;
  CPU_ZERO(&wanted);
  CPU_SET(core, &wanted);
  return pthread_setaffinity_np(pthread_self(), sizeof wanted, &wanted);
}

#else

/// No thread is pinned on this system. @returns ENOTSUP, and "any" in `cores`.
inline int pin_to_core(int /*core*/, char* cores, std::size_t size) noexcept {
  std::snprintf(cores, size, "any");
  return ENOTSUP;
}

#endif

/// Pins the calling thread, which is `reactor`'s.
/// @returns an error naming the allowed cores when this process may not use that one.
inline StartError pin_this_thread(const char* reactor, int core) noexcept {
  char cores[128];
  const int error = pin_to_core(core, cores, sizeof cores);
  if (error == 0) return {};
  return StartError::make(start_code::core_not_allowed, "", error,
                          "reactors.%s: core %d does not exist or this process may not use it; "
                          "allowed are %s. Set reactors.%s.core to one of these or to 'any'.",
                          reactor, core, cores, reactor);
}

/// Pins the calling thread, which is a worker of `pool`.
/// @returns an error naming the allowed cores when this process may not use that one.
inline StartError pin_worker(const char* pool, int core) noexcept {
  char cores[128];
  const int error = pin_to_core(core, cores, sizeof cores);
  if (error == 0) return {};
  return StartError::make(start_code::worker_core_not_allowed, "", error,
                          "pools.%s: core %d does not exist or this process may not use it; "
                          "allowed are %s. Name these in pools.%s.cores, or leave it out.",
                          pool, core, cores, pool);
}

}  // namespace loom

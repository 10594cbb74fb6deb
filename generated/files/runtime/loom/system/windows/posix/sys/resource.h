// <sys/resource.h> on Windows, which limits no descriptors.
#pragma once
#pragma GCC system_header

#include <cerrno>

using rlim_t = unsigned long long;
struct rlimit {
  rlim_t rlim_cur;
  rlim_t rlim_max;
};
inline constexpr int RLIMIT_NOFILE = 7;
inline int getrlimit(int, rlimit*) noexcept { return errno = ENOSYS, -1; }
inline int setrlimit(int, const rlimit*) noexcept { return errno = ENOSYS, -1; }

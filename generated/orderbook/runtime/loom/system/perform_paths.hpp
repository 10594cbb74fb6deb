// perform() for the requests of paths.hpp.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <sys/xattr.h>
#endif
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>

#include "call.hpp"
#include "paths.hpp"
#include "platform.hpp"

namespace loom::system {

/// The path that a request names first.
inline const char* path_of(const Request& request) noexcept {
  return pointer_in<const char>(request.address);
}

inline std::int32_t perform_openat(const Request& request) noexcept {
  if (request.file_index != 0) return -ENOSYS;
  return repeat([&] {
    return ::openat(request.fd, path_of(request), static_cast<int>(request.call_flags),
                    static_cast<mode_t>(request.length));
  });
}

inline std::int32_t perform_openat2(const Request& request) noexcept {
  if (request.file_index != 0) return -ENOSYS;
#if defined(__linux__)
  // No wrapper in the C library.
  return repeat([&] {
    return ::syscall(SYS_openat2, request.fd, path_of(request),
                     pointer_in<const open_how>(request.offset), request.length);
  });
#else
  return -ENOSYS;
#endif
}

inline std::int32_t perform_statx(const Request& request) noexcept {
  return repeat([&] {
    return ::statx(request.fd, path_of(request), static_cast<int>(request.call_flags),
                   request.length, pointer_in<struct statx>(request.offset));
  });
}

inline std::int32_t perform_unlinkat(const Request& request) noexcept {
  return repeat([&] {
    return ::unlinkat(request.fd, path_of(request), static_cast<int>(request.call_flags));
  });
}

inline std::int32_t perform_renameat(const Request& request) noexcept {
  return repeat([&] {
#if defined(__linux__)
    // By number: musl has no function for it.
    return static_cast<int>(::syscall(SYS_renameat2, request.fd, path_of(request),
                                      static_cast<int>(request.length),
                                      pointer_in<const char>(request.offset), request.call_flags));
#else
    return ::renameat2(request.fd, path_of(request), static_cast<int>(request.length),
                       pointer_in<const char>(request.offset), request.call_flags);
#endif
  });
}

inline std::int32_t perform_mkdirat(const Request& request) noexcept {
  return repeat(
      [&] { return ::mkdirat(request.fd, path_of(request), static_cast<mode_t>(request.length)); });
}

inline std::int32_t perform_symlinkat(const Request& request) noexcept {
  return repeat([&] {
    return ::symlinkat(path_of(request), request.fd, pointer_in<const char>(request.offset));
  });
}

inline std::int32_t perform_linkat(const Request& request) noexcept {
  return repeat([&] {
    return ::linkat(request.fd, path_of(request), static_cast<int>(request.length),
                    pointer_in<const char>(request.offset), static_cast<int>(request.call_flags));
  });
}

inline std::int32_t perform_getxattr(const Request& request) noexcept {
  return repeat([&] {
    return ::getxattr(pointer_in<const char>(request.address3), path_of(request),
                      pointer_in<void>(request.offset), request.length);
  });
}

inline std::int32_t perform_setxattr(const Request& request) noexcept {
  return repeat([&] {
    return ::setxattr(pointer_in<const char>(request.address3), path_of(request),
                      pointer_in<const void>(request.offset), request.length,
                      static_cast<int>(request.call_flags));
  });
}

inline std::int32_t perform_fgetxattr(const Request& request) noexcept {
  return repeat([&] {
    return ::fgetxattr(request.fd, path_of(request), pointer_in<void>(request.offset),
                       request.length);
  });
}

inline std::int32_t perform_fsetxattr(const Request& request) noexcept {
  return repeat([&] {
    return ::fsetxattr(request.fd, path_of(request), pointer_in<const void>(request.offset),
                       request.length, static_cast<int>(request.call_flags));
  });
}

}  // namespace loom::system

// What differs between the systems that this compiles for, in one place. On Linux it adds nothing:
// each header includes what it needs. Elsewhere (Darwin, FreeBSD) it has the calls and numbers that
// Linux has and they lack, by Linux's names: made of what there is, or failing with ENOSYS, or a
// number that the kernel refuses. On Windows even the headers that it includes are ours, in
// windows/posix, which is on the include path there and nowhere else. What is only compiled and
// linked, and ran nowhere yet, is listed in docs/PLATFORMS.md.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>

#if defined(_WIN32)
#include "windows/descriptors.hpp"
#include "windows/file_calls.hpp"
#include "windows/files.hpp"
#include "windows/memory.hpp"
#include "windows/signals.hpp"
#include "windows/sockets.hpp"
#elif !defined(__linux__)
#include "elsewhere/descriptors.hpp"
#include "elsewhere/files.hpp"
#include "elsewhere/sockets.hpp"
#if defined(__FreeBSD__)
#include <pthread_np.h>
#endif
#endif

namespace loom::system {

/// The platform, as a config has it in `backends`.
#if defined(__APPLE__)
inline constexpr const char* platform_name = "darwin";
#elif defined(__FreeBSD__)
inline constexpr const char* platform_name = "freebsd";
#elif defined(_WIN32)
inline constexpr const char* platform_name = "win32";
#else
inline constexpr const char* platform_name = "linux";
#endif

/// What `--backend` may say, for its usage.
#if defined(__linux__) && !defined(LOOM_EMULATES_KQUEUE)
inline constexpr const char* backend_choices = "io_uring|epoll";
#elif defined(_WIN32)
inline constexpr const char* backend_choices = "iocp";
#else
inline constexpr const char* backend_choices = "kqueue";
#endif

#if defined(__linux__)
inline constexpr bool is_linux = true;
/// What mmap(2) is told of a fiber's stack. FreeBSD's flag of that name makes one that grows.
inline constexpr int stack_mapping = MAP_STACK;
#else
inline constexpr bool is_linux = false;
inline constexpr int stack_mapping = 0;
#endif

/// Whether the path of a unix address is a file; on Windows it is the name of a pipe.
#if defined(_WIN32)
inline constexpr bool unix_paths_are_files = false;
#else
inline constexpr bool unix_paths_are_files = true;
#endif

#if defined(__linux__) && !defined(LOOM_EMULATES_KQUEUE)
inline constexpr bool connect_resets = true;  ///< connect(2) to AF_UNSPEC does, tcp(7)
#else
inline constexpr bool connect_resets = false;
#endif

/// Lets the close(2) of a connection reset it. @returns 0 or a negative errno.
inline int reset_at_close(int fd) noexcept {
  constexpr linger at_once{1, 0};
  return ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0 ? 0 : -errno;
}

/// socket(2), whose type may have SOCK_NONBLOCK and SOCK_CLOEXEC.
inline int open_socket(int family, int type, int protocol) noexcept {
#if defined(__APPLE__)
  return elsewhere::with_flags(::socket(family, type & ~elsewhere::socket_flags, protocol),
                               (type & SOCK_NONBLOCK) != 0, (type & SOCK_CLOEXEC) != 0);
#elif defined(_WIN32)
  return windows::open_socket(family, type, protocol);
#else
  return ::socket(family, type, protocol);
#endif
}

/// open(2).
inline int open_path(const char* path, int flags, mode_t mode) noexcept {
#if defined(_WIN32)
  return windows::open_path(path, flags, mode);
#else
  return ::open(path, flags, mode);
#endif
}

/// pipe2(2), with O_NONBLOCK and O_CLOEXEC.
inline int open_pipe(int* ends, int flags) noexcept {
#if defined(__APPLE__)
  if (::pipe(ends) != 0) return -1;
  for (int n = 0; n < 2; ++n) {
    elsewhere::with_flags(ends[n], (flags & O_NONBLOCK) != 0, (flags & O_CLOEXEC) != 0);
  }
  return 0;
#else
  return ::pipe2(ends, flags);
#endif
}

/// Names the calling thread, pthread_setname_np(3).
inline void name_thread(const char* name) noexcept {
#if defined(__APPLE__)
  pthread_setname_np(name);
#else
  pthread_setname_np(pthread_self(), name);
#endif
}

/// poll(2) of one descriptor for at most `limit`, nullptr being for ever.
inline int poll_for(pollfd& entry, const timespec* limit) noexcept {
#if defined(__APPLE__) || defined(_WIN32)
  constexpr std::int64_t millisecond = 1'000'000;
  if (limit == nullptr) return ::poll(&entry, 1, -1);
  const std::int64_t rest = (limit->tv_nsec + millisecond - 1) / millisecond;
  return ::poll(&entry, 1, static_cast<int>(limit->tv_sec * 1000 + rest));
#else
  return ::ppoll(&entry, 1, limit, nullptr);
#endif
}

}  // namespace loom::system

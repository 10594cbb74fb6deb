// Descriptors of the runtime on Windows: the int that stands for a SOCKET or for a kernel object,
// apart by two bits from each other and from the C library's, whose numbers are small. A handle has
// 32 significant bits and few of them are ever used.
#pragma once

#if defined(_WIN32)

#include "pipe_names.hpp"
#include "winsock.hpp"

#include <fcntl.h>

#include <cstdint>

namespace loom::system::windows {

inline constexpr int socket_bit = 1 << 30;
inline constexpr int object_bit = 1 << 29;

/// The descriptor of a handle that is below 2^29; -1 with errno for one that is none, or is not.
inline int descriptor_of(std::uintptr_t handle, int bit) noexcept {
  if (handle != 0 && handle < static_cast<std::uintptr_t>(object_bit)) {
    return static_cast<int>(handle) | bit;
  }
  errno = EMFILE;
  return -1;
}

/// Whether a descriptor is a socket of ours.
constexpr bool is_socket(int fd) noexcept { return fd >= 0 && (fd & socket_bit) != 0; }
/// Whether a descriptor is another kernel object of ours.
constexpr bool is_object(int fd) noexcept { return fd >= 0 && !is_socket(fd) && fd >= object_bit; }

/// The SOCKET behind a descriptor; INVALID_SOCKET for one that is no socket.
inline SOCKET socket_of(int fd) noexcept {
  return is_socket(fd) ? static_cast<SOCKET>(fd & ~socket_bit) : INVALID_SOCKET;
}

/// The handle behind a descriptor of either kind; INVALID_HANDLE_VALUE for any other.
inline HANDLE handle_of(int fd) noexcept {
  if (!is_socket(fd) && !is_object(fd)) return INVALID_HANDLE_VALUE;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a HANDLE is a number.
  return reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(fd & ~(socket_bit | object_bit)));
}

/// The descriptor of a socket, or -1 with the errno that made it.
inline int socket_descriptor(SOCKET socket) noexcept {
  return socket == INVALID_SOCKET ? failed_socket() : descriptor_of(socket, socket_bit);
}

/// The descriptor of a kernel object, or -1 with the errno that made it.
inline int object_descriptor(HANDLE handle) noexcept {
  if (handle == nullptr || handle == INVALID_HANDLE_VALUE) return failed_call();
  return descriptor_of(reinterpret_cast<std::uintptr_t>(handle), object_bit);
}

}  // namespace loom::system::windows

/// close(2) under the name that posix/io.h gives it: descriptors of ours, and the C library's.
extern "C" [[gnu::used]] inline int loom_close_descriptor(int fd) {
  using namespace loom::system::windows;
  if (is_socket(fd)) return closesocket(socket_of(fd)) == 0 ? 0 : failed_socket();
  if (is_pipe_name(fd)) return close_pipe_name(fd);
  if (is_object(fd)) return CloseHandle(handle_of(fd)) != 0 ? 0 : failed_call();
  return _close(fd);
}

inline constexpr int F_DUPFD_CLOEXEC = 1030;
inline constexpr int F_GETFD = 1;
inline constexpr int F_SETFD = 2;
inline constexpr int F_GETFL = 3;
inline constexpr int F_SETFL = 4;
inline constexpr int FD_CLOEXEC = 1;

/// fcntl(2): a duplicate of a kernel object, and whether a descriptor is open. Nothing is inherited
/// by other processes, and a socket's blocking is not known to Windows.
inline int fcntl(int fd, int command, int /*argument*/ = 0) noexcept {
  using namespace loom::system::windows;
  const HANDLE handle = handle_of(fd);
  if (handle == INVALID_HANDLE_VALUE) return errno = EBADF, -1;
  DWORD flags = 0;
  if (command == F_GETFD) return GetHandleInformation(handle, &flags) != 0 ? 0 : failed_call();
  if (command != F_DUPFD_CLOEXEC || is_socket(fd)) return errno = EINVAL, -1;
  const HANDLE process = GetCurrentProcess();
  HANDLE duplicate = nullptr;
  if (DuplicateHandle(process, handle, process, &duplicate, 0, FALSE, DUPLICATE_SAME_ACCESS) == 0) {
    return failed_call();
  }
  return object_descriptor(duplicate);
}

#endif

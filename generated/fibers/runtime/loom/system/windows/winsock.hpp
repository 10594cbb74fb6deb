// The headers of Windows and of Winsock, without the macros that would rename what is ours, and
// their errors as an errno.
#pragma once

#if defined(_WIN32)

#if !defined(WIN32_LEAN_AND_MEAN)
#define WIN32_LEAN_AND_MEAN
#endif
#if !defined(NOMINMAX)
#define NOMINMAX
#endif
#if !defined(NOGDI)
#define NOGDI
#endif

// Winsock's pollfd holds a SOCKET; ours, in sockets.hpp, holds a descriptor.
#define pollfd winsock_pollfd
#include <winsock2.h>
#include <ws2tcpip.h>
#undef pollfd
#include <mswsock.h>
#include <windows.h>

#include <cerrno>

namespace loom::system::windows {

/// The errno of an error of Winsock (WSAGetLastError) or of Windows (GetLastError).
constexpr int errno_of(DWORD error) noexcept {
  switch (error) {
    case NO_ERROR:
    case ERROR_PIPE_CONNECTED: return 0;
    case WSAEINTR: return EINTR;
    case WSAEBADF:
    case ERROR_INVALID_HANDLE: return EBADF;
    case WSAEACCES:
    case ERROR_ACCESS_DENIED: return EACCES;
    case WSAEFAULT: return EFAULT;
    case WSAEINVAL: return EINVAL;
    case WSAEMFILE: return EMFILE;
    case WSAEWOULDBLOCK: return EAGAIN;
    case WSAEINPROGRESS: return EINPROGRESS;
    case WSAEALREADY: return EALREADY;
    case WSAENOTSOCK: return ENOTSOCK;
    case WSAEMSGSIZE: return EMSGSIZE;
    case WSAENOPROTOOPT: return ENOPROTOOPT;
    case WSAEPROTONOSUPPORT: return EPROTONOSUPPORT;
    case WSAEOPNOTSUPP:
    case ERROR_NOT_SUPPORTED: return EOPNOTSUPP;
    case WSAEAFNOSUPPORT: return EAFNOSUPPORT;
    case WSAEADDRINUSE:
    case ERROR_ADDRESS_ALREADY_ASSOCIATED: return EADDRINUSE;
    case WSAEADDRNOTAVAIL: return EADDRNOTAVAIL;
    case WSAENETDOWN: return ENETDOWN;
    case WSAENETUNREACH:
    case ERROR_NETWORK_UNREACHABLE: return ENETUNREACH;
    case WSAECONNABORTED:
    case ERROR_CONNECTION_ABORTED: return ECONNABORTED;
    case WSAENETRESET:
    case WSAECONNRESET:
    case ERROR_NETNAME_DELETED: return ECONNRESET;
    case WSAENOBUFS: return ENOBUFS;
    case WSAEISCONN: return EISCONN;
    case WSAENOTCONN: return ENOTCONN;
    case WSAESHUTDOWN:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
    case ERROR_BROKEN_PIPE: return EPIPE;
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND: return ENOENT;
    case ERROR_PIPE_BUSY: return EAGAIN;
    case ERROR_FILE_EXISTS:
    case ERROR_ALREADY_EXISTS: return EEXIST;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION: return EBUSY;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL: return ENOSPC;
    case ERROR_DIR_NOT_EMPTY: return ENOTEMPTY;
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME: return ENOENT;
    case ERROR_TOO_MANY_OPEN_FILES: return EMFILE;
    case ERROR_WRITE_PROTECT: return EROFS;
    case ERROR_NEGATIVE_SEEK:
    case ERROR_INVALID_PARAMETER: return EINVAL;
    case WSAETIMEDOUT:
    case ERROR_SEM_TIMEOUT: return ETIMEDOUT;
    case WSAECONNREFUSED:
    case ERROR_PORT_UNREACHABLE:
    case ERROR_CONNECTION_REFUSED: return ECONNREFUSED;
    case WSAEHOSTUNREACH:
    case ERROR_HOST_UNREACHABLE: return EHOSTUNREACH;
    case ERROR_OPERATION_ABORTED: return ECANCELED;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT: return ENOMEM;
    default: return EIO;
  }
}

/// Leaves the last error of Winsock in errno. @returns -1
inline int failed_socket() noexcept {
  errno = errno_of(static_cast<DWORD>(WSAGetLastError()));
  return -1;
}

/// Leaves the last error of Windows in errno. @returns -1
inline int failed_call() noexcept {
  errno = errno_of(GetLastError());
  return -1;
}

/// What a call that Windows has not gives.
inline int no_such_call() noexcept {
  errno = ENOSYS;
  return -1;
}

}  // namespace loom::system::windows

#endif

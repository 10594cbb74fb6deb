// Calls and types of sockets by their POSIX names, over Winsock: overloads whose descriptor is an
// int, where Winsock's take a SOCKET. What Windows has not fails with ENOSYS or is an option that
// the system refuses. poll(2) knows doorbells alone, which is what the runtime polls.
#pragma once

#if defined(_WIN32)

#include "descriptors.hpp"
#include "groups.hpp"

#include <cstddef>
#include <cstdint>
#include <ctime>

using sa_family_t = unsigned short;
using nfds_t = unsigned long;

inline constexpr int SOCK_NONBLOCK = 0x20000000;
inline constexpr int SOCK_CLOEXEC = 0x10000000;
inline constexpr int MSG_DONTWAIT = 0x20000000;
inline constexpr int MSG_NOSIGNAL = 0x10000000;
inline constexpr int MSG_CMSG_CLOEXEC = 0x8000000;
inline constexpr int SHUT_RD = SD_RECEIVE;
inline constexpr int SHUT_WR = SD_SEND;
inline constexpr int SHUT_RDWR = SD_BOTH;
inline constexpr int SCM_RIGHTS = 1;

namespace loom::system::windows {

/// What no socket has: Windows answers with WSAENOPROTOOPT.
inline constexpr int no_such_option = 0x7fff;
/// Flags of ours, which Winsock does not know.
inline constexpr int message_flags = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_CMSG_CLOEXEC;

/// WSAStartup, once in the process, before main.
inline const int winsock_error = [] {
  WSADATA about{};
  return WSAStartup(MAKEWORD(2, 2), &about);
}();

}  // namespace loom::system::windows

inline constexpr int SO_REUSEPORT = loom::system::windows::no_such_option;
inline constexpr int SO_BUSY_POLL = loom::system::windows::no_such_option;
inline constexpr int SO_DOMAIN = loom::system::windows::no_such_option;
inline constexpr int SO_PROTOCOL = loom::system::windows::no_such_option;
inline constexpr int SO_RXQ_OVFL = loom::system::windows::no_such_option - 1;
inline constexpr int SO_TIMESTAMPNS = loom::system::windows::no_such_option;
inline constexpr int SCM_TIMESTAMPNS = loom::system::windows::no_such_option;
inline constexpr int SO_BINDTODEVICE = loom::system::windows::no_such_option;
inline constexpr int SO_ATTACH_FILTER = loom::system::windows::no_such_option;
inline constexpr int IPV6_RECVPKTINFO = IPV6_PKTINFO;
inline constexpr int TCP_QUICKACK = loom::system::windows::no_such_option;
inline constexpr int TCP_USER_TIMEOUT = loom::system::windows::no_such_option;
#if !defined(TCP_KEEPIDLE)
inline constexpr int TCP_KEEPIDLE = 3;  ///< like the next two Windows 10's
inline constexpr int TCP_KEEPCNT = 16;
inline constexpr int TCP_KEEPINTVL = 17;
#endif

struct iovec {
  void* iov_base;
  std::size_t iov_len;
};

struct msghdr {
  void* msg_name;
  socklen_t msg_namelen;
  iovec* msg_iov;
  std::size_t msg_iovlen;
  void* msg_control;
  std::size_t msg_controllen;
  int msg_flags;
};

struct mmsghdr {
  msghdr msg_hdr;
  unsigned msg_len;
};

/// A control message, cmsg(3); no message brings one.
struct cmsghdr {
  std::size_t cmsg_len;
  int cmsg_level;
  int cmsg_type;
};
#undef CMSG_SPACE
#undef CMSG_LEN
#undef CMSG_DATA
#undef CMSG_FIRSTHDR
#undef CMSG_NXTHDR
constexpr std::size_t CMSG_ALIGN(std::size_t bytes) noexcept {
  return (bytes + sizeof(std::size_t) - 1) / sizeof(std::size_t) * sizeof(std::size_t);
}
constexpr std::size_t CMSG_SPACE(std::size_t bytes) noexcept {
  return CMSG_ALIGN(sizeof(cmsghdr)) + CMSG_ALIGN(bytes);
}
constexpr std::size_t CMSG_LEN(std::size_t bytes) noexcept { return sizeof(cmsghdr) + bytes; }
inline unsigned char* CMSG_DATA(cmsghdr* header) noexcept {
  return reinterpret_cast<unsigned char*>(header + 1);
}
inline cmsghdr* CMSG_FIRSTHDR(const msghdr* message) noexcept {
  const bool fits = message->msg_controllen >= sizeof(cmsghdr);
  return fits ? static_cast<cmsghdr*>(message->msg_control) : nullptr;
}
constexpr cmsghdr* CMSG_NXTHDR(const msghdr*, cmsghdr*) noexcept { return nullptr; }

inline int bind(int fd, const sockaddr* address, socklen_t bytes) noexcept {
  using namespace loom::system::windows;
  if (is_pipe_name(fd)) return bind_pipe_name(fd, address, bytes);
  return ::bind(socket_of(fd), address, static_cast<int>(bytes)) == 0 ? 0 : failed_socket();
}
inline int listen(int fd, int backlog) noexcept {
  using namespace loom::system::windows;
  if (is_pipe_name(fd)) return 0;
  return ::listen(socket_of(fd), backlog) == 0 ? 0 : failed_socket();
}
/// An attempt that goes on gives EINPROGRESS.
inline int connect(int fd, const sockaddr* address, socklen_t bytes) noexcept {
  using namespace loom::system::windows;
  if (::connect(socket_of(fd), address, static_cast<int>(bytes)) == 0) return 0;
  failed_socket();
  if (errno == EAGAIN) errno = EINPROGRESS;
  return -1;
}
inline int shutdown(int fd, int how) noexcept {
  using namespace loom::system::windows;
  return ::shutdown(socket_of(fd), how) == 0 ? 0 : failed_socket();
}
inline int getsockname(int fd, sockaddr* address, socklen_t* bytes) noexcept {
  using namespace loom::system::windows;
  return ::getsockname(socket_of(fd), address, bytes) == 0 ? 0 : failed_socket();
}
inline int getpeername(int fd, sockaddr* address, socklen_t* bytes) noexcept {
  using namespace loom::system::windows;
  return ::getpeername(socket_of(fd), address, bytes) == 0 ? 0 : failed_socket();
}
/// SO_REUSEADDR lets Windows bind a port that somebody listens on, which nobody asks for; what it
/// is set for on Linux, a port whose last connections are ending, needs no option there. A pipe has
/// no options.
inline int setsockopt(int fd, int level, int name, const void* value, socklen_t bytes) noexcept {
  using namespace loom::system::windows;
  if (is_pipe_name(fd) || (level == SOL_SOCKET && name == SO_REUSEADDR)) return 0;
  if (is_about_groups(level, name)) return set_group_option(socket_of(fd), level, name, value);
  const auto* chars = static_cast<const char*>(value);
  return ::setsockopt(socket_of(fd), level, name, chars, bytes) == 0 ? 0 : failed_socket();
}
inline int setsockopt(int fd, int level, int name, const char* value, socklen_t bytes) noexcept {
  return ::setsockopt(fd, level, name, static_cast<const void*>(value), bytes);
}
inline int getsockopt(int fd, int level, int name, void* value, socklen_t* bytes) noexcept {
  using namespace loom::system::windows;
  auto* chars = static_cast<char*>(value);
  return ::getsockopt(socket_of(fd), level, name, chars, bytes) == 0 ? 0 : failed_socket();
}

/// Of a socket that does not block. A datagram longer than the room gives its first part.
inline std::ptrdiff_t recv(int fd, void* memory, std::size_t bytes, int flags) noexcept {
  using namespace loom::system::windows;
  const int size = static_cast<int>(bytes < INT32_MAX ? bytes : INT32_MAX);
  const int done = ::recv(socket_of(fd), static_cast<char*>(memory), size, flags & ~message_flags);
  return done >= 0 ? done : failed_socket();
}
/// Of a socket that does not block.
inline std::ptrdiff_t send(int fd, const void* memory, std::size_t bytes, int flags) noexcept {
  using namespace loom::system::windows;
  const int size = static_cast<int>(bytes < INT32_MAX ? bytes : INT32_MAX);
  const auto* chars = static_cast<const char*>(memory);
  const int done = ::send(socket_of(fd), chars, size, flags & ~message_flags);
  return done >= 0 ? done : failed_socket();
}

namespace loom::system::windows {

/// socket(2), whose type may have SOCK_NONBLOCK and SOCK_CLOEXEC; nothing is inherited in any case.
/// Of AF_UNIX it is the name of a pipe, for streams alone.
/// @returns a descriptor, or -1 with errno.
inline int open_socket(int family, int type, int protocol) noexcept {
  constexpr DWORD flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
  const int plain_type = type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (family == AF_UNIX && plain_type == SOCK_STREAM) return open_pipe_name();
  if (family == AF_UNIX) return errno = EAFNOSUPPORT, -1;
  const SOCKET socket = WSASocketW(family, plain_type, protocol, nullptr, 0, flags);
  u_long on = 1;
  if (socket != INVALID_SOCKET && (type & SOCK_NONBLOCK) != 0) ioctlsocket(socket, FIONBIO, &on);
  return socket_descriptor(socket);
}

/// What the packet of a ring says, for a port gives no packet at all the same way.
inline constexpr ULONG_PTR ring_key = 1;

/// Takes one ring of the doorbell that `port` is, and waits for it for about as long. The packets
/// of operations stay, and are the backend's to take. @returns whether there was one
inline bool take_ring(HANDLE port, DWORD milliseconds) noexcept {
  constexpr int maximum_kept = 64;
  OVERLAPPED_ENTRY kept[maximum_kept];
  int kept_count = 0;
  bool found = false;
  while (!found && kept_count < maximum_kept) {
    OVERLAPPED_ENTRY& packet = kept[kept_count];
    packet = {};
    GetQueuedCompletionStatus(port, &packet.dwNumberOfBytesTransferred, &packet.lpCompletionKey,
                              &packet.lpOverlapped, milliseconds);
    // Without an operation it is a ring, or nothing has come; a ring has a key of its own.
    if (packet.lpOverlapped != nullptr) {
      kept_count += 1;
      continue;
    }
    found = packet.lpCompletionKey == ring_key;
    break;
  }
  for (int n = 0; n < kept_count; ++n) {
    PostQueuedCompletionStatus(port, kept[n].dwNumberOfBytesTransferred, kept[n].lpCompletionKey,
                               kept[n].lpOverlapped);
  }
  return found;
}

}  // namespace loom::system::windows

// Messages and batches: for datagrams, packets and descriptors, which there are none of.
inline std::ptrdiff_t recvmsg(int, msghdr*, int) noexcept {
  return loom::system::windows::no_such_call();
}
inline std::ptrdiff_t sendmsg(int, const msghdr*, int) noexcept {
  return loom::system::windows::no_such_call();
}
inline int recvmmsg(int, mmsghdr*, unsigned, int, timespec*) noexcept {
  return loom::system::windows::no_such_call();
}
inline int sendmmsg(int, mmsghdr*, unsigned, int) noexcept {
  return loom::system::windows::no_such_call();
}
inline std::ptrdiff_t recvfrom(int, void*, std::size_t, int, sockaddr*, socklen_t*) noexcept {
  return loom::system::windows::no_such_call();
}

/// What poll(2) is asked of a descriptor.
struct pollfd {
  int fd;
  short events;
  short revents;
};

/// poll(2) of at most one doorbell: whether somebody rang it. It stays rung until it is answered.
inline int poll(pollfd* entries, nfds_t count, int milliseconds) noexcept {
  using namespace loom::system::windows;
  const DWORD limit = milliseconds < 0 ? INFINITE : static_cast<DWORD>(milliseconds);
  const bool is_bell = count == 1 && is_object(entries->fd);
  if (count != 0) entries->revents = 0;
  if (!is_bell) {
    if (count != 0 && entries->fd >= 0) return no_such_call();
    Sleep(limit);
    return 0;
  }
  const HANDLE port = handle_of(entries->fd);
  if (!take_ring(port, limit)) return 0;
  PostQueuedCompletionStatus(port, 0, ring_key, nullptr);
  entries->revents = POLLIN;
  return 1;
}

#endif

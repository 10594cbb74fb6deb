// Linux's calls and options of sockets for systems that lack them; see platform.hpp. An option that
// there is not has the number -1, which the kernel answers with ENOPROTOOPT.
#pragma once

#if !defined(__linux__)

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>

#include "descriptors.hpp"

namespace loom::system::elsewhere {

inline constexpr int no_such_option = -1;

}  // namespace loom::system::elsewhere

#if defined(__APPLE__)

inline constexpr int SOCK_NONBLOCK = 0x20000000;
inline constexpr int SOCK_CLOEXEC = 0x10000000;
inline constexpr int MSG_CMSG_CLOEXEC = 0;
inline constexpr int SO_DOMAIN = loom::system::elsewhere::no_such_option;
inline constexpr int TCP_KEEPIDLE = TCP_KEEPALIVE;

namespace loom::system::elsewhere {

inline constexpr int socket_flags = SOCK_NONBLOCK | SOCK_CLOEXEC;

}  // namespace loom::system::elsewhere

inline int accept4(int fd, sockaddr* address, socklen_t* bytes, int flags) noexcept {
  return loom::system::elsewhere::with_flags(
      ::accept(fd, address, bytes), (flags & SOCK_NONBLOCK) != 0, (flags & SOCK_CLOEXEC) != 0);
}

/// One message of several, recvmmsg(2).
struct mmsghdr {
  msghdr msg_hdr;
  unsigned msg_len;
};
/// @returns how many came, or -1 with the first one's errno.
inline int recvmmsg(int fd, mmsghdr* messages, unsigned count, int flags, timespec*) noexcept {
  unsigned done = 0;
  for (; done < count; ++done) {
    const ssize_t bytes = ::recvmsg(fd, &messages[done].msg_hdr, flags & ~MSG_TRUNC);
    if (bytes < 0) return done == 0 ? -1 : static_cast<int>(done);
    messages[done].msg_len = static_cast<unsigned>(bytes);
  }
  return static_cast<int>(done);
}
/// @returns how many went, or -1 with the first one's errno.
inline int sendmmsg(int fd, mmsghdr* messages, unsigned count, int flags) noexcept {
  unsigned done = 0;
  for (; done < count; ++done) {
    const ssize_t bytes = ::sendmsg(fd, &messages[done].msg_hdr, flags);
    if (bytes < 0) return done == 0 ? -1 : static_cast<int>(done);
    messages[done].msg_len = static_cast<unsigned>(bytes);
  }
  return static_cast<int>(done);
}

#endif

#if !defined(TCP_QUICKACK)
inline constexpr int TCP_QUICKACK = loom::system::elsewhere::no_such_option;
#endif
#if !defined(TCP_USER_TIMEOUT)
inline constexpr int TCP_USER_TIMEOUT = loom::system::elsewhere::no_such_option;
#endif
#if !defined(SO_TIMESTAMPNS)
inline constexpr int SO_TIMESTAMPNS = loom::system::elsewhere::no_such_option;
#endif
#if !defined(SO_BINDTODEVICE)
inline constexpr int SO_BINDTODEVICE = loom::system::elsewhere::no_such_option;
#endif
#if !defined(IPV6_PKTINFO)
inline constexpr int IPV6_PKTINFO = loom::system::elsewhere::no_such_option;
#endif
#if !defined(IPV6_RECVPKTINFO)
inline constexpr int IPV6_RECVPKTINFO = loom::system::elsewhere::no_such_option;
#endif
#if !defined(IP_PKTINFO)
inline constexpr int IP_PKTINFO = loom::system::elsewhere::no_such_option;
/// Where a datagram went, ip(7) of Linux; no message brings one.
struct in_pktinfo {
  unsigned ipi_ifindex;
  in_addr ipi_spec_dst;
  in_addr ipi_addr;
};
#endif
inline constexpr int SCM_TIMESTAMPNS = loom::system::elsewhere::no_such_option;
inline constexpr int SO_BUSY_POLL = loom::system::elsewhere::no_such_option;
inline constexpr int SO_RXQ_OVFL = -2;  // apart from SCM_TIMESTAMPNS where both are looked for

/// The place of the next control message, cmsg(3).
constexpr std::size_t CMSG_ALIGN(std::size_t bytes) noexcept {
  return CMSG_SPACE(bytes) - CMSG_SPACE(0);
}

#endif

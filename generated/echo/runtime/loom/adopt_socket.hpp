// Sockets that are open when the program starts, by their number: `fd:3`. systemd hands a service
// its listeners that way (sd_listen_fds(3): LISTEN_FDS of them, from number 3 on), so does any
// parent that leaves a descriptor open across execve(2). What a number really is, is looked at
// before it is used: a wrong one is a sentence at start, and no strange error later.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "error.hpp"
#include "shapes.hpp"
#include "socket.hpp"
#include "system/platform.hpp"

namespace loom {

/// Whether an address names a descriptor that is open already.
inline bool names_descriptor(const char* text) noexcept {
  return std::strncmp(text, "fd:", 3) == 0;
}

/// The number behind `fd:`, 0 to 1048575; -1 when it is none.
inline int descriptor_number(const char* text) noexcept {
  char* end = nullptr;
  const char* digits = text + 3;
  const unsigned long number = std::strtoul(digits, &end, 10);
  const bool is_number = *digits >= '0' && *digits <= '9' && *end == '\0';
  return is_number && number < (1UL << 20U) ? static_cast<int>(number) : -1;
}

/// An option of a socket; -1 when `fd` is none.
inline int socket_option(int fd, int name) noexcept {
  int value = -1;
  socklen_t bytes = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &bytes) == 0 ? value : -1;
}

/// Whether a socket has a peer.
inline bool is_connected(int fd) noexcept {
  sockaddr_storage peer{};
  socklen_t bytes = sizeof peer;
  return getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &bytes) == 0;
}

/// What a descriptor is, in words: "a pipe", "a connected TCP socket".
inline void describe_descriptor(int fd, char* text, std::size_t size) noexcept {
  struct stat status {};
  if (fstat(fd, &status) != 0) {
    std::snprintf(text, size, "not open");
    return;
  }
  if (!S_ISSOCK(status.st_mode)) {
    std::snprintf(text, size, "%s",
                  S_ISFIFO(status.st_mode)  ? "a pipe"
                  : S_ISREG(status.st_mode) ? "a regular file"
                  : S_ISCHR(status.st_mode) ? "a character device"
                  : S_ISDIR(status.st_mode) ? "a directory"
                                            : "no socket");
    return;
  }
  const int domain = socket_option(fd, SO_DOMAIN);
  const int type = socket_option(fd, SO_TYPE);
  const bool listens = socket_option(fd, SO_ACCEPTCONN) == 1;
  std::snprintf(text, size, "a %s %s%s socket",
                listens            ? "listening"
                : is_connected(fd) ? "connected"
                                   : "lone",
                domain == AF_UNIX    ? "unix "
                : domain == AF_INET  ? "IPv4 "
                : domain == AF_INET6 ? "IPv6 "
                                     : "",
                type == SOCK_STREAM      ? "stream"
                : type == SOCK_SEQPACKET ? "seqpacket"
                                         : "datagram");
}

/// Whether a socket is what the fd needs.
inline bool fits(int fd, const StreamShape& shape) noexcept {
  const int domain = socket_option(fd, SO_DOMAIN);
  const bool right_domain =
      shape.is_tcp() ? domain == AF_INET || domain == AF_INET6 : domain == AF_UNIX;
  if (!right_domain || socket_option(fd, SO_TYPE) != socket_type(shape)) return false;
  const bool listens = socket_option(fd, SO_ACCEPTCONN) == 1;
  return shape.is_server() ? listens : !listens && is_connected(fd);
}

/// Takes a duplicate of the descriptor that `text` names, with close-on-exec, and makes its open
/// file description non-blocking, for whoever else has it too (fcntl(2)). Options of the config are
/// left to whoever opened it. @returns the duplicate in `fd`.
inline StartError adopt_socket(const StreamShape& shape, const char* text, int& fd) noexcept {
  const char* wanted = shape.is_server() ? "a listening" : "a connected";
  const char* kind = shape.is_tcp() ? "TCP" : shape.packets ? "unix seqpacket" : "unix stream";
  const int number = descriptor_number(text);
  if (number < 0) {
    return StartError::make(start_code::bad_address, shape.name, 0,
                            "fds.%s: '%s' is no descriptor. Write fd: and a number, such as fd:3.",
                            shape.name, text);
  }
  char found[64];
  describe_descriptor(number, found, sizeof found);
  if (!fits(number, shape)) {
    return StartError::make(
        start_code::cannot_adopt, shape.name, 0,
        "fds.%s: descriptor %d is %s, expected %s %s socket. Open it before the "
        "start, or give an address.",
        shape.name, number, found, wanted, kind);
  }
  if (!shape.is_server() && shape.slots != 1) {
    return StartError::make(start_code::cannot_adopt, shape.name, 0,
                            "fds.%s: one descriptor is one connection, and %u are declared. Set "
                            "`connections` to 1, or give an address.",
                            shape.name, shape.slots);
  }
  fd = fcntl(number, F_DUPFD_CLOEXEC, 0);
  if (fd < 0 || fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0) {
    return StartError::make(
        start_code::cannot_adopt, shape.name, errno,
        "fds.%s: descriptor %d cannot be duplicated: %s. Raise the limit of open "
        "files (ulimit -n).",
        shape.name, number, std::strerror(errno));
  }
  return {};
}

/// Writes the address that a socket is bound to, `fd:3` style for those without a name.
inline void format_bound(int fd, const char* text, char* into, std::size_t size) noexcept {
  SocketAddress address;
  address.bytes = sizeof address.storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.bytes);
  format_address(address, into, size);
  if (into[0] == '\0') std::snprintf(into, size, "%s", text);
}

}  // namespace loom

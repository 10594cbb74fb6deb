// Sockets: addresses resolved, the declared options, listening. All of it runs at start or at a
// client's next attempt, never between a completion and its handler.
#pragma once

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "clock.hpp"
#include "error.hpp"
#include "shapes.hpp"
#include "shortage.hpp"
#include "socket_address.hpp"
#include "system/platform.hpp"

namespace loom {

/// The family that listens on every address: IPv6 takes IPv4 in unless ipv6Only, where the machine
/// has it.
inline int family_of_any(const StreamShape& shape) noexcept {
  if (!shape.is_server()) return AF_UNSPEC;
  const int probe = system::open_socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return AF_INET;
  ::close(probe);
  return AF_INET6;
}

/// Resolves `host:port`, `[v6]:port` or (for unix kinds) a path or `@name`. `*` and an empty host
/// mean every address. Names are looked up with getaddrinfo(3), which may block: only at start.
inline StartError resolve_addresses(const StreamShape& shape, const char* text,
                                    AddressList& list) noexcept {
  const auto bad = [&](const char* why) {
    return StartError::make(start_code::bad_address, shape.name, 0,
                            "fds.%s: the address '%s' %s. Use host:port, [v6]:port, a path or "
                            "@ and an abstract name.",
                            shape.name, text, why);
  };
  if (!shape.is_tcp()) {
    if (!set_unix_address(text, list.items[0])) return bad("does not fit a unix address");
    list.count = 1;
    return {};
  }
  const char* colon = std::strrchr(text, ':');
  if (colon == nullptr || colon[1] == '\0') return bad("has no port");
  if (!is_port(colon + 1)) return bad("has a port that is no number from 0 to 65535");
  char host[256] = {};
  auto length = static_cast<std::size_t>(colon - text);
  const char* begin = text;
  if (length >= 2 && text[0] == '[' && text[length - 1] == ']') {
    begin += 1;
    length -= 2;
  }
  if (length >= sizeof host) return bad("has a host longer than 255 characters");
  std::memcpy(host, begin, length);
  const bool any = length == 0 || std::strcmp(host, "*") == 0;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = any ? family_of_any(shape) : AF_UNSPEC;
  hints.ai_flags = AI_NUMERICSERV | (shape.is_server() ? AI_PASSIVE : 0);
  addrinfo* found = nullptr;
  const int error = getaddrinfo(any ? nullptr : host, colon + 1, &hints, &found);
  if (error != 0) {
    return StartError::make(start_code::bad_address, shape.name, 0,
                            "fds.%s: the address '%s' cannot be resolved: %s. Check the name and "
                            "the network, or write the address in numbers.",
                            shape.name, text, gai_strerror(error));
  }
  list.count = 0;
  for (const addrinfo* item = found; item != nullptr; item = item->ai_next) {
    if (list.count == maximum_addresses) break;
    SocketAddress& address = list.items[list.count];
    std::memcpy(&address.storage, item->ai_addr, item->ai_addrlen);
    address.bytes = item->ai_addrlen;
    list.count += 1;
  }
  freeaddrinfo(found);
  return {};
}

/// Sets the declared options on `fd`; options the socket's family lacks are skipped. Accepted
/// TCP sockets inherit them from their listener (tcp(7)), so nothing is set per connection; those
/// of AF_UNIX inherit nothing and have the kernel's buffer sizes.
/// @returns 0 or the errno of the first option the kernel refused.
inline int set_socket_options(int fd, const StreamShape& shape) noexcept {
  const SocketOptions& options = shape.options;
  int error = 0;
  const auto set = [&](int level, int name, int value, bool wanted) {
    if (!wanted || error != 0) return;
    if (setsockopt(fd, level, name, &value, sizeof value) != 0) error = errno;
  };
  set(SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes, options.receive_buffer_bytes != 0);
  set(SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes, options.send_buffer_bytes != 0);
  if (!shape.is_tcp()) return error;
  const bool keep_alive = options.keep_alive_idle_seconds != 0;
  set(SOL_SOCKET, SO_REUSEADDR, 1, options.reuse_address && shape.is_server());
  set(SOL_SOCKET, SO_REUSEPORT, 1, options.reuse_port);
  set(IPPROTO_TCP, TCP_NODELAY, 1, options.no_delay);
  set(IPPROTO_TCP, TCP_QUICKACK, 1, options.quick_acknowledge);
  set(SOL_SOCKET, SO_KEEPALIVE, 1, keep_alive);
  set(IPPROTO_TCP, TCP_KEEPIDLE, options.keep_alive_idle_seconds, keep_alive);
  set(IPPROTO_TCP, TCP_KEEPINTVL, options.keep_alive_interval_seconds,
      keep_alive && options.keep_alive_interval_seconds != 0);
  set(IPPROTO_TCP, TCP_KEEPCNT, options.keep_alive_count,
      keep_alive && options.keep_alive_count != 0);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, options.user_timeout_milliseconds,
      options.user_timeout_milliseconds != 0);
  set(SOL_SOCKET, SO_BUSY_POLL, options.busy_poll_microseconds,
      options.busy_poll_microseconds != 0);
  return error;
}

/// SOCK_STREAM, or SOCK_SEQPACKET where the fd carries packets (unix(7)).
constexpr int socket_type(const StreamShape& shape) noexcept {
  return shape.packets ? SOCK_SEQPACKET : SOCK_STREAM;
}

/// Makes a non-blocking socket with the declared options.
/// @returns the descriptor, or a negative errno.
inline int make_socket(const StreamShape& shape, const SocketAddress& address) noexcept {
  const int type = socket_type(shape) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int fd = system::open_socket(address.storage.ss_family, type, 0);
  if (fd < 0) return -errno;
  if (const int error = set_socket_options(fd, shape); error != 0) {
    ::close(fd);
    return -error;
  }
  return fd;
}

/// How long a start waits for an address in use. The listeners of a killed program live on until
/// the kernel has torn its ring down, so a supervisor's immediate restart would find them.
inline constexpr std::uint64_t address_in_use_patience_nanoseconds =
    300 * nanoseconds_per_millisecond;
/// Between two looks at an address in use.
inline constexpr std::uint64_t address_in_use_pause_nanoseconds = 5 * nanoseconds_per_millisecond;

/// bind(2) of a socket of `type` (SOCK_STREAM and the like), again while the address is in use, for
/// at most `patience_nanoseconds`. A stale unix socket is replaced, any other file is not; a
/// listener is asked by one connect(2), then only watched. @returns 0 or an errno.
inline int bind_patiently(int fd, int type, const SocketAddress& address,
                          std::uint64_t patience_nanoseconds) noexcept {
  const char* path = path_of(address);
  const std::uint64_t deadline = monotonic_nanoseconds() + patience_nanoseconds;
  bool stale = path != nullptr && is_stale_socket(address, type);
  while (true) {
    if (stale) ::unlink(path);
    if (::bind(fd, address.name(), address.bytes) == 0) return 0;
    const int error = errno;
    if (error != EADDRINUSE || monotonic_nanoseconds() >= deadline) return error;
    const timespec pause = to_timespec(address_in_use_pause_nanoseconds);
    nanosleep(&pause, nullptr);
    stale = path != nullptr && !is_bound_path(path) && is_stale_socket(address, type);
  }
}

/// Makes the listening socket of a server and writes back the address really bound (port 0
/// becomes the kernel's choice). A stale unix socket is replaced, any other file is not.
inline StartError listen_on(
    const StreamShape& shape, SocketAddress& address, int& fd,
    std::uint64_t patience_nanoseconds = address_in_use_patience_nanoseconds) noexcept {
  char text[128];
  format_address(address, text, sizeof text);
  const auto failed = [&](const char* act, int error) {
    const char* fix =
        error == EADDRINUSE ? "Another process has it: stop that one or choose another address."
        : error == EACCES ? "Choose a port above 1023 or a path you may write, or grant the right."
        : *shortage_fix(error) != 0 ? shortage_fix(error)
                                    : "Check the address and the options of this fd.";
    return StartError::make(start_code::cannot_listen, shape.name, error,
                            "fds.%s: cannot %s %s: %s. %s", shape.name, act, text,
                            std::strerror(error), fix);
  };
  fd = make_socket(shape, address);
  if (fd < 0) return failed("make a socket for", -fd);
  const auto give_up = [&](const char* act, int error) {
    ::close(fd);
    fd = -1;
    return failed(act, error);
  };
  if (address.storage.ss_family == AF_INET6) {
    const int on = shape.options.ipv6_only ? 1 : 0;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  const int bind_error = bind_patiently(fd, socket_type(shape), address, patience_nanoseconds);
  if (bind_error != 0) return give_up("bind", bind_error);
  if (const char* path = path_of(address); path != nullptr && shape.options.mode != 0) {
    const auto mode = static_cast<mode_t>(shape.options.mode);
    if (::chmod(path, mode) != 0) return give_up("set the mode of", errno);
  }
  if (::listen(fd, shape.options.backlog) != 0) return give_up("listen on", errno);
  address.bytes = sizeof address.storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address.storage), &address.bytes);
  return {};
}

}  // namespace loom

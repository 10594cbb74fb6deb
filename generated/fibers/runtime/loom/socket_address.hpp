// Socket addresses: from text to sockaddr and back, for TCP and for AF_UNIX. A unix address is a
// path, or with `@` before it a name in Linux's abstract namespace (unix(7)): no file, no mode, and
// gone with its last socket. Runs at start, never between a completion and its handler.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "system/platform.hpp"

namespace loom {

/// A socket address ready for bind(2) or connect(2).
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t bytes = 0;

  /// As the system calls take it.
  [[nodiscard]] const sockaddr* name() const noexcept {
    return reinterpret_cast<const sockaddr*>(&storage);
  }
};

/// The address of no family: connect(2) to it ends a connection of TCP with a reset.
constexpr sockaddr unspecified_address() noexcept {
  sockaddr address{};
  address.sa_family = AF_UNSPEC;
  return address;
}

/// Addresses of one name that a client tries in turn; more are left out.
inline constexpr std::uint32_t maximum_addresses = 4;

/// What a name stands for, in the order of getaddrinfo(3) (RFC 6724).
struct AddressList {
  SocketAddress items[maximum_addresses];
  std::uint32_t count = 0;
};

/// Whether `text` is a port, 0 to 65535 in decimal digits; getaddrinfo(3) cuts larger ones off.
inline bool is_port(const char* text) noexcept {
  std::uint32_t port = 0;
  const char* end = text;
  for (; *end >= '0' && *end <= '9' && port <= 65535; ++end) {
    port = port * 10 + static_cast<std::uint32_t>(*end - '0');
  }
  return end != text && *end == '\0' && port <= 65535;
}

/// Makes a unix address of a path of 1 to 107 bytes, or of `@` and an abstract name of 1 to 107
/// bytes. @returns false when the text is neither.
inline bool set_unix_address(const char* text, SocketAddress& address) noexcept {
  auto& unix_address = reinterpret_cast<sockaddr_un&>(address.storage);
  const bool is_abstract = text[0] == '@';
  const std::size_t length = std::strlen(text);
  // An abstract name begins behind a NUL and has none at its end: its length says where it ends.
  const std::size_t limit = sizeof unix_address.sun_path - (is_abstract ? 0 : 1);
  if (length == (is_abstract ? 1 : 0) || length > limit) return false;
  address = SocketAddress{};
  unix_address.sun_family = AF_UNIX;
  std::memcpy(unix_address.sun_path, text, length);
  if (is_abstract) unix_address.sun_path[0] = '\0';
  const std::size_t used = length + (is_abstract ? 0 : 1);
  address.bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + used);
  return true;
}

/// The path of a unix address; nullptr for abstract names and for TCP.
inline const char* path_in(const SocketAddress& address) noexcept {
  if (address.storage.ss_family != AF_UNIX) return nullptr;
  const char* path = reinterpret_cast<const sockaddr_un&>(address.storage).sun_path;
  return path[0] == '\0' ? nullptr : path;
}

/// The path that a unix address has in the file system; nullptr for those that have none.
inline const char* path_of(const SocketAddress& address) noexcept {
  return system::unix_paths_are_files ? path_in(address) : nullptr;
}

/// Writes `host:port`, `[v6]:port`, the path or `@` and the abstract name of an address into
/// `text`. An unnamed unix address gives the empty text.
inline void format_address(const SocketAddress& address, char* text, std::size_t size) noexcept {
  char host[INET6_ADDRSTRLEN] = {};
  if (address.storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address.storage);
    inet_ntop(AF_INET, &v4.sin_addr, host, sizeof host);
    std::snprintf(text, size, "%s:%u", host, static_cast<unsigned>(ntohs(v4.sin_port)));
  } else if (address.storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address.storage);
    inet_ntop(AF_INET6, &v6.sin6_addr, host, sizeof host);
    std::snprintf(text, size, "[%s]:%u", host, static_cast<unsigned>(ntohs(v6.sin6_port)));
  } else if (const char* path = path_in(address); path != nullptr) {
    std::snprintf(text, size, "%s", path);
  } else {
    const auto& abstract = reinterpret_cast<const sockaddr_un&>(address.storage);
    const std::size_t before = offsetof(sockaddr_un, sun_path) + 1;
    const int length = address.bytes > before ? static_cast<int>(address.bytes - before) : 0;
    std::snprintf(text, size, "%s%.*s", length == 0 ? "" : "@", length, abstract.sun_path + 1);
  }
}

/// Whether a unix path is a socket of `type` (SOCK_STREAM and the like) that nobody listens on any
/// more, so that it may be replaced.
inline bool is_stale_socket(const SocketAddress& address, int type = SOCK_STREAM) noexcept {
  const char* path = path_of(address);
  struct stat status {};
  if (path == nullptr || lstat(path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const int probe = system::open_socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const bool refused =
      ::connect(probe, address.name(), address.bytes) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

/// Whether some socket of this system is bound to a unix path (proc_pid_net(5)); true where that
/// cannot be told. Unlike a connect(2), it does not disturb who listens there.
inline bool is_bound_path(const char* path) noexcept {
  std::FILE* table = std::fopen("/proc/net/unix", "re");
  if (table == nullptr) return true;
  char line[256];
  bool found = false;
  while (!found && std::fgets(line, sizeof line, table) != nullptr) {
    line[std::strcspn(line, "\n")] = '\0';
    const char* bound = std::strchr(line, '/');
    found = bound != nullptr && std::strcmp(bound, path) == 0;
  }
  std::fclose(table);
  return found;
}

}  // namespace loom

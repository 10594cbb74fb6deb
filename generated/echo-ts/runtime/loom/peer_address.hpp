// Who sent a datagram, and whom to send one to: a socket address by value. It is copied out of the
// receive buffer in its real length and becomes text only when somebody asks.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "result.hpp"
#include "socket_address.hpp"

namespace loom {

/// An IPv4, IPv6 or unix address; empty for a unix socket that has no name.
class PeerAddress {
 public:
  /// The longest address: sockaddr_un, unix(7).
  static constexpr std::uint32_t longest_bytes = sizeof(sockaddr_un);
  /// Room for the longest text of an address, its terminator included.
  static constexpr std::uint32_t longest_text = 128;

  /// No address. Its bytes are not cleared, for each datagram has two of them: nobody reads more of
  /// them than `bytes_` says.
  PeerAddress() noexcept {}

  /// Copies `bytes` of a sockaddr, as recvmsg(2) and getsockname(2) give it. What is longer than
  /// any address, or too short to have a family, is no address.
  PeerAddress(const void* sockaddr, std::uint32_t bytes) noexcept {
    if (bytes <= sizeof(sa_family_t) || bytes > longest_bytes) return;
    std::memcpy(&address_, sockaddr, bytes);
    bytes_ = bytes;
  }

  /// The address that `text` says: `127.0.0.1:9000`, `[::1]:9000`, `/path` or `@abstract`. Names
  /// are not looked up. Failure::unsupported when it is none of these.
  static Result<PeerAddress> from_text(const char* text) noexcept {
    if (text[0] == '/' || text[0] == '@') {
      SocketAddress path;
      if (!set_unix_address(text, path)) return Failure::unsupported;
      return PeerAddress(&path.storage, path.bytes);
    }
    const char* colon = std::strrchr(text, ':');
    if (colon == nullptr || !is_port(colon + 1)) return Failure::unsupported;
    const auto port = static_cast<std::uint16_t>(std::strtoul(colon + 1, nullptr, 10));
    char host[INET6_ADDRSTRLEN] = {};
    auto length = static_cast<std::size_t>(colon - text);
    const bool bracketed = length >= 2 && text[0] == '[' && text[length - 1] == ']';
    const char* begin = bracketed ? text + 1 : text;
    if (bracketed) length -= 2;
    if (length >= sizeof host) return Failure::unsupported;
    std::memcpy(host, begin, length);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    if (!bracketed && inet_pton(AF_INET, host, &v4.sin_addr) == 1)
      return PeerAddress(&v4, sizeof v4);
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (bracketed && inet_pton(AF_INET6, host, &v6.sin6_addr) == 1)
      return PeerAddress(&v6, sizeof v6);
    return Failure::unsupported;
  }

  /// Whether there is no address, so that nothing can be sent to it.
  [[nodiscard]] bool empty() const noexcept { return bytes_ == 0; }
  /// AF_INET, AF_INET6, AF_UNIX, or AF_UNSPEC when empty.
  [[nodiscard]] int family() const noexcept {
    return empty() ? AF_UNSPEC : address_.generic.sa_family;
  }
  /// The port, 0 to 65535; 0 for unix addresses.
  [[nodiscard]] std::uint16_t port() const noexcept {
    if (family() == AF_INET) return ntohs(address_.v4.sin_port);
    if (family() == AF_INET6) return ntohs(address_.v6.sin6_port);
    return 0;
  }
  /// The sockaddr, for system calls; `size()` bytes.
  [[nodiscard]] const sockaddr* data() const noexcept { return &address_.generic; }
  /// Bytes of the sockaddr; 0 when empty.
  [[nodiscard]] std::uint32_t size() const noexcept { return bytes_; }

  /// Writes `127.0.0.1:9000`, `[::1]:9000`, a path or `@abstract` into `text`, cut off at `size`
  /// bytes; `(unnamed)` when empty.
  void format(char* text, std::size_t size) const noexcept {
    if (empty()) {
      std::snprintf(text, size, "(unnamed)");
      return;
    }
    SocketAddress address;
    std::memcpy(&address.storage, &address_, bytes_);
    address.bytes = bytes_;
    format_address(address, text, size);
  }

  /// Whether both name the same socket.
  friend bool operator==(const PeerAddress& left, const PeerAddress& right) noexcept {
    return left.bytes_ == right.bytes_ &&
           std::memcmp(&left.address_, &right.address_, left.bytes_) == 0;
  }

 private:
  union Address {
    sockaddr generic;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un path;
  };
  Address address_;
  std::uint32_t bytes_ = 0;
};

}  // namespace loom

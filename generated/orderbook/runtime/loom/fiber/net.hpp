// Sockets that straight-line code opens itself: for proxies and tools whose peers no config can
// name. A declared fd has direct descriptors, buffer rings and one submission a turn; these have a
// plain descriptor and one system request for each read and write.
#pragma once

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "../bytes.hpp"
#include "../socket_address.hpp"
#include "../system/sockets.hpp"
#include "await.hpp"
#include "descriptor.hpp"

namespace loom::net {

/// The address of `1.2.3.4:80`, `[::1]:80`, a unix path or `@` and an abstract name; names of hosts
/// are not looked up, because that blocks.
/// @returns Failure::system with EINVAL when it is none of these.
inline Result<SocketAddress> parse_address(const char* text) noexcept {
  SocketAddress address;
  const char* colon = std::strrchr(text, ':');
  if (text[0] == '/' || text[0] == '@' || colon == nullptr) {
    if (set_unix_address(text, address)) return address;
    return Error{Failure::system, EINVAL};
  }
  const bool is_v6 = text[0] == '[' && colon > text && colon[-1] == ']';
  const char* begin = text + (is_v6 ? 1 : 0);
  const auto length = static_cast<std::size_t>(colon - begin) - (is_v6 ? 1 : 0);
  char host[INET6_ADDRSTRLEN] = {};
  if (length >= sizeof host || !is_port(colon + 1)) return Error{Failure::system, EINVAL};
  std::memcpy(host, begin, length);
  const auto port = htons(static_cast<std::uint16_t>(std::strtoul(colon + 1, nullptr, 10)));
  auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
  address.storage.ss_family = is_v6 ? AF_INET6 : AF_INET;
  void* place = is_v6 ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr;
  if (inet_pton(address.storage.ss_family, host, place) != 1) return Error{Failure::system, EINVAL};
  (is_v6 ? v6.sin6_port : v4.sin_port) = port;
  address.bytes = is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  return address;
}

/// A stream connection; its end closes it.
class Stream {
 public:
  Stream() noexcept = default;
  /// Owns the connected socket from now on.
  explicit Stream(OwnedDescriptor socket) noexcept : socket_(std::move(socket)) {}

  /// Waits for bytes and takes up to buffer.size() of them, recv(2).
  /// @returns how many, at least one; Failure::ended after the peer's FIN, system, timed_out,
  ///   cancelled.
  Result<std::uint32_t> read(std::span<std::byte> buffer,
                             std::uint64_t deadline_nanoseconds = no_deadline) {
    const auto count = await(system::recv(socket_.get(), buffer, 0), deadline_nanoseconds);
    if (!count) return count.error();
    if (*count == 0 && !buffer.empty()) return Failure::ended;
    return static_cast<std::uint32_t>(*count);
  }

  /// Sends all of `bytes`, send(2), waiting for room as often as it takes. After a failure a part
  /// of them may be sent.
  Result<void> write(Bytes bytes, std::uint64_t deadline_nanoseconds = no_deadline) {
    while (!bytes.empty()) {
      const std::span<const std::byte> rest(bytes.data(), bytes.size());
      const auto count =
          await(system::send(socket_.get(), rest, MSG_NOSIGNAL), deadline_nanoseconds);
      if (!count) return count.error();
      const auto sent = static_cast<std::uint32_t>(*count);
      bytes = bytes.part(sent, bytes.size() - sent);
    }
    return {};
  }

  /// Sends FIN, shutdown(2); reading goes on.
  void finish() noexcept { ::shutdown(socket_.get(), SHUT_WR); }

  /// The socket.
  [[nodiscard]] const OwnedDescriptor& descriptor() const noexcept { return socket_; }

 private:
  OwnedDescriptor socket_;
};

/// A stream socket of the address's family, with TCP_NODELAY where there is such a thing.
inline Result<OwnedDescriptor> open_socket(const SocketAddress& address) noexcept {
  OwnedDescriptor socket(
      system::open_socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return Error{Failure::system, errno};
  const int yes = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return socket;
}

/// Connects to `address`, connect(2), until `deadline_nanoseconds` on the monotonic clock.
/// @returns Failure::system with ECONNREFUSED and the like, timed_out, cancelled.
inline Result<Stream> connect(const SocketAddress& address,
                              std::uint64_t deadline_nanoseconds = no_deadline) {
  auto socket = open_socket(address);
  if (!socket) return socket.error();
  const auto connected =
      await(system::connect(socket->get(), address.name(), address.bytes), deadline_nanoseconds);
  if (!connected) return connected.error();
  return Stream(std::move(*socket));
}

/// A listening socket; its end closes it.
class Listener {
 public:
  Listener() noexcept = default;
  explicit Listener(OwnedDescriptor socket) noexcept : socket_(std::move(socket)) {}

  /// Waits for a connection, accept4(2).
  /// @returns Failure::system with EMFILE when there is no descriptor left, timed_out, cancelled.
  Result<Stream> accept(std::uint64_t deadline_nanoseconds = no_deadline) {
    const auto fd =
        await(system::accept(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC), deadline_nanoseconds);
    if (!fd) return fd.error();
    return Stream(OwnedDescriptor(*fd));
  }

  /// Where it listens, with the port that the kernel chose, getsockname(2).
  [[nodiscard]] SocketAddress address() const noexcept {
    SocketAddress address;
    address.bytes = sizeof address.storage;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address.storage), &address.bytes);
    return address;
  }

 private:
  OwnedDescriptor socket_;
};

/// Listens at `address`, bind(2) and listen(2) with SO_REUSEADDR; neither waits.
inline Result<Listener> listen(const SocketAddress& address, int backlog = 128) noexcept {
  auto socket = open_socket(address);
  if (!socket) return socket.error();
  const int yes = 1;
  ::setsockopt(socket->get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(socket->get(), address.name(), address.bytes) != 0 ||
      ::listen(socket->get(), backlog) != 0) {
    return Error{Failure::system, errno};
  }
  return Listener(std::move(*socket));
}

}  // namespace loom::net

// The other side of a unix connection in tests: abstract names, packets, and descriptors that are
// passed along with bytes.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "support.hpp"

namespace loom_test {

/// An abstract name that no other test of this machine has.
inline std::string abstract_name(const char* subject) {
  static int count = 0;
  count += 1;
  return std::string("@loom-test-") + subject + "-" + std::to_string(::getpid()) + "-" +
         std::to_string(count);
}

/// Connects to the abstract name behind the `@` of `name`.
inline Descriptor connect_to_unix(const std::string& name, int type) {
  Descriptor peer(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  if (::connect(peer.get(), reinterpret_cast<const sockaddr*>(&address), bytes) != 0) return {};
  return peer;
}

/// The next packet; empty at the end or when none comes.
inline std::string receive_packet(int fd) {
  std::string packet(1U << 16U, '\0');
  if (!wait_for(fd, POLLIN)) return {};
  const ssize_t size = ::recv(fd, packet.data(), packet.size(), 0);
  packet.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return packet;
}

}  // namespace loom_test

// The contract for peers on UDP: `sink udp:IP:PORT` on the command line, a bound socket with room
// for a burst, and the messages of a datagram, which are whole.
#pragma once

#include <span>

#include "contract.hpp"

namespace peer {

/// The longest datagram that the load generator sends fits.
inline constexpr std::size_t datagram_bytes = 65536;

/// What the contract has a sink ask the kernel for.
inline constexpr int receive_buffer_bytes = 4 << 20;

/// Reads the command line and binds the socket; leaves with a sentence where that cannot be.
/// `flags` may be SOCK_NONBLOCK.
inline int open_datagram_socket(int count, char** words, int flags) {
  const std::string mode = count == 3 ? words[1] : "";
  const std::string where = count == 3 ? words[2] : "";
  const std::size_t colon = where.rfind(':');
  if (mode != "sink" || !where.starts_with("udp:") || colon <= 4) {
    std::fprintf(stderr, "usage: %s sink udp:IP:PORT\n", words[0]);
    std::exit(2);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(where.c_str() + colon + 1)));
  const std::string host = where.substr(4, colon - 4);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) fail("inet_pton", EINVAL);
  const int socket_ = socket(AF_INET, SOCK_DGRAM | flags, 0);
  if (socket_ < 0) fail("socket");
  // The kernel grants net.core.rmem_max at most.
  setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  return socket_;
}

/// Counts the messages of one datagram. What is cut off at its end is no message of the next one.
inline void take_datagram(std::span<const std::uint8_t> datagram) noexcept {
  Messages messages;
  messages.take(datagram.data(), datagram.size());
}

}  // namespace peer

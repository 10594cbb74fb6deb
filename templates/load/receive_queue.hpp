// What the kernel holds for a UDP socket of this machine, and what it dropped of it, as
// /proc/net/udp says: so the generator knows when a server has taken everything, and how much of
// it never could be taken.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>

#include "socket.hpp"

namespace bench {

/// The IPv4 sockets on one port, together.
struct ReceiveQueue {
  std::uint64_t bytes = 0;    ///< that wait to be received, the kernel's own share included
  std::uint64_t dropped = 0;  ///< datagrams, for want of room, since the socket was opened
  bool found = false;         ///< whether there is such a socket
};

/// Looks up a port, in host order. Ends the process where the kernel does not tell.
inline ReceiveQueue receive_queue_of(std::uint16_t port) noexcept {
  std::FILE* file = std::fopen("/proc/net/udp", "r");
  if (file == nullptr) fail("/proc/net/udp", errno);
  ReceiveQueue queue;
  char line[512];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    unsigned local_port = 0;
    unsigned long long waiting = 0;
    unsigned long long dropped = 0;
    // sl local remote st tx:rx tr:when retransmits uid timeout inode references pointer drops
    const int read = std::sscanf(line,
                                 "%*d: %*x:%x %*x:%*x %*x %*x:%llx %*x:%*x %*x %*u %*d %*u %*d "
                                 "%*s %llu",
                                 &local_port, &waiting, &dropped);
    if (read != 3 || local_port != port) continue;
    queue.found = true;
    queue.bytes += waiting;
    queue.dropped += dropped;
  }
  std::fclose(file);
  return queue;
}

}  // namespace bench

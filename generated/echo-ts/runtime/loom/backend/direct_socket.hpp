// A socket of the io_uring backend whose receives are direct: it keeps its plain descriptor, its
// receive is tried by recv(2) in every turn, of datagrams by recvmmsg(2), and only before the loop
// blocks does the ring wait for its readiness.
#pragma once

#include "../operation.hpp"

namespace loom {

/// One direct socket.
struct DirectSocket {
  int fd = -1;                   ///< -1: the place is free
  Operation* receive = nullptr;  ///< the receive that is tried
  Operation poll;                ///< waits for readiness; at most one is in flight
  Operation unpoll;              ///< ends that wait before the descriptor is closed
};

}  // namespace loom

// One submission queue entry for each way to move bytes: what a receive and a send are to the
// kernel. `handle` is an entry of the file table.
#pragma once

#include <liburing.h>
#include <sys/socket.h>

#include "../operation.hpp"

namespace loom {

/// A receive into a buffer of the operation's group; flags are the caller's.
inline void prepare_receive(io_uring_sqe& sqe, const Operation& operation) noexcept {
  const int flags = operation.transfer == Transfer::packets ? MSG_TRUNC : 0;
  if (operation.multishot) {
    io_uring_prep_recv_multishot(&sqe, operation.handle, nullptr, 0, flags);
  } else {
    // No length: as much as the buffer holds.
    io_uring_prep_recv(&sqe, operation.handle, nullptr, 0, flags);
  }
}

/// A send of what the operation points at.
inline void prepare_send(io_uring_sqe& sqe, const Operation& operation) noexcept {
  if (operation.transfer == Transfer::packets) {
    const auto* message = static_cast<const msghdr*>(operation.pointer);
    io_uring_prep_sendmsg(&sqe, operation.handle, message, MSG_NOSIGNAL);
    return;
  }
  io_uring_prep_send(&sqe, operation.handle, operation.pointer, operation.size, MSG_NOSIGNAL);
}

}  // namespace loom

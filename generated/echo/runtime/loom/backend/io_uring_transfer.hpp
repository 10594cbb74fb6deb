// One submission queue entry for each way to move bytes: what a receive and a send are to the
// kernel. `handle` is an entry of the file table.
#pragma once

#include <liburing.h>
#include <sys/socket.h>

#include <cstdint>

#include "../operation.hpp"

namespace loom {

/// A receive into a buffer of the operation's group, or where it points. @returns the flags that
/// the entry needs.
inline unsigned prepare_receive(io_uring_sqe& sqe, const Operation& operation) noexcept {
  if (operation.transfer == Transfer::record) {
    // -1: where the descriptor stands, pread(2); events have no places.
    io_uring_prep_read(&sqe, operation.handle, const_cast<void*>(operation.pointer), operation.size,
                       static_cast<std::uint64_t>(-1));
    return 0;
  }
  const int flags = operation.transfer == Transfer::packets ? MSG_TRUNC : 0;
  if (operation.transfer == Transfer::file) {
    // No length: as much as the buffer holds.
    io_uring_prep_read(&sqe, operation.handle, nullptr, 0, static_cast<std::uint64_t>(-1));
  } else if (operation.transfer == Transfer::messages) {
    auto* message = static_cast<msghdr*>(const_cast<void*>(operation.pointer));
    io_uring_prep_recvmsg(&sqe, operation.handle, message, MSG_CMSG_CLOEXEC);
  } else if (operation.multishot) {
    io_uring_prep_recv_multishot(&sqe, operation.handle, nullptr, 0, flags);
  } else {
    // No length: as much as the buffer holds.
    io_uring_prep_recv(&sqe, operation.handle, nullptr, 0, flags);
  }
  sqe.buf_group = operation.group;
  return IOSQE_BUFFER_SELECT;
}

/// A send of what the operation points at.
inline void prepare_send(io_uring_sqe& sqe, const Operation& operation) noexcept {
  if (operation.transfer == Transfer::file) {
    io_uring_prep_write(&sqe, operation.handle, operation.pointer, operation.size,
                        static_cast<std::uint64_t>(-1));
    return;
  }
  if (operation.transfer != Transfer::bytes) {
    const auto* message = static_cast<const msghdr*>(operation.pointer);
    io_uring_prep_sendmsg(&sqe, operation.handle, message, MSG_NOSIGNAL);
    return;
  }
  io_uring_prep_send(&sqe, operation.handle, operation.pointer, operation.size, MSG_NOSIGNAL);
}

}  // namespace loom

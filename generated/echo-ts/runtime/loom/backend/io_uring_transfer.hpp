// One submission queue entry for each way to move bytes: what a receive and a send are to the
// kernel. `handle` is an entry of the file table.
#pragma once

#include <liburing.h>
#include <sys/socket.h>

#include <cstdint>

#include "../datagram_family.hpp"
#include "../operation.hpp"

namespace loom {

/// IORING_RECVSEND_BUNDLE and IORING_FEAT_RECVSEND_BUNDLE of Linux 6.10, which liburing 2.3 lacks.
inline constexpr std::uint16_t recvsend_bundle = 1U << 4U;
inline constexpr unsigned feature_recvsend_bundle = 1U << 14U;

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
    if (operation.bundle) sqe.ioprio |= recvsend_bundle;
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

static_assert(sizeof(ReceivedHeader) == sizeof(io_uring_recvmsg_out));
static_assert(offsetof(ReceivedHeader, flags) == offsetof(io_uring_recvmsg_out, flags));

/// A multishot recvmsg. MSG_TRUNC: the header says how long a truncated datagram was.
inline void fill_datagram_receive(io_uring_sqe& sqe, const Operation& operation) noexcept {
  const auto& request = *static_cast<const DatagramReceive*>(operation.pointer);
  // The kernel copies the header and writes none of it for a multishot.
  io_uring_prep_recvmsg_multishot(&sqe, operation.handle, const_cast<msghdr*>(&request.header),
                                  MSG_TRUNC);
  sqe.flags |= IOSQE_BUFFER_SELECT;
  sqe.buf_group = operation.group;
}

/// The sendmsg of the datagram at `position` of its batch; the completion's tag carries it.
inline void fill_datagram_send(io_uring_sqe& sqe, const Operation& operation,
                               std::uint32_t position) noexcept {
  const auto& request = *static_cast<const DatagramSend*>(operation.pointer);
  io_uring_prep_sendmsg(&sqe, operation.handle, &request.messages[position].msg_hdr,
                        MSG_NOSIGNAL | MSG_DONTWAIT);
  sqe.user_data = Tag(operation.tag.slot(), operation.tag.operation(), position).word();
}

}  // namespace loom

// Datagrams on io_uring. Receiving is one multishot recvmsg for each socket: every datagram comes
// in a provided buffer, laid out as in datagram.hpp. A batch of sends is a chain of linked entries,
// so that the kernel sends them in order even when one has to wait for room; all but the last say
// nothing when they succeed (IOSQE_CQE_SKIP_SUCCESS), and the first that fails ends the chain with
// the only completion. So a batch completes once, and the tag says with which datagram.
//
// Every sendmsg is MSG_DONTWAIT. A kernel that retries one by itself has consumed its bytes before
// it found the peer full (unix_dgram_sendmsg of Linux 6.18), and then sends a datagram of length
// zero. So waiting for room is an entry of its own, a poll at the head of the chain.
//
// Of a direct socket only what waits for room goes through the ring; the rest are system calls.
#pragma once

#include <poll.h>

#include "datagram_calls.hpp"
#include "io_uring.hpp"
#include "io_uring_transfer.hpp"

namespace loom {

/// Submits as much of a batch as the submission queue has room for, at least one datagram: what is
/// left over stays in the socket's queue. A chain must not be cut in two, or its halves would run
/// side by side.
template <class Shape>
void IoUring<Shape>::submit_datagrams(Operation& operation) noexcept {
  const auto& request = *static_cast<const DatagramSend*>(operation.pointer);
  if (is_direct(operation.handle) && !request.waits_for_room) {
    core_->stats().add(Stat::kernel_entries);
    return finish(operation, send_datagrams(direct_socket(operation.handle).fd, operation));
  }
  const std::uint32_t room = overflow_.empty() ? io_uring_sq_space_left(&ring_) : 0;
  if (room == 0) {
    core_->stats().add(Stat::overflow_queued);
    overflow_.push(operation);
    return;
  }
  const bool waits = request.waits_for_room && room > 1;
  if (waits) {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    LOOM_ASSERT(sqe != nullptr, "the room was counted");
    io_uring_prep_poll_add(sqe, operation.handle, POLLOUT);
    name_file(*sqe, operation.handle, IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
    sqe->user_data = Tag(operation.tag.slot(), operation.tag.operation(), 0).word();
  }
  const std::uint32_t left = waits ? room - 1 : room;
  const std::uint32_t count = request.count < left ? request.count : left;
  for (std::uint32_t position = 0; position < count; ++position) {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    LOOM_ASSERT(sqe != nullptr, "the room was counted");
    fill_datagram_send(*sqe, operation, position);
    const bool last = position + 1 == count;
    name_file(*sqe, operation.handle, last ? 0U : IOSQE_IO_LINK | IOSQE_CQE_SKIP_SUCCESS);
  }
}

}  // namespace loom

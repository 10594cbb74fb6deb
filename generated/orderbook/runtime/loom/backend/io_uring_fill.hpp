// What each kind of operation is to the kernel: one submission queue entry. Handles are entries of
// the file table, but for direct sockets, whose entries name their descriptor.
#pragma once

#include <poll.h>

#include "io_uring.hpp"
#include "io_uring_request.hpp"
#include "io_uring_transfer.hpp"

namespace loom {

template <class Shape>
void IoUring<Shape>::fill_accept(io_uring_sqe& sqe, const Operation& operation) noexcept {
  const int handle = operation.handle;
  constexpr int plain = SOCK_NONBLOCK | SOCK_CLOEXEC;
  const bool gives_plain = accepts_plain(operation);
  if (gives_plain && operation.multishot) {
    io_uring_prep_multishot_accept(&sqe, handle, nullptr, nullptr, plain);
  } else if (gives_plain) {
    io_uring_prep_accept(&sqe, handle, nullptr, nullptr, plain);
  } else if (operation.multishot) {
    io_uring_prep_multishot_accept_direct(&sqe, handle, nullptr, nullptr, 0);
  } else {
    // One less: liburing 2.3 adds 1 to every index, which would ask for a plain descriptor; later
    // versions add 1 to all but IORING_FILE_INDEX_ALLOC itself.
    io_uring_prep_accept_direct(&sqe, handle, nullptr, nullptr, 0, IORING_FILE_INDEX_ALLOC - 1);
  }
}

/// Says which file an entry is about, which liburing was told wrongly of a direct socket.
template <class Shape>
void IoUring<Shape>::name_file(io_uring_sqe& sqe, std::int32_t handle, unsigned flags) noexcept {
  const bool direct = is_direct(handle);
  sqe.fd = direct ? direct_socket(handle).fd : handle;
  if (!direct) flags |= static_cast<unsigned>(IOSQE_FIXED_FILE);
  sqe.flags = static_cast<std::uint8_t>(sqe.flags | flags);
}

template <class Shape>
bool IoUring<Shape>::lacks_bundles() const noexcept {
  return (ring_.features & feature_recvsend_bundle) == 0;
}

/// Writes an operation into a submission queue entry.
template <class Shape>
void IoUring<Shape>::fill(io_uring_sqe& sqe, Operation& operation) noexcept {
  const bool direct = is_direct(operation.handle);
  const int fd = direct ? direct_socket(operation.handle).fd : operation.handle;
  const auto on_file = [&](unsigned flags) { name_file(sqe, operation.handle, flags); };
  switch (operation.kind) {
    case OperationKind::accept:
      fill_accept(sqe, operation);
      on_file(0);
      break;
    case OperationKind::receive:
      // A kernel that does not know the flag refuses the receive.
      operation.bundle = operation.bundle && !lacks_bundles();
      on_file(prepare_receive(sqe, operation));
      break;
    case OperationKind::send:
      prepare_send(sqe, operation);
      on_file(0);
      break;
    case OperationKind::receive_datagrams:
      fill_datagram_receive(sqe, operation);
      on_file(0);
      break;
    case OperationKind::send_datagrams:
      fill_datagram_send(sqe, operation, 0);
      on_file(0);
      return;
    case OperationKind::connect:
      io_uring_prep_connect(&sqe, fd, static_cast<const sockaddr*>(operation.pointer),
                            operation.size);
      on_file(0);
      break;
    case OperationKind::shutdown_sending:
      io_uring_prep_shutdown(&sqe, fd, SHUT_WR);
      on_file(0);
      break;
    case OperationKind::poll:
      io_uring_prep_poll_add(&sqe, fd, POLLIN | POLLRDHUP);
      on_file(0);
      break;
    case OperationKind::close:
      if (direct) {
        io_uring_prep_close(&sqe, fd);
      } else {
        io_uring_prep_close_direct(&sqe, static_cast<unsigned>(fd));
      }
      break;
    case OperationKind::cancel_receive:
      io_uring_prep_cancel64(&sqe, static_cast<const Operation*>(operation.pointer)->tag.word(), 0);
      break;
    case OperationKind::cancel_all: {
      const unsigned fixed = direct ? 0U : static_cast<unsigned>(IORING_ASYNC_CANCEL_FD_FIXED);
      io_uring_prep_cancel_fd(&sqe, fd, static_cast<unsigned>(IORING_ASYNC_CANCEL_ALL) | fixed);
      break;
    }
    case OperationKind::request: copy_request(sqe, RequestOperation::of(operation).request); break;
    case OperationKind::cancel_request:
      // Told only of one that it did not find, and then nobody needs to know.
      io_uring_prep_cancel64(&sqe, operation.tag.word(), 0);
      sqe.flags |= IOSQE_CQE_SKIP_SUCCESS;
      sqe.user_data = Tag(0, common_operation::none, 0).word();
      operation.in_flight = false;
      return;
  }
  sqe.user_data = operation.tag.word();
}

}  // namespace loom

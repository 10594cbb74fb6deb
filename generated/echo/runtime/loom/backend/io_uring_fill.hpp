// What each kind of operation is to the kernel: one submission queue entry.
#pragma once

#include "io_uring.hpp"
#include "io_uring_datagram.hpp"
#include "io_uring_request.hpp"
#include "io_uring_transfer.hpp"

namespace loom {

/// Writes an operation into a submission queue entry.
template <class Shape>
void IoUring<Shape>::fill(io_uring_sqe& sqe, Operation& operation) noexcept {
  const int handle = operation.handle;
  switch (operation.kind) {
    case OperationKind::accept:
      if (operation.multishot) {
        io_uring_prep_multishot_accept_direct(&sqe, handle, nullptr, nullptr, 0);
      } else {
        // One less: liburing 2.3 adds 1 to every index, which would ask for a plain descriptor;
        // later versions add 1 to all but IORING_FILE_INDEX_ALLOC itself.
        io_uring_prep_accept_direct(&sqe, handle, nullptr, nullptr, 0, IORING_FILE_INDEX_ALLOC - 1);
      }
      sqe.flags |= IOSQE_FIXED_FILE;
      break;
    case OperationKind::receive:
      prepare_receive(sqe, operation);
      sqe.flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
      sqe.buf_group = operation.group;
      break;
    case OperationKind::send:
      prepare_send(sqe, operation);
      sqe.flags |= IOSQE_FIXED_FILE;
      break;
    case OperationKind::receive_datagrams: fill_datagram_receive(sqe, operation); break;
    case OperationKind::send_datagrams: fill_datagram_send(sqe, operation, 0); return;
    case OperationKind::connect:
      io_uring_prep_connect(&sqe, handle, static_cast<const sockaddr*>(operation.pointer),
                            operation.size);
      sqe.flags |= IOSQE_FIXED_FILE;
      break;
    case OperationKind::shutdown_sending:
      io_uring_prep_shutdown(&sqe, handle, SHUT_WR);
      sqe.flags |= IOSQE_FIXED_FILE;
      break;
    case OperationKind::close:
      io_uring_prep_close_direct(&sqe, static_cast<unsigned>(handle));
      break;
    case OperationKind::cancel_receive:
      io_uring_prep_cancel64(&sqe, static_cast<const Operation*>(operation.pointer)->tag.word(), 0);
      break;
    case OperationKind::cancel_all:
      io_uring_prep_cancel_fd(&sqe, handle, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_FD_FIXED);
      break;
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

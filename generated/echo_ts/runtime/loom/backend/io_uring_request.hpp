// A Request is a submission queue entry: proof, field by field, and the copy.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../request_operation.hpp"

namespace loom {

static_assert(sizeof(system::Request) == sizeof(io_uring_sqe));
static_assert(offsetof(system::Request, opcode) == offsetof(io_uring_sqe, opcode));
static_assert(offsetof(system::Request, flags) == offsetof(io_uring_sqe, flags));
static_assert(offsetof(system::Request, priority) == offsetof(io_uring_sqe, ioprio));
static_assert(offsetof(system::Request, fd) == offsetof(io_uring_sqe, fd));
static_assert(offsetof(system::Request, offset) == offsetof(io_uring_sqe, off));
static_assert(offsetof(system::Request, offset) == offsetof(io_uring_sqe, addr2));
static_assert(offsetof(system::Request, address) == offsetof(io_uring_sqe, addr));
static_assert(offsetof(system::Request, address) == offsetof(io_uring_sqe, splice_off_in));
static_assert(offsetof(system::Request, length) == offsetof(io_uring_sqe, len));
static_assert(offsetof(system::Request, call_flags) == offsetof(io_uring_sqe, rw_flags));
static_assert(offsetof(system::Request, user_data) == offsetof(io_uring_sqe, user_data));
static_assert(offsetof(system::Request, buffer) == offsetof(io_uring_sqe, buf_index));
static_assert(offsetof(system::Request, personality) == offsetof(io_uring_sqe, personality));
static_assert(offsetof(system::Request, file_index) == offsetof(io_uring_sqe, file_index));
static_assert(offsetof(system::Request, file_index) == offsetof(io_uring_sqe, splice_fd_in));
static_assert(offsetof(system::Request, address3) == offsetof(io_uring_sqe, addr3));

/// Opcodes that both know have one number.
static_assert(static_cast<int>(system::Opcode::sendmsg_zc) == IORING_OP_SENDMSG_ZC);
static_assert(static_cast<int>(system::Opcode::socket) == IORING_OP_SOCKET);
static_assert(static_cast<int>(system::Opcode::tee) == IORING_OP_TEE);
static_assert(static_cast<int>(system::Opcode::recv) == IORING_OP_RECV);

/// Writes a request into an entry; the caller sets user_data.
inline void copy_request(io_uring_sqe& entry, const system::Request& request) noexcept {
  std::memcpy(&entry, &request, sizeof request);
}

}  // namespace loom

// One row for each io_uring_prep_* of liburing: how the request is done without a ring, liburing's
// call, and the builder's with the same arguments. test/generator/operations.test.ts holds these
// rows to the capability table, and the table to liburing's header.
//
// Where liburing 2.3 differs from what a row says: it adds one to IORING_FILE_INDEX_ALLOC too (its
// io_uring_prep_openat_direct(…, IORING_FILE_INDEX_ALLOC) asks for a plain descriptor), so rows use
// an index; its poll masks are swapped on big-endian machines; fdatasync is fsync with a flag.
#pragma once

#include <liburing.h>

#include <array>
#include <vector>

#include "loom/system/emulation.hpp"
#include "loom/system/requests.hpp"

namespace loom_test {

using loom::system::address_of;
using loom::system::any_file_index;
using loom::system::Emulation;
using loom::system::Opcode;
using loom::system::Request;

struct OperationRow {
  const char* name;
  Emulation way;
  void (*prepare)(io_uring_sqe* sqe);
  Request (*build)();
};

/// What the arguments point to; nothing is submitted.
struct RowMemory {
  std::array<char, 64> bytes{};
  std::array<int, 2> fds{3, 4};
  std::array<iovec, 2> vectors{};
  sockaddr_storage address{};
  socklen_t address_bytes = sizeof(sockaddr_storage);
  msghdr message{};
  open_how how{};
  struct statx status {};
  epoll_event event{};
  __kernel_timespec time{};
};
inline RowMemory at;

inline std::span<std::byte> room() { return std::as_writable_bytes(std::span(at.bytes)); }
inline sockaddr* address() { return reinterpret_cast<sockaddr*>(&at.address); }
inline const loom::system::KernelTime* kernel_time() {
  static_assert(sizeof(loom::system::KernelTime) == sizeof(__kernel_timespec));
  return reinterpret_cast<const loom::system::KernelTime*>(&at.time);
}

#define LOOM_ROW(prep, way, arguments, builder)                                           \
  OperationRow {                                                                          \
#prep, Emulation::way,                                                                \
        [](io_uring_sqe *                                                                 \
           sqe) { io_uring_prep_##prep arguments; }, [] { return loom::system::builder; } \
  }

/// As LOOM_ROW, for what liburing leaves to the caller: `rest` is done to the entry afterwards.
#define LOOM_ROW_AND(prep, way, arguments, rest, builder) \
  OperationRow {                                          \
#prep, Emulation::way,                                \
        [](io_uring_sqe* sqe) {                           \
          io_uring_prep_##prep arguments;                 \
          rest;                                           \
        },                                                \
        [] { return loom::system::builder; }   \
  }

inline const std::vector<OperationRow> file_rows = {
    LOOM_ROW(rw, either, (IORING_OP_READ, sqe, 5, &at, 64, 7),
             transfer(Opcode::read, 5, &at, 64, 7)),
    LOOM_ROW(read, either, (sqe, 5, &at, 64, 7), read(5, room(), 7)),
    LOOM_ROW(write, either, (sqe, 5, &at, 64, 7), write(5, room(), 7)),
    LOOM_ROW(readv, either, (sqe, 5, &at.vectors[0], 2, 7), readv(5, at.vectors, 7)),
    LOOM_ROW(readv2, either, (sqe, 5, &at.vectors[0], 2, 7, 8), readv(5, at.vectors, 7, 8)),
    LOOM_ROW(writev, either, (sqe, 5, &at.vectors[0], 2, 7), writev(5, at.vectors, 7)),
    LOOM_ROW(writev2, either, (sqe, 5, &at.vectors[0], 2, 7, 8), writev(5, at.vectors, 7, 8)),
    LOOM_ROW(read_fixed, either, (sqe, 5, &at, 64, 7, 3), read_fixed(5, room(), 7, 3)),
    LOOM_ROW(write_fixed, either, (sqe, 5, &at, 64, 7, 3), write_fixed(5, room(), 7, 3)),
    LOOM_ROW(fsync, pool, (sqe, 5, 0), fsync(5)),
    LOOM_ROW(fsync, pool, (sqe, 5, IORING_FSYNC_DATASYNC), fdatasync(5)),
    LOOM_ROW(sync_file_range, pool, (sqe, 5, 64, 7, 2), sync_file_range(5, 64, 7, 2)),
    LOOM_ROW(fallocate, pool, (sqe, 5, 1, 7, 64), fallocate(5, 1, 7, 64)),
    LOOM_ROW(fadvise, pool, (sqe, 5, 7, 64, 4), fadvise(5, 7, 64, 4)),
    LOOM_ROW(close, pool, (sqe, 5), close(5)),
    LOOM_ROW(close_direct, refused, (sqe, 5), close_direct(5)),
    LOOM_ROW(splice, pool, (sqe, 5, 6, 7, 8, 64, 1), splice(5, 6, 7, 8, 64, 1)),
    LOOM_ROW(tee, pool, (sqe, 5, 7, 64, 1), tee(5, 7, 64, 1)),
    LOOM_ROW(openat, pool, (sqe, 5, "a", 2, 3), open_at(5, "a", 2, 3)),
    LOOM_ROW(openat_direct, refused, (sqe, 5, "a", 2, 3, 4), open_at_direct(5, "a", 2, 3, 4)),
    LOOM_ROW(openat2, pool, (sqe, 5, "a", &at.how), open_at2(5, "a", &at.how)),
    LOOM_ROW(openat2_direct, refused, (sqe, 5, "a", &at.how, 4),
             open_at2_direct(5, "a", &at.how, 4)),
    LOOM_ROW(statx, pool, (sqe, 5, "a", 2, 3, &at.status), statx(5, "a", 2, 3, &at.status)),
    LOOM_ROW(unlinkat, pool, (sqe, 5, "a", 2), unlink_at(5, "a", 2)),
    LOOM_ROW(unlink, pool, (sqe, "a", 2), unlink("a", 2)),
    LOOM_ROW(renameat, pool, (sqe, 5, "a", 6, "b", 2), rename_at(5, "a", 6, "b", 2)),
    LOOM_ROW(rename, pool, (sqe, "a", "b"), rename("a", "b")),
    LOOM_ROW(mkdirat, pool, (sqe, 5, "a", 2), mkdir_at(5, "a", 2)),
    LOOM_ROW(mkdir, pool, (sqe, "a", 2), mkdir("a", 2)),
    LOOM_ROW(symlinkat, pool, (sqe, "a", 5, "b"), symlink_at("a", 5, "b")),
    LOOM_ROW(symlink, pool, (sqe, "a", "b"), symlink("a", "b")),
    LOOM_ROW(linkat, pool, (sqe, 5, "a", 6, "b", 2), link_at(5, "a", 6, "b", 2)),
    LOOM_ROW(link, pool, (sqe, "a", "b", 2), link("a", "b", 2)),
    LOOM_ROW(getxattr, pool, (sqe, "a", at.bytes.data(), "b", 64), getxattr("b", "a", room())),
    LOOM_ROW(setxattr, pool, (sqe, "a", at.bytes.data(), "b", 2, 64),
             setxattr("b", "a", room(), 2)),
    LOOM_ROW(fgetxattr, pool, (sqe, 5, "a", at.bytes.data(), 64), fgetxattr(5, "a", room())),
    LOOM_ROW(fsetxattr, pool, (sqe, 5, "a", at.bytes.data(), 2, 64), fsetxattr(5, "a", room(), 2)),
};

inline const std::vector<OperationRow> socket_rows = {
    LOOM_ROW(socket, at_once, (sqe, 2, 3, 4, 0), socket(2, 3, 4)),
    LOOM_ROW(socket_direct, refused, (sqe, 2, 3, 4, 5, 0), socket_direct(2, 3, 4, 5)),
    LOOM_ROW(socket_direct_alloc, refused, (sqe, 2, 3, 4, 0),
             socket_direct(2, 3, 4, any_file_index)),
    LOOM_ROW(accept, loop, (sqe, 5, address(), &at.address_bytes, 2),
             accept(5, address(), &at.address_bytes, 2)),
    LOOM_ROW(accept_direct, refused, (sqe, 5, nullptr, nullptr, 2, 3),
             accept_direct(5, nullptr, nullptr, 2, 3)),
    LOOM_ROW(multishot_accept, loop, (sqe, 5, nullptr, nullptr, 2),
             accept_multishot(5, nullptr, nullptr, 2)),
    LOOM_ROW(multishot_accept_direct, refused, (sqe, 5, nullptr, nullptr, 2),
             accept_multishot_direct(5, nullptr, nullptr, 2)),
    LOOM_ROW(connect, loop, (sqe, 5, address(), 16), connect(5, address(), 16)),
    LOOM_ROW(shutdown, at_once, (sqe, 5, 1), shutdown(5, 1)),
    LOOM_ROW(send, loop, (sqe, 5, &at, 64, 2), send(5, room(), 2)),
    LOOM_ROW(send_zc, loop, (sqe, 5, &at, 64, 2, 1), send_zc(5, room(), 2, 1)),
    LOOM_ROW(send_zc_fixed, loop, (sqe, 5, &at, 64, 2, 1, 3), send_zc_fixed(5, room(), 2, 1, 3)),
    LOOM_ROW(sendmsg, loop, (sqe, 5, &at.message, 2), sendmsg(5, &at.message, 2)),
    LOOM_ROW(sendmsg_zc, loop, (sqe, 5, &at.message, 2), sendmsg_zc(5, &at.message, 2)),
    LOOM_ROW(recv, loop, (sqe, 5, &at, 64, 2), recv(5, room(), 2)),
    LOOM_ROW_AND(send_set_addr, loop, (sqe, address(), 16), io_uring_prep_send(sqe, 5, &at, 64, 2);
                 io_uring_prep_send_set_addr(sqe, address(), 16),
                 send_to(loom::system::send(5, room(), 2), address(), 16)),
    LOOM_ROW_AND(recv_multishot, refused, (sqe, 5, nullptr, 0, 2), sqe->flags = IOSQE_BUFFER_SELECT,
                 recv_multishot(5, 0, 2)),
    LOOM_ROW_AND(recvmsg_multishot, refused, (sqe, 5, &at.message, 2),
                 sqe->flags = IOSQE_BUFFER_SELECT, recvmsg_multishot(5, &at.message, 0, 2)),
    LOOM_ROW(recvmsg, loop, (sqe, 5, &at.message, 2), recvmsg(5, &at.message, 2)),
};

inline const std::vector<OperationRow> wait_rows = {
    LOOM_ROW(nop, at_once, (sqe), nop()),
    LOOM_ROW(poll_add, loop, (sqe, 5, 4), poll_add(5, 4)),
    LOOM_ROW(poll_multishot, loop, (sqe, 5, 4), poll_multishot(5, 4)),
    LOOM_ROW(poll_remove, loop, (sqe, 99), poll_remove(99)),
    LOOM_ROW(poll_update, loop, (sqe, 99, 98, 4, 2), poll_update(99, 98, 4, 2)),
    LOOM_ROW(timeout, loop, (sqe, &at.time, 0, 1), timeout(kernel_time(), 0, 1)),
    LOOM_ROW(timeout_remove, loop, (sqe, 99, 0), timeout_remove(99)),
    LOOM_ROW(timeout_update, loop, (sqe, &at.time, 99, 1), timeout_update(kernel_time(), 99, 1)),
    LOOM_ROW(link_timeout, refused, (sqe, &at.time, 1), link_timeout(kernel_time(), 1)),
    LOOM_ROW(epoll_ctl, at_once, (sqe, 5, 6, 1, &at.event), epoll_ctl(5, 6, 1, &at.event)),
    LOOM_ROW(cancel, loop, (sqe, &at, 1), cancel(address_of(&at), 1)),
    LOOM_ROW(cancel64, loop, (sqe, 99, 1), cancel(99, 1)),
    LOOM_ROW(cancel_fd, loop, (sqe, 5, 1), cancel_fd(5, 1)),
    LOOM_ROW(files_update, refused, (sqe, at.fds.data(), 2, 7), files_update(at.fds, 7)),
    LOOM_ROW(provide_buffers, refused, (sqe, &at, 64, 2, 3, 4), provide_buffers(&at, 64, 2, 3, 4)),
    LOOM_ROW(remove_buffers, refused, (sqe, 2, 3), remove_buffers(2, 3)),
    LOOM_ROW(msg_ring, refused, (sqe, 5, 64, 99, 0), msg_ring(5, 64, 99)),
    LOOM_ROW(madvise, pool, (sqe, &at, 64, 4), madvise(&at, 64, 4)),
};

}  // namespace loom_test

// Numbers of io_uring's operations, those newer than liburing 2.3's header included, so that a
// program built with an old header can ask a new kernel. The comment behind each names the kernel
// that brought it (io_uring_enter(2)); whether the running kernel has it is asked at start, never
// concluded from a version.
#pragma once

#include <cstdint>

namespace loom::system {

/// What a Request asks for: IORING_OP_* of linux/io_uring.h.
enum class Opcode : std::uint8_t {
  nop = 0,                ///< 5.1
  readv = 1,              ///< 5.1, preadv2(2)
  writev = 2,             ///< 5.1, pwritev2(2)
  fsync = 3,              ///< 5.1, fsync(2), fdatasync(2)
  read_fixed = 4,         ///< 5.1, into a registered buffer
  write_fixed = 5,        ///< 5.1, from a registered buffer
  poll_add = 6,           ///< 5.1, poll(2) of one descriptor
  poll_remove = 7,        ///< 5.1
  sync_file_range = 8,    ///< 5.2, sync_file_range(2)
  sendmsg = 9,            ///< 5.3, sendmsg(2)
  recvmsg = 10,           ///< 5.3, recvmsg(2)
  timeout = 11,           ///< 5.4
  timeout_remove = 12,    ///< 5.5
  accept = 13,            ///< 5.5, accept4(2)
  async_cancel = 14,      ///< 5.5
  link_timeout = 15,      ///< 5.5
  connect = 16,           ///< 5.5, connect(2)
  fallocate = 17,         ///< 5.6, fallocate(2)
  openat = 18,            ///< 5.6, openat(2)
  close = 19,             ///< 5.6, close(2)
  files_update = 20,      ///< 5.6
  statx = 21,             ///< 5.6, statx(2)
  read = 22,              ///< 5.6, pread(2)
  write = 23,             ///< 5.6, pwrite(2)
  fadvise = 24,           ///< 5.6, posix_fadvise(2)
  madvise = 25,           ///< 5.6, madvise(2)
  send = 26,              ///< 5.6, send(2)
  recv = 27,              ///< 5.6, recv(2)
  openat2 = 28,           ///< 5.6, openat2(2)
  epoll_ctl = 29,         ///< 5.6, epoll_ctl(2)
  splice = 30,            ///< 5.7, splice(2)
  provide_buffers = 31,   ///< 5.7
  remove_buffers = 32,    ///< 5.7
  tee = 33,               ///< 5.8, tee(2)
  shutdown = 34,          ///< 5.11, shutdown(2)
  renameat = 35,          ///< 5.11, renameat2(2)
  unlinkat = 36,          ///< 5.11, unlinkat(2)
  mkdirat = 37,           ///< 5.15, mkdirat(2)
  symlinkat = 38,         ///< 5.15, symlinkat(2)
  linkat = 39,            ///< 5.15, linkat(2)
  msg_ring = 40,          ///< 5.18
  fsetxattr = 41,         ///< 5.19, fsetxattr(2)
  setxattr = 42,          ///< 5.19, setxattr(2)
  fgetxattr = 43,         ///< 5.19, fgetxattr(2)
  getxattr = 44,          ///< 5.19, getxattr(2)
  socket = 45,            ///< 5.19, socket(2)
  uring_cmd = 46,         ///< 5.19; for sockets 6.7
  send_zc = 47,           ///< 6.0, send(2) without a copy
  sendmsg_zc = 48,        ///< 6.1, sendmsg(2) without a copy
  read_multishot = 49,    ///< 6.7
  waitid = 50,            ///< 6.7, waitid(2)
  futex_wait = 51,        ///< 6.7, futex_wait(2)
  futex_wake = 52,        ///< 6.7, futex_wake(2)
  futex_waitv = 53,       ///< 6.7, futex_waitv(2)
  fixed_fd_install = 54,  ///< 6.8
  ftruncate = 55,         ///< 6.9, ftruncate(2)
  bind = 56,              ///< 6.11, bind(2)
  listen = 57,            ///< 6.11, listen(2)
  recv_zc = 58,           ///< 6.15
  epoll_wait = 59,        ///< 6.15, epoll_wait(2)
  readv_fixed = 60,       ///< 6.15
  writev_fixed = 61,      ///< 6.15
  pipe = 62,              ///< 6.16, pipe2(2)
};

/// One past the greatest opcode that this version knows.
inline constexpr unsigned opcode_limit = 63;

}  // namespace loom::system

// The names of io_uring's operations, as logs print them.
#pragma once

#include <iterator>

#include "opcode.hpp"

namespace loom::system {

/// The word for an opcode: its name in linux/io_uring.h, in lower case; "unknown" past the last.
constexpr const char* opcode_name(Opcode opcode) noexcept {
  constexpr const char* names[] = {
      "nop",
      "readv",
      "writev",
      "fsync",
      "read_fixed",
      "write_fixed",
      "poll_add",
      "poll_remove",
      "sync_file_range",
      "sendmsg",
      "recvmsg",
      "timeout",
      "timeout_remove",
      "accept",
      "async_cancel",
      "link_timeout",
      "connect",
      "fallocate",
      "openat",
      "close",
      "files_update",
      "statx",
      "read",
      "write",
      "fadvise",
      "madvise",
      "send",
      "recv",
      "openat2",
      "epoll_ctl",
      "splice",
      "provide_buffers",
      "remove_buffers",
      "tee",
      "shutdown",
      "renameat",
      "unlinkat",
      "mkdirat",
      "symlinkat",
      "linkat",
      "msg_ring",
      "fsetxattr",
      "setxattr",
      "fgetxattr",
      "getxattr",
      "socket",
      "uring_cmd",
      "send_zc",
      "sendmsg_zc",
      "read_multishot",
      "waitid",
      "futex_wait",
      "futex_wake",
      "futex_waitv",
      "fixed_fd_install",
      "ftruncate",
      "bind",
      "listen",
      "recv_zc",
      "epoll_wait",
      "readv_fixed",
      "writev_fixed",
      "pipe",
  };
  static_assert(std::size(names) == opcode_limit);
  const auto index = static_cast<unsigned>(opcode);
  return index < opcode_limit ? names[index] : "unknown";
}

}  // namespace loom::system

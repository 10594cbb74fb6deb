// One non-blocking system call for each way to move bytes: what a receive and a send are to a
// descriptor that epoll watches.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>

#include "../operation.hpp"

namespace loom {

/// Receives into `bytes` bytes at `memory`. @returns a count (of packets: their length, also when
/// that is more than `bytes`), 0 at the end, or -1 with errno.
inline ssize_t receive_once(int fd, const Operation& operation, std::byte* memory,
                            std::uint32_t bytes) noexcept {
  return ::recv(fd, memory, bytes, operation.transfer == Transfer::packets ? MSG_TRUNC : 0);
}

/// Sends what the operation points at. @returns a count, or -1 with errno.
inline ssize_t send_once(int fd, const Operation& operation) noexcept {
  if (operation.transfer == Transfer::packets) {
    return ::sendmsg(fd, static_cast<const msghdr*>(operation.pointer), MSG_NOSIGNAL);
  }
  return ::send(fd, operation.pointer, operation.size, MSG_NOSIGNAL);
}

/// Whether a receive of `size` bytes that offered room for `room` left nothing behind.
inline bool took_all(const Operation& operation, ssize_t size, std::uint32_t room) noexcept {
  return operation.transfer == Transfer::bytes && size < static_cast<ssize_t>(room);
}

}  // namespace loom

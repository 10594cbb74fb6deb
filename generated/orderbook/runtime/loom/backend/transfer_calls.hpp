// One non-blocking system call for each way to move bytes: what a receive and a send are to a
// descriptor whose readiness is watched.
#pragma once

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "../operation.hpp"
#include "../system/platform.hpp"
#include "../system/signal_descriptor.hpp"

namespace loom {

/// Receives into `bytes` bytes at `memory`. @returns a count (of packets: their length, also when
/// that is more than `bytes`), 0 at the end, or -1 with errno.
inline ssize_t receive_once(int fd, const Operation& operation, std::byte* memory,
                            std::uint32_t bytes) noexcept {
  if (operation.transfer == Transfer::messages) {
    auto* message = static_cast<msghdr*>(const_cast<void*>(operation.pointer));
    message->msg_iov[0] = {memory, bytes};
    return ::recvmsg(fd, message, MSG_CMSG_CLOEXEC);
  }
  if (operation.transfer == Transfer::file) return ::read(fd, memory, bytes);
  const int flags = operation.transfer == Transfer::packets ? MSG_TRUNC : 0;
  return ::recv(fd, memory, bytes, flags | MSG_DONTWAIT);
}

/// Reads a record to where the operation points, without waiting also where the descriptor would:
/// one that was adopted may be a blocking one. @returns a count, or a negative errno.
inline std::int32_t read_record(int fd, const Operation& operation) noexcept {
#if !defined(__linux__) || defined(LOOM_EMULATES_KQUEUE)
  if (operation.transfer == Transfer::signals) {
    return system::take_signals(fd, const_cast<void*>(operation.pointer), operation.size);
  }
#endif
  iovec part{const_cast<void*>(operation.pointer), operation.size};
  ssize_t size = ::preadv2(fd, &part, 1, -1, RWF_NOWAIT);
  // What cannot promise not to wait is a non-blocking descriptor of our own.
  if (size < 0 && errno == EOPNOTSUPP) size = ::read(fd, part.iov_base, part.iov_len);
  return size < 0 ? -errno : static_cast<std::int32_t>(size);
}

/// Sends what the operation points at. @returns a count, or -1 with errno.
inline ssize_t send_once(int fd, const Operation& operation) noexcept {
  if (operation.transfer == Transfer::file) {
    return ::write(fd, operation.pointer, operation.size);
  }
  if (operation.transfer != Transfer::bytes) {
    return ::sendmsg(fd, static_cast<const msghdr*>(operation.pointer), MSG_NOSIGNAL);
  }
  return ::send(fd, operation.pointer, operation.size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// The same. @returns a count, or a negative errno: -EAGAIN also for what was interrupted.
inline std::int32_t send_without_waiting(int fd, const Operation& operation) noexcept {
  const ssize_t sent = send_once(fd, operation);
  if (sent >= 0) return static_cast<std::int32_t>(sent);
  return errno == EINTR ? -EAGAIN : -errno;
}

/// Whether a receive of `size` bytes that offered room for `room` left nothing behind.
inline bool took_all(const Operation& operation, ssize_t size, std::uint32_t room) noexcept {
  return operation.transfer == Transfer::bytes && size < static_cast<ssize_t>(room);
}

}  // namespace loom

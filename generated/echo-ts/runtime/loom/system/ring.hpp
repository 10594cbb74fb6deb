// Requests about the ring itself: cancelling, its file table, its legacy buffer groups, messages to
// other rings; and the few that fit nowhere else: nothing at all, memory advice, a pipe, commands
// to a socket. What is only of use with a ring says so.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "files.hpp"
#include "request.hpp"

namespace loom::system {

/// Bits of a cancellation's flags (IORING_ASYNC_CANCEL_*).
namespace cancel_flag {
inline constexpr unsigned all = 1U << 0U;  ///< all that match; completes with their number
inline constexpr unsigned by_fd = 1U << 1U;
inline constexpr unsigned any = 1U << 2U;       ///< everything; cancels a reactor's own operations
inline constexpr unsigned fixed_fd = 1U << 3U;  ///< the descriptor is an index of the file table
}  // namespace cancel_flag

/// Does nothing and completes with 0.
inline Request nop() noexcept { return transfer(Opcode::nop, -1, nullptr, 0, 0); }

/// Cancels the request whose tag has the word `user_data`: 0, -ENOENT when there is none, -EALREADY
/// when it is past cancelling. The cancelled one completes with -ECANCELED. `flags` are of
/// cancel_flag.
inline Request cancel(std::uint64_t user_data, unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::async_cancel, -1, nullptr, 0, 0);
  request.address = user_data;
  request.call_flags = flags;
  return request;
}

/// Cancels a request about `fd`, or all of them with cancel_flag::all.
inline Request cancel_fd(int fd, unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::async_cancel, fd, nullptr, 0, 0);
  request.call_flags = flags | cancel_flag::by_fd;
  return request;
}

/// Puts descriptors into the file table from `first` on; -1 empties an entry. Only on io_uring.
inline Request files_update(std::span<const int> fds, int first) noexcept {
  return transfer(Opcode::files_update, -1, fds.data(), static_cast<std::uint32_t>(fds.size()),
                  static_cast<std::uint64_t>(first));
}

/// Makes a plain descriptor of entry `index` of the file table. Linux 6.8; only on io_uring.
inline Request fixed_fd_install(int index, unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::fixed_fd_install, index, nullptr, 0, 0);
  request.flags = request_flag::fixed_file;
  request.call_flags = flags;
  return request;
}

/// Gives the kernel `count` buffers of `bytes` each, from `memory` on, numbered from `first` in
/// `group`. The legacy way, only on io_uring; a declared fd uses a ring of buffers.
inline Request provide_buffers(void* memory, std::uint32_t bytes, int count, std::uint16_t group,
                               int first) noexcept {
  Request request =
      transfer(Opcode::provide_buffers, count, memory, bytes, static_cast<std::uint64_t>(first));
  request.buffer = group;
  return request;
}

/// Takes up to `count` buffers of `group` back from the kernel; completes with their number.
inline Request remove_buffers(int count, std::uint16_t group) noexcept {
  Request request = transfer(Opcode::remove_buffers, count, nullptr, 0, 0);
  request.buffer = group;
  return request;
}

/// Puts a completion of `user_data` and `result` into the ring `ring_fd`. Only on io_uring, to
/// io_uring; a Mailbox carries words between any two reactors.
inline Request msg_ring(int ring_fd, std::uint32_t result, std::uint64_t user_data,
                        unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::msg_ring, ring_fd, nullptr, result, user_data);
  request.call_flags = flags;
  return request;
}

/// madvise(2); `advice` is MADV_*.
inline Request madvise(void* memory, std::uint32_t bytes, int advice) noexcept {
  Request request = transfer(Opcode::madvise, -1, memory, bytes, 0);
  request.call_flags = static_cast<std::uint32_t>(advice);
  return request;
}

/// pipe2(2): writes the two plain descriptors to `fds`. Linux 6.16; emulated on kernels without.
inline Request pipe(int* fds, int flags) noexcept {
  Request request = transfer(Opcode::pipe, 0, fds, 0, 0);
  request.call_flags = static_cast<std::uint32_t>(flags);
  return request;
}

/// What command() asks of a socket: SOCKET_URING_OP_*.
enum class SocketCommand : std::uint32_t {
  input_bytes = 0,   ///< SIOCINQ: bytes that wait to be received
  output_bytes = 1,  ///< SIOCOUTQ: bytes that are not acknowledged
  get_option = 2,    ///< getsockopt(2)
  set_option = 3,    ///< setsockopt(2)
};

/// SIOCINQ or SIOCOUTQ (tcp(7)): completes with a number of bytes. Linux 6.7; emulated without.
inline Request socket_bytes(int fd, SocketCommand command) noexcept {
  return transfer(Opcode::uring_cmd, fd, nullptr, 0, static_cast<std::uint32_t>(command));
}

/// getsockopt(2), setsockopt(2) as a command; `get_option` completes with the size it wrote.
inline Request socket_option(int fd, SocketCommand command, int level, int name, void* value,
                             std::uint32_t bytes) noexcept {
  Request request =
      transfer(Opcode::uring_cmd, fd, nullptr, 0, static_cast<std::uint32_t>(command));
  request.address = static_cast<std::uint64_t>(static_cast<std::uint32_t>(level)) |
                    static_cast<std::uint64_t>(static_cast<std::uint32_t>(name)) << 32U;
  request.file_index = bytes;
  request.address3 = address_of(value);
  return request;
}

}  // namespace loom::system

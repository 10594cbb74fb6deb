// Requests about sockets with plain descriptors. A declared fd has its own, faster way (direct
// descriptors, buffer rings); these are for sockets that a handler opens itself. Every result is
// what the system call of the same name gives, or a negative errno.
//
// Bytes, addresses and message headers must stay valid and unchanged until the completion.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "files.hpp"
#include "request.hpp"

namespace loom::system {

/// socket(2): completes with a plain descriptor; add SOCK_CLOEXEC to `type`.
inline Request socket(int domain, int type, int protocol = 0) noexcept {
  return transfer(Opcode::socket, domain, nullptr, static_cast<std::uint32_t>(protocol),
                  static_cast<std::uint64_t>(type));
}

/// socket() into entry `index` of the file table, or any_file_index.
inline Request socket_direct(int domain, int type, int protocol, std::uint32_t index) noexcept {
  Request request = socket(domain, type, protocol);
  request.file_index = file_index_field(index);
  return request;
}

/// bind(2). Linux 6.11; emulated on kernels without it.
inline Request bind(int fd, const sockaddr* address, socklen_t bytes) noexcept {
  return transfer(Opcode::bind, fd, address, 0, bytes);
}

/// listen(2). Linux 6.11; emulated on kernels without it.
inline Request listen(int fd, int backlog) noexcept {
  return transfer(Opcode::listen, fd, nullptr, static_cast<std::uint32_t>(backlog), 0);
}

/// accept4(2): waits for a connection and completes with its plain descriptor. `address` and
/// `address_bytes` may be nullptr; `flags` are SOCK_CLOEXEC, SOCK_NONBLOCK.
inline Request accept(int fd, sockaddr* address, socklen_t* address_bytes, int flags) noexcept {
  Request request = transfer(Opcode::accept, fd, address, 0, address_of(address_bytes));
  request.call_flags = static_cast<std::uint32_t>(flags);
  return request;
}

/// accept() into entry `index` of the file table, or any_file_index.
inline Request accept_direct(int fd, sockaddr* address, socklen_t* address_bytes, int flags,
                             std::uint32_t index) noexcept {
  Request request = accept(fd, address, address_bytes, flags);
  request.file_index = file_index_field(index);
  return request;
}

/// accept() again and again, until it fails; every completion is a descriptor.
inline Request accept_multishot(int fd, sockaddr* address, socklen_t* address_bytes,
                                int flags) noexcept {
  Request request = accept(fd, address, address_bytes, flags);
  request.priority = request_priority::accept_multishot;
  return request;
}

/// accept_multishot() into free entries of the file table.
inline Request accept_multishot_direct(int fd, sockaddr* address, socklen_t* address_bytes,
                                       int flags) noexcept {
  Request request = accept_multishot(fd, address, address_bytes, flags);
  request.file_index = any_file_index;
  return request;
}

/// connect(2): waits until the connection is there, or gives its error.
inline Request connect(int fd, const sockaddr* address, socklen_t bytes) noexcept {
  return transfer(Opcode::connect, fd, address, 0, bytes);
}

/// shutdown(2); `how` is SHUT_RD, SHUT_WR, SHUT_RDWR.
inline Request shutdown(int fd, int how) noexcept {
  return transfer(Opcode::shutdown, fd, nullptr, static_cast<std::uint32_t>(how), 0);
}

/// send(2): waits for room and completes with the bytes taken, which may be fewer. MSG_NOSIGNAL
/// keeps SIGPIPE away.
inline Request send(int fd, std::span<const std::byte> bytes, int flags) noexcept {
  Request request = transfer(Opcode::send, fd, bytes.data(), bounded_size(bytes.size()), 0);
  request.call_flags = static_cast<std::uint32_t>(flags);
  return request;
}

/// sendto(2): send() of a datagram to `address`. Linux 6.0 takes one for send_zc, 6.1 for send.
inline Request send_to(Request request, const sockaddr* address, std::uint16_t bytes) noexcept {
  request.offset = address_of(address);
  request.file_index = (request.file_index & 0xffff0000U) | bytes;
  return request;
}

/// send() whose bytes the kernel does not copy. A first completion gives the count and says that
/// one more follows; after that one, of 0, the bytes may be changed.
inline Request send_zc(int fd, std::span<const std::byte> bytes, int flags,
                       std::uint16_t zc_flags = 0) noexcept {
  Request request = send(fd, bytes, flags);
  request.opcode = Opcode::send_zc;
  request.priority = zc_flags;
  return request;
}

/// send_zc() from a part of the buffer that was registered under `index`.
inline Request send_zc_fixed(int fd, std::span<const std::byte> bytes, int flags,
                             std::uint16_t zc_flags, std::uint16_t index) noexcept {
  Request request = send_zc(fd, bytes, flags, zc_flags | request_priority::fixed_buffer);
  request.buffer = index;
  return request;
}

/// sendmsg(2); the header and all it names must stay valid.
inline Request sendmsg(int fd, const msghdr* message, unsigned flags) noexcept {
  Request request = transfer(Opcode::sendmsg, fd, message, 1, 0);
  request.call_flags = flags;
  return request;
}

/// sendmsg() whose bytes the kernel does not copy; completes twice like send_zc().
inline Request sendmsg_zc(int fd, const msghdr* message, unsigned flags) noexcept {
  Request request = sendmsg(fd, message, flags);
  request.opcode = Opcode::sendmsg_zc;
  return request;
}

/// recv(2): waits for bytes and completes with their count, 0 at the end of a stream.
inline Request recv(int fd, std::span<std::byte> buffer, int flags) noexcept {
  Request request = transfer(Opcode::recv, fd, buffer.data(), bounded_size(buffer.size()), 0);
  request.call_flags = static_cast<std::uint32_t>(flags);
  return request;
}

/// recv() again and again, each into a buffer that the kernel takes from `group`.
inline Request recv_multishot(int fd, std::uint16_t group, int flags) noexcept {
  Request request = recv(fd, {}, flags);
  request.priority = request_priority::receive_multishot;
  request.flags = request_flag::buffer_select;
  request.buffer = group;
  return request;
}

/// recvmsg(2); fills the header and all it names.
inline Request recvmsg(int fd, msghdr* message, unsigned flags) noexcept {
  Request request = transfer(Opcode::recvmsg, fd, message, 1, 0);
  request.call_flags = flags;
  return request;
}

/// recvmsg() again and again, each into a buffer that the kernel takes from `group`, behind a
/// struct io_uring_recvmsg_out; of `message` only the sizes are read.
inline Request recvmsg_multishot(int fd, msghdr* message, std::uint16_t group,
                                 unsigned flags) noexcept {
  Request request = recvmsg(fd, message, flags);
  request.priority = request_priority::receive_multishot;
  request.flags = request_flag::buffer_select;
  request.buffer = group;
  return request;
}

/// recv() into memory of the network card's queue `queue`, registered for it. Linux 6.15.
inline Request recv_zc(int fd, std::uint32_t bytes, std::uint32_t queue) noexcept {
  Request request = transfer(Opcode::recv_zc, fd, nullptr, bytes, 0);
  request.priority = request_priority::receive_multishot;
  request.file_index = queue;
  return request;
}

}  // namespace loom::system

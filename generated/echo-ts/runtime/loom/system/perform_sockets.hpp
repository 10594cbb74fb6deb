// perform() for the requests of sockets.hpp and for commands to a socket.
#pragma once

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/sockios.h>
#endif

#include <cerrno>
#include <cstdint>

#include "call.hpp"
#include "platform.hpp"
#include "ring.hpp"
#include "sockets.hpp"

namespace loom::system {

inline std::int32_t perform_socket(const Request& request) noexcept {
  if (request.file_index != 0) return -ENOSYS;
  return repeat([&] {
    return open_socket(request.fd, static_cast<int>(request.offset),
                       static_cast<int>(request.length));
  });
}

inline std::int32_t perform_bind(const Request& request) noexcept {
  return repeat([&] {
    return ::bind(request.fd, pointer_in<const sockaddr>(request.address),
                  static_cast<socklen_t>(request.offset));
  });
}

inline std::int32_t perform_listen(const Request& request) noexcept {
  return repeat([&] { return ::listen(request.fd, static_cast<int>(request.length)); });
}

inline std::int32_t perform_accept(const Request& request) noexcept {
  if (request.file_index != 0) return -ENOSYS;
  return repeat([&] {
    return ::accept4(request.fd, pointer_in<sockaddr>(request.address),
                     pointer_in<socklen_t>(request.offset), static_cast<int>(request.call_flags));
  });
}

inline std::int32_t perform_connect(const Request& request) noexcept {
  return repeat([&] {
    return ::connect(request.fd, pointer_in<const sockaddr>(request.address),
                     static_cast<socklen_t>(request.offset));
  });
}

inline std::int32_t perform_shutdown(const Request& request) noexcept {
  return repeat([&] { return ::shutdown(request.fd, static_cast<int>(request.length)); });
}

/// `extra` are flags on top of the request's own.
inline std::int32_t perform_send(const Request& request, int extra = 0) noexcept {
  // SIGPIPE would be sent to this thread; io_uring's workers never get one.
  const int flags = static_cast<int>(request.call_flags) | MSG_NOSIGNAL | extra;
  const auto address_bytes = static_cast<socklen_t>(request.file_index & 0xffffU);
  return repeat([&] {
    return ::sendto(request.fd, pointer_in<const void>(request.address), request.length, flags,
                    pointer_in<const sockaddr>(request.offset), address_bytes);
  });
}

/// `extra` are flags on top of the request's own.
inline std::int32_t perform_sendmsg(const Request& request, int extra = 0) noexcept {
  const int flags = static_cast<int>(request.call_flags) | MSG_NOSIGNAL | extra;
  return repeat(
      [&] { return ::sendmsg(request.fd, pointer_in<const msghdr>(request.address), flags); });
}

/// `extra` are flags on top of the request's own.
inline std::int32_t perform_recv(const Request& request, int extra = 0) noexcept {
  const int flags = static_cast<int>(request.call_flags) | extra;
  return repeat(
      [&] { return ::recv(request.fd, pointer_in<void>(request.address), request.length, flags); });
}

/// `extra` are flags on top of the request's own.
inline std::int32_t perform_recvmsg(const Request& request, int extra = 0) noexcept {
  const int flags = static_cast<int>(request.call_flags) | extra;
  return repeat([&] { return ::recvmsg(request.fd, pointer_in<msghdr>(request.address), flags); });
}

inline std::int32_t socket_queue_bytes(int fd, unsigned long what) noexcept {
  int bytes = 0;
  const std::int32_t result = repeat([&] { return ::ioctl(fd, what, &bytes); });
  return result < 0 ? result : bytes;
}

/// SOCKET_URING_OP_*; those that this version does not know give -ENOSYS.
inline std::int32_t perform_socket_command(const Request& request) noexcept {
  const auto level = static_cast<int>(request.address & 0xffffffffU);
  const auto name = static_cast<int>(request.address >> 32U);
  auto bytes = static_cast<socklen_t>(request.file_index);
  switch (static_cast<SocketCommand>(request.offset)) {
#if defined(__linux__)
    case SocketCommand::input_bytes: return socket_queue_bytes(request.fd, SIOCINQ);
    case SocketCommand::output_bytes: return socket_queue_bytes(request.fd, SIOCOUTQ);
#else
    case SocketCommand::input_bytes: return socket_queue_bytes(request.fd, FIONREAD);
    case SocketCommand::output_bytes: return -ENOSYS;
#endif
    case SocketCommand::get_option: {
      void* value = pointer_in<void>(request.address3);
      const std::int32_t result =
          repeat([&] { return ::getsockopt(request.fd, level, name, value, &bytes); });
      return result < 0 ? result : static_cast<std::int32_t>(bytes);
    }
    case SocketCommand::set_option: {
      const void* value = pointer_in<const void>(request.address3);
      return repeat([&] { return ::setsockopt(request.fd, level, name, value, bytes); });
    }
  }
  return -ENOSYS;
}

}  // namespace loom::system

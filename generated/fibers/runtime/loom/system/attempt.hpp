// A Request that would wait, tried without waiting: the first half of its emulation on a loop. What
// it waits for instead, a descriptor and its events, is the second.
#pragma once

#include <fcntl.h>
#include <poll.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "perform.hpp"
#include "platform.hpp"

namespace loom::system {

/// "Not yet": no system call gives it.
inline constexpr std::int32_t not_yet = INT32_MIN;

/// Makes an open file description non-blocking for one call. Others that share it see that.
class NonBlocking {
 public:
  explicit NonBlocking(int fd) noexcept : fd_(fd), flags_(::fcntl(fd, F_GETFL)) {
    if (changes()) ::fcntl(fd_, F_SETFL, flags_ | O_NONBLOCK);
  }
  NonBlocking(const NonBlocking&) = delete;
  NonBlocking& operator=(const NonBlocking&) = delete;
  ~NonBlocking() {
    const int error = errno;
    if (changes()) ::fcntl(fd_, F_SETFL, flags_);
    errno = error;
  }

 private:
  [[nodiscard]] bool changes() const noexcept { return flags_ >= 0 && (flags_ & O_NONBLOCK) == 0; }

  int fd_;
  int flags_;
};

/// The result, or not_yet in place of what says that the call would have waited.
constexpr std::int32_t unless_waiting(std::int32_t result) noexcept {
  return result == -EAGAIN ? not_yet : result;
}

/// A socket's call; with MSG_DONTWAIT of the caller's own, -EAGAIN is its result.
template <class Call>
std::int32_t attempt_on_socket(const Request& request, Call&& call) noexcept {
  const std::int32_t result = call(request, MSG_DONTWAIT);
  return (request.call_flags & MSG_DONTWAIT) != 0 ? result : unless_waiting(result);
}

/// Begins to connect, or finds that somebody has.
inline std::int32_t attempt_connect(const Request& request) noexcept {
  const NonBlocking scope(request.fd);
  const std::int32_t result = perform_connect(request);
  return result == -EINPROGRESS || result == -EALREADY ? not_yet : result;
}

/// What became of a connect that is under way: 0, a negative errno, or not_yet; connect(2) of
/// POSIX, where asking again is not for everybody: a BSD calls what has succeeded EISCONN.
inline std::int32_t connect_result(int fd) noexcept {
  if (poll_once(fd, POLLOUT, 0) == 0) return not_yet;
  int error = 0;
  socklen_t bytes = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &bytes) != 0) error = errno;
  return -error;
}

inline std::int32_t attempt_accept(const Request& request) noexcept {
  const NonBlocking scope(request.fd);
  return unless_waiting(perform_accept(request));
}

/// Reads or writes what a pipe, a socket or a device has. A non-blocking one is waited for too, as
/// io_uring does, unless the request itself says RWF_NOWAIT.
inline std::int32_t attempt_transfer(const Request& request) noexcept {
  const NonBlocking scope(request.fd);
  const std::int32_t result = perform(request);
  return (request.call_flags & RWF_NOWAIT) != 0 ? result : unless_waiting(result);
}

inline std::int32_t attempt_poll(const Request& request) noexcept {
  const std::int32_t events = poll_once(request.fd, request.call_flags, 0);
  return events == 0 ? not_yet : events;
}

inline std::int32_t attempt_epoll_wait(const Request& request) noexcept {
  const std::int32_t count = perform_epoll_wait(request, 0);
  return count == 0 ? not_yet : count;
}

/// waitid(2) gives 0 also when nothing happened; then `si_pid` is 0.
inline std::int32_t attempt_waitid(const Request& request) noexcept {
  siginfo_t information{};
  Request mine = request;
  mine.offset = address_of(&information);
  const std::int32_t result = perform_waitid(mine, WNOHANG);
  const bool asked_not_to_wait = (request.file_index & WNOHANG) != 0;
  if (result == 0 && information.si_pid == 0 && !asked_not_to_wait) return not_yet;
  if (auto* theirs = pointer_in<siginfo_t>(request.offset); theirs != nullptr && result == 0) {
    *theirs = information;
  }
  return result;
}

/// Makes the call if it need not wait. @returns its result, or not_yet.
inline std::int32_t attempt(const Request& request) noexcept {
  switch (request.opcode) {
    case Opcode::accept: return attempt_accept(request);
    case Opcode::connect: return attempt_connect(request);
    case Opcode::send:
    case Opcode::send_zc: return attempt_on_socket(request, perform_send);
    case Opcode::sendmsg:
    case Opcode::sendmsg_zc: return attempt_on_socket(request, perform_sendmsg);
    case Opcode::recv: return attempt_on_socket(request, perform_recv);
    case Opcode::recvmsg: return attempt_on_socket(request, perform_recvmsg);
    case Opcode::poll_add: return attempt_poll(request);
    case Opcode::epoll_wait: return attempt_epoll_wait(request);
    case Opcode::waitid: return attempt_waitid(request);
    case Opcode::timeout: return not_yet;
    default: return attempt_transfer(request);
  }
}

/// The events that a request waits for on its descriptor, as poll(2) names them.
constexpr std::uint32_t events_of(const Request& request) noexcept {
  switch (request.opcode) {
    case Opcode::connect:
    case Opcode::send:
    case Opcode::send_zc:
    case Opcode::sendmsg:
    case Opcode::sendmsg_zc:
    case Opcode::write:
    case Opcode::write_fixed:
    case Opcode::writev:
    case Opcode::writev_fixed: return POLLOUT;
    case Opcode::poll_add: return request.call_flags;
    default: return POLLIN;
  }
}

}  // namespace loom::system

// perform() for the requests of waits.hpp, and the small rest of ring.hpp. A wait blocks the
// calling thread for as long as it takes.
#pragma once

#if defined(__linux__)
#include <linux/futex.h>
#endif
#include <poll.h>
#if defined(__linux__)
#include <sys/epoll.h>
#endif
#include <sys/mman.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>

#include "call.hpp"
#include "platform.hpp"
#include "ring.hpp"
#include "waits.hpp"

namespace loom::system {

/// What of `events` a descriptor has within `milliseconds`, -1 being for ever; 0 when nothing came.
inline std::int32_t poll_once(int fd, std::uint32_t events, int milliseconds) noexcept {
  pollfd one{fd, static_cast<short>(events), 0};
  const std::int32_t count = repeat([&] { return ::poll(&one, 1, milliseconds); });
  if (count < 0) return count;
  return (one.revents & POLLNVAL) != 0 ? -EBADF : static_cast<std::uint16_t>(one.revents);
}

/// The clock that a timeout's flags name.
constexpr clockid_t timeout_clock(std::uint32_t flags) noexcept {
  if ((flags & timeout_flag::realtime) != 0) return CLOCK_REALTIME;
  return (flags & timeout_flag::boottime) != 0 ? CLOCK_BOOTTIME : CLOCK_MONOTONIC;
}

inline std::int32_t perform_timeout(const Request& request) noexcept {
  const auto* time = pointer_in<const KernelTime>(request.address);
  // Only a ring can count other completions, and tell of each period.
  if (request.offset != 0 || repeats(request)) return -ENOSYS;
  timespec rest{};
  rest.tv_sec = static_cast<std::time_t>(time->seconds);
  rest.tv_nsec = static_cast<long>(time->nanoseconds);
  const int flags = (request.call_flags & timeout_flag::absolute) != 0 ? TIMER_ABSTIME : 0;
  int error = EINTR;
  for (int n = 0; n < maximum_interruptions && error == EINTR; ++n) {
    error = ::clock_nanosleep(timeout_clock(request.call_flags), flags, &rest, &rest);
  }
  return error == 0 ? -ETIME : -error;
}

inline std::int32_t perform_epoll_ctl(const Request& request) noexcept {
  return repeat([&] {
    return ::epoll_ctl(request.fd, static_cast<int>(request.length),
                       static_cast<int>(request.offset), pointer_in<epoll_event>(request.address));
  });
}

inline std::int32_t perform_epoll_wait(const Request& request, int milliseconds = -1) noexcept {
  return repeat([&] {
    return ::epoll_wait(request.fd, pointer_in<epoll_event>(request.address),
                        static_cast<int>(request.length), milliseconds);
  });
}

/// `extra` are options on top of the request's own.
inline std::int32_t perform_waitid(const Request& request, unsigned extra = 0) noexcept {
  return repeat([&] {
    return ::waitid(static_cast<idtype_t>(request.length), static_cast<id_t>(request.fd),
                    pointer_in<siginfo_t>(request.offset),
                    static_cast<int>(request.file_index | extra));
  });
}

#if defined(__linux__)

/// The plain futex(2) call has only 32-bit words; the flag for a private one is the same bit.
inline std::int32_t perform_futex(const Request& request, int operation) noexcept {
  constexpr auto word_32 = futex_private_word & ~static_cast<std::uint32_t>(FUTEX_PRIVATE_FLAG);
  const auto flags = static_cast<std::uint32_t>(request.fd);
  if ((flags & ~static_cast<std::uint32_t>(FUTEX_PRIVATE_FLAG)) != word_32) return -ENOSYS;
  const int private_flag = static_cast<int>(flags) & FUTEX_PRIVATE_FLAG;
  const std::uint64_t most = operation == FUTEX_WAKE_BITSET ? INT_MAX : UINT32_MAX;
  const auto value = static_cast<std::uint32_t>(request.offset < most ? request.offset : most);
  return repeat([&] {
    return ::syscall(SYS_futex, pointer_in<void>(request.address), operation | private_flag, value,
                     nullptr, nullptr, static_cast<std::uint32_t>(request.address3));
  });
}

inline std::int32_t perform_futex_waitv(const Request& request) noexcept {
  return repeat([&] {
    return ::syscall(SYS_futex_waitv, pointer_in<void>(request.address), request.length, 0, nullptr,
                     CLOCK_MONOTONIC);
  });
}

#else

inline constexpr int FUTEX_WAIT_BITSET = 0;
inline constexpr int FUTEX_WAKE_BITSET = 0;
inline std::int32_t perform_futex(const Request& /*request*/, int /*operation*/) noexcept {
  return -ENOSYS;
}
inline std::int32_t perform_futex_waitv(const Request& /*request*/) noexcept { return -ENOSYS; }

#endif

inline std::int32_t perform_madvise(const Request& request) noexcept {
  return repeat([&] {
    return ::madvise(pointer_in<void>(request.address), request.length,
                     static_cast<int>(request.call_flags));
  });
}

inline std::int32_t perform_pipe(const Request& request) noexcept {
  if (request.file_index != 0) return -ENOSYS;
  return result_of(
      open_pipe(pointer_in<int>(request.address), static_cast<int>(request.call_flags)));
}

}  // namespace loom::system

// Requests that wait for something: readiness, time, an epoll instance, a child, a futex. They take
// as long as it takes, so they are cancelled rather than waited out.
//
// Times, event arrays and futex words must stay valid until the completion.
#pragma once

#include <poll.h>
#include <signal.h>
#if defined(__linux__)
#include <sys/epoll.h>
#endif
#include <sys/wait.h>

#include <cstdint>
#include <span>

#include "files.hpp"
#include "platform.hpp"
#include "request.hpp"

namespace loom::system {

/// A time as the kernel reads it, struct __kernel_timespec.
struct KernelTime {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;  ///< 0 to 999,999,999
};

/// Bits of a timeout's flags (IORING_TIMEOUT_*).
namespace timeout_flag {
inline constexpr unsigned absolute = 1U << 0U;  ///< a time of the clock, not one from now
inline constexpr unsigned update = 1U << 1U;
inline constexpr unsigned boottime = 1U << 2U;       ///< CLOCK_BOOTTIME, counts suspension
inline constexpr unsigned realtime = 1U << 3U;       ///< CLOCK_REALTIME, steps when it is set
inline constexpr unsigned etime_success = 1U << 5U;  ///< links take -ETIME for success
inline constexpr unsigned multishot = 1U << 6U;      ///< again and again; Linux 6.4
}  // namespace timeout_flag

/// Bits of poll_add's and poll_update's length (IORING_POLL_*).
namespace poll_flag {
inline constexpr std::uint32_t multishot = 1U << 0U;
inline constexpr std::uint32_t update_events = 1U << 1U;
inline constexpr std::uint32_t update_user_data = 1U << 2U;
inline constexpr std::uint32_t level = 1U << 3U;  ///< multishot: tell again while it is ready
}  // namespace poll_flag

/// poll(2) of one descriptor for `events` (POLLIN, …): completes with those that are there.
inline Request poll_add(int fd, unsigned events) noexcept {
  Request request = transfer(Opcode::poll_add, fd, nullptr, 0, 0);
  request.call_flags = events;
  return request;
}

/// poll_add() that tells of every change until it is cancelled.
inline Request poll_multishot(int fd, unsigned events) noexcept {
  Request request = poll_add(fd, events);
  request.length = poll_flag::multishot;
  return request;
}

/// Ends the poll whose tag has the word `user_data`; -ENOENT when there is none.
inline Request poll_remove(std::uint64_t user_data) noexcept {
  Request request = transfer(Opcode::poll_remove, -1, nullptr, 0, 0);
  request.address = user_data;
  return request;
}

/// Gives the poll `old_user_data` other events or another tag, as `flags` of poll_flag say.
inline Request poll_update(std::uint64_t old_user_data, std::uint64_t new_user_data,
                           unsigned events, std::uint32_t flags) noexcept {
  Request request = transfer(Opcode::poll_remove, -1, nullptr, flags, new_user_data);
  request.address = old_user_data;
  request.call_flags = events;
  return request;
}

/// Completes with -ETIME after `time`, or with 0 once `count` other completions came before, if
/// that is not 0; `flags` are of timeout_flag. The clock is CLOCK_MONOTONIC.
inline Request timeout(const KernelTime* time, std::uint32_t count = 0,
                       unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::timeout, -1, time, 1, count);
  request.call_flags = flags;
  return request;
}

/// Ends the timeout whose tag has the word `user_data`; -ENOENT when there is none.
inline Request timeout_remove(std::uint64_t user_data, unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::timeout_remove, -1, nullptr, 0, 0);
  request.address = user_data;
  request.call_flags = flags;
  return request;
}

/// Gives the timeout `user_data` another `time`.
inline Request timeout_update(const KernelTime* time, std::uint64_t user_data,
                              unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::timeout_remove, -1, nullptr, 0, address_of(time));
  request.address = user_data;
  request.call_flags = flags | timeout_flag::update;
  return request;
}

/// Cancels the request submitted just before it, which has request_flag::link, after `time`.
inline Request link_timeout(const KernelTime* time, unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::link_timeout, -1, time, 1, 0);
  request.call_flags = flags;
  return request;
}

/// epoll_ctl(2); `operation` is EPOLL_CTL_ADD, _MOD, _DEL.
inline Request epoll_ctl(int epoll_fd, int fd, int operation, const epoll_event* event) noexcept {
  return transfer(Opcode::epoll_ctl, epoll_fd, event, static_cast<std::uint32_t>(operation),
                  static_cast<std::uint32_t>(fd));
}

/// epoll_wait(2) without a time limit: completes with the events written to `events`. Linux 6.15;
/// emulated on kernels without it.
inline Request epoll_wait(int epoll_fd, std::span<epoll_event> events) noexcept {
  return transfer(Opcode::epoll_wait, epoll_fd, events.data(),
                  static_cast<std::uint32_t>(events.size()), 0);
}

/// waitid(2): `type` is P_PID, P_PGID, P_ALL or P_PIDFD, `options` are WEXITED, … Linux 6.7;
/// emulated for P_PID and P_PIDFD with WEXITED.
inline Request waitid(idtype_t type, id_t id, siginfo_t* information, int options) noexcept {
  Request request = transfer(Opcode::waitid, static_cast<int>(id), nullptr,
                             static_cast<std::uint32_t>(type), address_of(information));
  request.file_index = static_cast<std::uint32_t>(options);
  return request;
}

/// What the futex requests take for a private 32-bit word: FUTEX2_SIZE_U32 | FUTEX2_PRIVATE.
inline constexpr std::uint32_t futex_private_word = 0x02U | 128U;
/// Every waiter, whatever bits it waits with.
inline constexpr std::uint64_t futex_any_bits = 0xffffffffU;

/// futex_wait(2): waits until woken, -EAGAIN when `*word` is not `value`. Linux 6.7; only on
/// io_uring.
inline Request futex_wait(const std::uint32_t* word, std::uint64_t value,
                          std::uint64_t bits = futex_any_bits,
                          std::uint32_t word_flags = futex_private_word) noexcept {
  Request request = transfer(Opcode::futex_wait, static_cast<int>(word_flags), word, 0, value);
  request.address3 = bits;
  return request;
}

/// futex_wake(2): wakes at most `count` waiters and completes with their number. Linux 6.7;
/// emulated on kernels without it.
inline Request futex_wake(const std::uint32_t* word, std::uint64_t count,
                          std::uint64_t bits = futex_any_bits,
                          std::uint32_t word_flags = futex_private_word) noexcept {
  Request request = transfer(Opcode::futex_wake, static_cast<int>(word_flags), word, 0, count);
  request.address3 = bits;
  return request;
}

/// One futex of futex_waitv(), struct futex_waitv.
struct FutexWait {
  std::uint64_t value = 0;
  std::uint64_t address = 0;
  std::uint32_t flags = futex_private_word;
  std::uint32_t reserved = 0;
};

/// futex_waitv(2): waits for any of several; completes with the index of the one woken. Linux 6.7;
/// only on io_uring.
inline Request futex_waitv(std::span<const FutexWait> futexes) noexcept {
  return transfer(Opcode::futex_waitv, 0, futexes.data(),
                  static_cast<std::uint32_t>(futexes.size()), 0);
}

}  // namespace loom::system

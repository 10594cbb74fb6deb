// What is watched while a request waits on the kqueue backend: a duplicate of its descriptor, so
// that several may wait for one and that closing it changes nothing; a timer of the kernel for a
// timeout (EVFILT_TIMER), a kqueue for the end of one process (EVFILT_PROC): a filter is known by
// what it watches, and several may wait for one child.
//
// It is a kqueue of its own inside the backend's. Its events carry the record's address, which
// never grows stale: a record leaves before it completes, and events are turned into a queue of
// records as soon as they are taken.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <ctime>

#include "../clock.hpp"
#include "../request_operation.hpp"
#include "../system/attempt.hpp"
#include "../system/kqueue_descriptor.hpp"

namespace loom {

/// Makes `count` changes that have EV_RECEIPT. @returns the first error, an errno, or 0.
inline int apply_changes(int kqueue_fd, const struct kevent* changes, int count) noexcept {
  constexpr int maximum = 2;
  LOOM_ASSERT(count <= maximum, "as many receipts have room");
  struct kevent receipts[maximum];
  constexpr timespec at_once{};
  const int answers = ::kevent(kqueue_fd, changes, count, receipts, count, &at_once);
  if (answers < 0) return errno;
  for (int n = 0; n < answers; ++n) {
    const bool is_receipt = (receipts[n].flags & EV_ERROR) != 0;
    if (is_receipt && receipts[n].data != 0) return static_cast<int>(receipts[n].data);
  }
  return 0;
}

/// How long a timeout takes from now on, in nanoseconds; at least one, and thirty years at most,
/// for kernels refuse much more. An absolute time is not moved by a clock that is set later.
inline std::int64_t timeout_nanoseconds(const system::KernelTime& time,
                                        std::uint32_t flags) noexcept {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t longest = 1'000'000'000 * second;
  const std::int64_t seconds = std::clamp<std::int64_t>(time.seconds, 0, 9 * second);
  std::int64_t left = seconds * second + time.nanoseconds;
  if ((flags & system::timeout_flag::absolute) != 0) {
    timespec now{};
    ::clock_gettime(system::timeout_clock(flags), &now);
    left -= std::int64_t{now.tv_sec} * second + now.tv_nsec;
  }
  return std::clamp<std::int64_t>(left, 1, longest);
}

/// Watches for the requests of one reactor; see EpollRequestWatch.
class KqueueRequestWatch {
 public:
  /// Events taken by one look.
  static constexpr int maximum_events = 64;

  /// Makes the kqueue. @returns its descriptor, readable when look() has something to find, or a
  /// negative errno.
  int open() noexcept {
    kqueue_fd_ = system::make_kqueue();
    return kqueue_fd_ < 0 ? -errno : kqueue_fd_;
  }

  /// Watches for `operation`. @returns system::not_yet, or its result when there is nothing to wait
  /// for.
  std::int32_t begin(RequestOperation& operation) noexcept {
    const system::Request& request = operation.request;
    operation.wait.fd = -1;
    if (request.opcode == system::Opcode::timeout) {
      const auto* time = system::pointer_in<const system::KernelTime>(request.address);
      const std::int32_t result = set_time(operation, *time, request.call_flags);
      return result == 0 ? system::not_yet : result;
    }
    if (request.opcode == system::Opcode::waitid) return begin_child(operation);
    if (is_always_ready(request)) return system::poll_once(request.fd, request.call_flags, 0);
    operation.wait.fd = ::fcntl(request.fd, F_DUPFD_CLOEXEC, 0);
    if (operation.wait.fd < 0) return -errno;
    const int error = change_filters(operation, EV_ADD);
    if (error == 0) return system::not_yet;
    ::close(operation.wait.fd);
    operation.wait.fd = -1;
    return -error;
  }

  /// The request is for other events now: looks for them.
  void change(RequestOperation& operation) noexcept {
    remove_filters(operation);
    change_filters(operation, EV_ADD);
  }

  /// Gives a timeout a time, also one that waits. @returns 0 or a negative errno.
  std::int32_t set_time(RequestOperation& operation, const system::KernelTime& time,
                        std::uint32_t flags) noexcept {
    struct kevent change = change_of(operation, reinterpret_cast<std::uintptr_t>(&operation),
                                     EVFILT_TIMER, EV_ADD | EV_ONESHOT | EV_RECEIPT);
    change.fflags = NOTE_NSECONDS;
    change.data = timeout_nanoseconds(time, flags);
    return -apply_changes(kqueue_fd_, &change, 1);
  }

  /// Ends what begin() began.
  void end(RequestOperation& operation) noexcept {
    if (operation.wait.fd < 0) {
      return remove(operation, reinterpret_cast<std::uintptr_t>(&operation), EVFILT_TIMER);
    }
    remove_filters(operation);
    ::close(operation.wait.fd);
    operation.wait.fd = -1;
  }

  /// Calls `found(operation)` for what is ready.
  template <class Found>
  void look(Found&& found) noexcept {
    struct kevent events[maximum_events];
    constexpr timespec at_once{};
    const int count = ::kevent(kqueue_fd_, nullptr, 0, events, maximum_events, &at_once);
    for (int n = 0; n < count; ++n) found(*static_cast<RequestOperation*>(events[n].udata));
  }

  /// Closes the kqueue.
  void close() noexcept {
    if (kqueue_fd_ >= 0) ::close(kqueue_fd_);
    kqueue_fd_ = -1;
  }

 private:
  static struct kevent change_of(RequestOperation& operation, std::uintptr_t ident, int filter,
                                 unsigned flags) noexcept {
    struct kevent change {};
    change.ident = ident;
    change.filter = static_cast<decltype(change.filter)>(filter);
    change.flags = static_cast<decltype(change.flags)>(flags);
    change.udata = &operation;
    return change;
  }

  /// A poll of a file, which a kqueue watches for something else.
  static bool is_always_ready(const system::Request& request) noexcept {
    struct stat status {};
    return request.opcode == system::Opcode::poll_add && ::fstat(request.fd, &status) == 0 &&
           S_ISREG(status.st_mode);
  }

  /// Only the end of one child can be watched; one that has ended already is asked at once.
  std::int32_t begin_child(RequestOperation& operation) noexcept {
    const system::Request& request = operation.request;
    constexpr std::uint32_t others = WSTOPPED | WCONTINUED;
    if ((request.file_index & others) != 0 || request.length != P_PID) return -ENOSYS;
    const int child_fd = system::make_kqueue();
    if (child_fd < 0) return -errno;
    struct kevent end = change_of(operation, static_cast<std::uintptr_t>(request.fd), EVFILT_PROC,
                                  EV_ADD | EV_ONESHOT | EV_RECEIPT);
    end.fflags = NOTE_EXIT;
    int error = apply_changes(child_fd, &end, 1);
    const bool is_ending = error == ESRCH;
    const struct kevent change = change_of(operation, static_cast<std::uintptr_t>(child_fd),
                                           EVFILT_READ, EV_ADD | EV_CLEAR | EV_RECEIPT);
    if (error == 0) error = apply_changes(kqueue_fd_, &change, 1);
    if (error == 0) {
      operation.wait.fd = child_fd;
      return system::not_yet;
    }
    ::close(child_fd);
    return is_ending ? ask_until_it_ended(operation) : -error;
  }

  /// Darwin calls a child ESRCH a moment before it can be waited for.
  std::int32_t ask_until_it_ended(RequestOperation& operation) noexcept {
    const std::int32_t result = system::attempt(operation.request);
    if (result != system::not_yet) return result;
    struct kevent change = change_of(operation, reinterpret_cast<std::uintptr_t>(&operation),
                                     EVFILT_TIMER, EV_ADD | EV_CLEAR | EV_RECEIPT);
    change.fflags = NOTE_NSECONDS;
    change.data = 1'000'000;
    const int error = apply_changes(kqueue_fd_, &change, 1);
    return error == 0 ? system::not_yet : -error;
  }

  /// Adds the filters for what the request waits for. @returns an errno or 0.
  int change_filters(RequestOperation& operation, unsigned flags) noexcept {
    const std::uint32_t asked = system::events_of(operation.request);
    // Of the end and of errors a filter for either tells, and whoever asks for nothing hears of
    // them.
    const std::uint32_t events = (asked & (POLLIN | POLLOUT)) != 0 ? asked : POLLIN;
    const bool level = events == asked && operation.request.opcode == system::Opcode::poll_add &&
                       (operation.request.length & system::poll_flag::level) != 0;
    flags |= level ? EV_RECEIPT : EV_RECEIPT | EV_CLEAR;
    const auto ident = static_cast<std::uintptr_t>(operation.wait.fd);
    struct kevent changes[2];
    int count = 0;
    if ((events & POLLIN) != 0) changes[count++] = change_of(operation, ident, EVFILT_READ, flags);
    if ((events & POLLOUT) != 0) {
      changes[count++] = change_of(operation, ident, EVFILT_WRITE, flags);
    }
    return apply_changes(kqueue_fd_, changes, count);
  }

  /// Removes a filter; one that is gone already is as good.
  void remove(RequestOperation& operation, std::uintptr_t ident, int filter) noexcept {
    const struct kevent change = change_of(operation, ident, filter, EV_DELETE | EV_RECEIPT);
    apply_changes(kqueue_fd_, &change, 1);
  }

  void remove_filters(RequestOperation& operation) noexcept {
    const auto ident = static_cast<std::uintptr_t>(operation.wait.fd);
    remove(operation, ident, EVFILT_READ);
    remove(operation, ident, EVFILT_WRITE);
  }

  int kqueue_fd_ = -1;
};

}  // namespace loom

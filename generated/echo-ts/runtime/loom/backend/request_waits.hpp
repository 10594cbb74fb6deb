// Requests that wait on a loop without a ring: each is tried, and if it would wait, a descriptor
// is watched in its stead until it can be tried again. The watched descriptor is a duplicate, so
// that several may wait for one and that closing it changes nothing, as on io_uring, which holds
// the file; a timeout has a timerfd, whose clocks and absolute times the reactor's wheel has not; a
// child has a pidfd.
//
// Everything waits in an epoll instance of its own inside the backend's. Its events carry the
// record's address, which never grows stale: a record leaves the instance before it completes, and
// events are turned into a queue of records as soon as they are taken.
#pragma once

#include <sys/epoll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "../request_operation.hpp"
#include "../system/attempt.hpp"
#include "../system/emulation.hpp"
#include "request_watch.hpp"

namespace loom {

/// The requests of one reactor that wait.
class RequestWaits {
 public:
  /// Events taken by one look.
  static constexpr int maximum_events = 64;
  /// Completions of one request that repeats before others have their turn.
  static constexpr std::uint32_t maximum_repetitions = 64;

  /// Makes the epoll instance. What is cancelled goes into `finished` with its result.
  /// @returns its descriptor, or a negative errno.
  int open(OperationQueue& finished) noexcept {
    finished_ = &finished;
    epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    return epoll_fd_ < 0 ? -errno : epoll_fd_;
  }

  /// Tries the request, or lets it wait. @returns its result, or system::not_yet.
  std::int32_t begin(RequestOperation& operation) noexcept {
    const system::Request& request = operation.request;
    if (!system::repeats(request)) {
      const std::int32_t result = system::attempt(request);
      if (result != system::not_yet) return result;
    }
    RequestWait& wait = operation.wait;
    wait.fd = watched_descriptor(request);
    if (wait.fd < 0) return wait.fd;
    epoll_event event{};
    event.events = system::events_of(request) | watch_mode(request);
    event.data.ptr = &operation;
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wait.fd, &event) != 0) return fail(wait, request);
    wait.waiting = true;
    wait.previous = nullptr;
    wait.next = first_;
    if (first_ != nullptr) first_->wait.previous = &operation;
    first_ = &operation;
    return system::not_yet;
  }

  /// Takes events: what is ready is queued to be tried again.
  void look() noexcept {
    epoll_event events[maximum_events];
    const int count = epoll_wait(epoll_fd_, events, maximum_events, 0);
    for (int n = 0; n < count; ++n) queue(*static_cast<RequestOperation*>(events[n].data.ptr));
  }

  /// Whether something is queued to be tried again.
  [[nodiscard]] bool has_ready() const noexcept { return first_ready_ != nullptr; }

  /// Tries what is ready, each once, and hands about `maximum` completions to `sink`.
  template <class Sink>
  std::uint32_t serve(std::uint32_t maximum, Sink&& sink) noexcept {
    std::uint32_t count = 0;
    const RequestOperation* last = last_ready_;
    bool more = first_ready_ != nullptr;
    while (more && count < maximum) {
      RequestOperation& operation = take_ready();
      more = &operation != last && first_ready_ != nullptr;
      count += system::repeats(operation.request) ? serve_repeated(operation, sink)
                                                  : serve_once(operation, sink);
    }
    return count;
  }

  /// Ends a wait with -ECANCELED. False when it does not wait here.
  bool cancel(RequestOperation& operation) noexcept {
    if (!operation.wait.waiting) return false;
    leave(operation);
    operation.result = -ECANCELED;
    finished_->push(operation);
    return true;
  }

  /// The first that waits; the others follow through `wait.next`.
  [[nodiscard]] RequestOperation* first() const noexcept { return first_; }

  /// Gives a request that waits for events other ones, and looks for them.
  void watch_again(RequestOperation& operation) noexcept {
    epoll_event event{};
    event.events = system::events_of(operation.request) | watch_mode(operation.request);
    event.data.ptr = &operation;
    epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, operation.wait.fd, &event);
  }

  /// Closes what is watched; nothing completes any more.
  void close() noexcept {
    while (first_ != nullptr) leave(*first_);
    if (epoll_fd_ >= 0) ::close(epoll_fd_);
    epoll_fd_ = -1;
  }

 private:
  /// A descriptor that cannot be watched is always ready: poll(2) says so of a file.
  static std::int32_t fail(RequestWait& wait, const system::Request& request) noexcept {
    const int error = errno;
    ::close(wait.fd);
    wait.fd = -1;
    if (error == EPERM && request.opcode == system::Opcode::poll_add) {
      return system::poll_once(request.fd, request.call_flags, 0);
    }
    return -error;
  }

  void queue(RequestOperation& operation) noexcept {
    if (operation.wait.ready) return;
    operation.wait.ready = true;
    operation.wait.next_ready = nullptr;
    (last_ready_ == nullptr ? first_ready_ : last_ready_->wait.next_ready) = &operation;
    last_ready_ = &operation;
  }

  RequestOperation& take_ready() noexcept {
    RequestOperation& operation = *first_ready_;
    first_ready_ = operation.wait.next_ready;
    if (first_ready_ == nullptr) last_ready_ = nullptr;
    operation.wait.ready = false;
    return operation;
  }

  /// Takes a record out of the middle of the queue; it is about as long as one look's events.
  void unqueue(RequestOperation& operation) noexcept {
    RequestOperation* before = nullptr;
    for (RequestOperation* each = first_ready_; each != &operation; each = each->wait.next_ready) {
      before = each;
    }
    RequestOperation* after = operation.wait.next_ready;
    (before == nullptr ? first_ready_ : before->wait.next_ready) = after;
    if (last_ready_ == &operation) last_ready_ = before;
    operation.wait.ready = false;
  }

  void leave(RequestOperation& operation) noexcept {
    RequestWait& wait = operation.wait;
    if (wait.ready) unqueue(operation);
    (wait.previous == nullptr ? first_ : wait.previous->wait.next) = wait.next;
    if (wait.next != nullptr) wait.next->wait.previous = wait.previous;
    wait.waiting = false;
    // Its own duplicate: with its last reference it would leave the instance by itself, but the
    // file is open elsewhere too.
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, wait.fd, nullptr);
    ::close(wait.fd);
    wait.fd = -1;
  }

  /// What the request gives now, asked of the watched descriptor.
  static std::int32_t try_again(const RequestOperation& operation) noexcept {
    system::Request request = operation.request;
    if (request.opcode == system::Opcode::timeout) return -ETIME;
    if (request.opcode != system::Opcode::waitid) request.fd = operation.wait.fd;
    return system::attempt(request);
  }

  template <class Sink>
  std::uint32_t serve_once(RequestOperation& operation, Sink&& sink) noexcept {
    const std::int32_t result = try_again(operation);
    if (result == system::not_yet) return 0;
    leave(operation);
    sink(Completion{.tag = operation.tag, .result = result});
    return 1;
  }

  template <class Sink>
  std::uint32_t serve_repeated(RequestOperation& operation, Sink&& sink) noexcept {
    const bool accepts = operation.request.opcode == system::Opcode::accept;
    std::uint32_t count = 0;
    // A hook behind the sink may cancel it.
    while (operation.wait.waiting) {
      if (count == maximum_repetitions) {
        queue(operation);
        return count;
      }
      const std::int32_t result = try_again(operation);
      if (result == system::not_yet) return count;
      count += 1;
      if (result < 0) leave(operation);
      sink(Completion{.tag = operation.tag, .result = result, .more = result >= 0});
      if (!accepts) return count;
    }
    return count;
  }

  int epoll_fd_ = -1;
  OperationQueue* finished_ = nullptr;
  RequestOperation* first_ = nullptr;
  RequestOperation* first_ready_ = nullptr;
  RequestOperation* last_ready_ = nullptr;
};

}  // namespace loom

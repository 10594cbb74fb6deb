// Requests that wait on a loop without a ring: each is tried, and if it would wait, it is watched
// for until it can be tried again. How is the backend's: epoll_request_watch.hpp,
// kqueue_request_watch.hpp.
#pragma once

#include <cerrno>
#include <cstdint>

#include "../request_operation.hpp"
#include "../system/attempt.hpp"
#include "../system/emulation.hpp"

namespace loom {

/// The requests of one reactor that wait. `Watch` watches for them: see EpollRequestWatch.
template <class Watch>
class RequestWaits {
 public:
  /// Completions of one request that repeats before others have their turn.
  static constexpr std::uint32_t maximum_repetitions = 64;

  /// Begins to watch. What is cancelled goes into `finished` with its result. @returns the
  /// descriptor that is readable when something is ready here, or a negative errno.
  int open(OperationQueue& finished) noexcept {
    finished_ = &finished;
    return watch_.open();
  }

  /// Tries the request, or lets it wait. @returns its result, or system::not_yet.
  std::int32_t begin(RequestOperation& operation) noexcept {
    const system::Request& request = operation.request;
    if (!system::repeats(request)) {
      const std::int32_t result = system::attempt(request);
      if (result != system::not_yet) return result;
    }
    const std::int32_t result = watch_.begin(operation);
    if (result != system::not_yet) return result;
    RequestWait& wait = operation.wait;
    wait.waiting = true;
    wait.previous = nullptr;
    wait.next = first_;
    if (first_ != nullptr) first_->wait.previous = &operation;
    first_ = &operation;
    return system::not_yet;
  }

  /// Takes events: what is ready is queued to be tried again.
  void look() noexcept {
    watch_.look([this](RequestOperation& operation) { queue(operation); });
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
  void watch_again(RequestOperation& operation) noexcept { watch_.change(operation); }

  /// Gives a timeout that waits another time. @returns 0 or a negative errno.
  std::int32_t set_time(RequestOperation& operation, const system::KernelTime& time,
                        std::uint32_t flags) noexcept {
    return watch_.set_time(operation, time, flags);
  }

  /// Closes what is watched; nothing completes any more.
  void close() noexcept {
    while (first_ != nullptr) leave(*first_);
    watch_.close();
  }

 private:
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
    watch_.end(operation);
  }

  /// What the request gives now, asked of the descriptor that is watched in its stead.
  static std::int32_t try_again(const RequestOperation& operation) noexcept {
    system::Request request = operation.request;
    if (request.opcode == system::Opcode::timeout) return -ETIME;
    if (operation.wait.fd >= 0 && request.opcode != system::Opcode::waitid) {
      request.fd = operation.wait.fd;
    }
    if (request.opcode == system::Opcode::connect) return system::connect_result(request.fd);
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

  Watch watch_;
  OperationQueue* finished_ = nullptr;
  RequestOperation* first_ = nullptr;
  RequestOperation* first_ready_ = nullptr;
  RequestOperation* last_ready_ = nullptr;
};

}  // namespace loom

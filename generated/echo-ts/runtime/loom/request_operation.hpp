// A system request in flight: an operation record whose submission queue entry is a Request that
// somebody else filled in. It goes through the same queues as every other operation, so order is
// kept, and completes through the same switch.
#pragma once

#include <cerrno>
#include <cstdint>

#include "operation.hpp"
#include "request_job.hpp"
#include "system/request.hpp"

namespace loom {

struct RequestOperation;

/// Where the epoll backend keeps a request that waits on the loop.
struct RequestWait {
  RequestOperation* previous = nullptr;
  RequestOperation* next = nullptr;
  RequestOperation* next_ready = nullptr;
  int fd = -1;           ///< watched in its stead, and closed with the wait
  bool waiting = false;  ///< in the list of those that wait
  bool ready = false;    ///< in the queue of those to be tried again
};

/// The record. Set `request` and `tag`, then submit it; it must stay where it is until the final
/// completion, and so must whatever the request's pointers name.
struct RequestOperation : Operation {
  RequestOperation() noexcept {
    kind = OperationKind::request;
    cancellation.kind = OperationKind::cancel_request;
    cancellation.pointer = this;
  }
  RequestOperation(const RequestOperation&) = delete;
  RequestOperation& operator=(const RequestOperation&) = delete;

  system::Request request;
  RequestJob job;
  RequestWait wait;
  /// The cancellation of this request, which has no completion of its own.
  Operation cancellation;
  /// The record has a new request, cancelled as well, while its last cancellation waits for a
  /// submission queue: it is owed once more, behind that request.
  bool cancels_again = false;
  bool cancelled = false;  ///< the request in flight was cancelled

  /// The record that `operation`, of kind request, is the base of.
  static RequestOperation& of(Operation& operation) noexcept {
    LOOM_ASSERT(operation.kind == OperationKind::request, "only requests carry a Request");
    return static_cast<RequestOperation&>(operation);
  }

  /// The request that `cancellation` is to end.
  static RequestOperation& target_of(const Operation& cancellation) noexcept {
    LOOM_ASSERT(cancellation.kind == OperationKind::cancel_request, "a record's own cancellation");
    // The record owns its cancellation and made the pointer from itself.
    return *static_cast<RequestOperation*>(const_cast<void*>(cancellation.pointer));
  }
};

/// What a completion with `result` says of the request: a call that was interrupted because it was
/// cancelled is cancelled.
constexpr std::int32_t result_of(const RequestOperation& operation, std::int32_t result) noexcept {
  return result == -EINTR && operation.cancelled ? -ECANCELED : result;
}

/// Asks a backend to end a request in flight, which then completes with -ECANCELED, unless it is
/// past that; harmless when it has completed.
template <class Backend>
void cancel_request(Backend& backend, RequestOperation& operation) noexcept {
  Operation& cancellation = operation.cancellation;
  operation.job.withdraw();
  operation.cancelled = true;
  cancellation.tag = operation.tag;
  if (cancellation.in_flight) {
    operation.cancels_again = true;
    return;
  }
  cancellation.in_flight = true;
  backend.submit(cancellation);
}

}  // namespace loom

// How a backend hands system requests to the reactor's pool. A full pool is not the caller's
// concern: what finds no room waits here, first in, first out, and is offered again each turn; the
// loop sleeps for pool_wait_nanoseconds at most meanwhile.
#pragma once

#include <cerrno>

#include "core.hpp"
#include "request_operation.hpp"

namespace loom {

/// One reactor's requests on their way to its pool. Its bound is the number of records that exist.
class RequestPool {
 public:
  /// What is over without a pool goes into `finished`.
  void open(ReactorCore& core, OperationQueue& finished) noexcept {
    core_ = &core;
    finished_ = &finished;
  }

  /// Hands the request to the pool; without one the call is made at once, on this thread.
  void submit(RequestOperation& operation) noexcept {
    operation.job.prepare(operation.request, operation.tag);
    if (core_->blocking_ == nullptr) return finish(operation, system::perform(operation.request));
    waiting_.push(operation);
    offer_waiting();
    if (!waiting_.empty()) core_->stats().add(Stat::overflow_queued);
  }

  /// Offers what waits to the pool, in order, until it is full.
  void offer_waiting() noexcept {
    // Bound: the requests that wait.
    while (!waiting_.empty()) {
      RequestOperation& operation = RequestOperation::of(*waiting_.front());
      PostResult posted = PostResult::closed;
      if (!operation.job.is_withdrawn()) {
        posted = core_->offer_job(*core_->blocking_, operation.job);
      }
      if (posted.value() == PostResult::full) break;
      waiting_.pop();
      if (posted.value() == PostResult::closed) finish(operation, -ECANCELED);
    }
    core_->waits_for_pool_ = !waiting_.empty();
  }

  /// Whether requests wait for room in the pool.
  [[nodiscard]] bool has_waiting() const noexcept { return !waiting_.empty(); }

 private:
  void finish(RequestOperation& operation, std::int32_t result) noexcept {
    operation.result = result;
    finished_->push(operation);
  }

  ReactorCore* core_ = nullptr;
  OperationQueue* finished_ = nullptr;
  OperationQueue waiting_;
};

}  // namespace loom

// Work that computes or blocks, given to a pool by a fiber: it runs on a worker, and the fiber goes
// on on its own reactor with what came out of it.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include "../offload.hpp"
#include "outcome.hpp"
#include "this_fiber.hpp"

namespace loom {

/// A callable on its way through a pool; it lies on the fiber's stack until it comes home.
template <class Callable>
class OffloadedJob : public Job {
 public:
  OffloadedJob(Callable& callable, Tag home_tag) noexcept : callable_(callable) {
    tag = home_tag;
    run = [](Job& job) noexcept { static_cast<OffloadedJob&>(job).work(); };
  }

  /// On the reactor: the worker that comes to it does not begin it any more.
  void withdraw() noexcept {
    // Partner: work(). Relaxed: whichever is first decides, no other memory hangs on it.
    withdrawn_.store(true, std::memory_order_relaxed);
  }

  /// When it has come home. @throws what the callable threw.
  Outcome<Callable> take() {
    if (thrown_) std::rethrow_exception(thrown_);
    return std::move(outcome_);
  }

 private:
  /// On a worker.
  void work() noexcept {
    if (withdrawn_.load(std::memory_order_relaxed)) {
      result = -ECANCELED;
      return;
    }
    try {
      outcome_ = outcome_of(callable_);
    } catch (...) {
      thrown_ = std::current_exception();
    }
  }

  Callable& callable_;
  /// Partners: withdraw on the reactor, work on a worker.
  std::atomic<bool> withdrawn_{false};
  Outcome<Callable> outcome_{Failure::cancelled};  ///< unless it begins
  std::exception_ptr thrown_;
};

/// In a fiber: runs `callable` on a worker of `pool` and waits for it. It may use what lies on the
/// fiber's stack, and nothing else of the reactor; a stop or a cancellation waits for it once it
/// has begun. Its exception is thrown here.
/// @returns what it gave; Failure::full when the pool's queue is, Failure::closed while the reactor
///   stops, Failure::cancelled when the scope was cancelled before a worker began.
template <class Callable>
Outcome<Callable> offload(PoolQueue& pool, Callable&& callable) {
  FiberScheduler& fibers = this_threads_fibers();
  Fiber& fiber = this_fiber::record();
  if (fibers.refuses_to_wait(fiber)) return Failure::cancelled;
  OffloadedJob<std::remove_reference_t<Callable>> job(callable, fiber.home.tag);
  fiber.expects_completion = true;
  const PostResult posted = fibers.core().submit_job(pool, job);
  if (!posted) {
    fiber.expects_completion = false;
    return posted.value() == PostResult::full ? Failure::full : Failure::closed;
  }
  const FiberWake why = fibers.park(FiberWish::nothing, nullptr, no_deadline);
  if (why != FiberWake::event) job.withdraw();
  fibers.await_completion();
  // Not begun: then a stop can be told here.
  if (fiber.result == -ECANCELED) static_cast<void>(fibers.refuses_to_go_on(fiber));
  return job.take();
}

/// The same with a pool of the config: `loom::offload(this->pools.crunch, callable)`.
template <class Callable>
Outcome<Callable> offload(const PoolOut& pool, Callable&& callable) {
  return offload(pool.queue(), std::forward<Callable>(callable));
}

}  // namespace loom

// System requests of fibers: the call is made by the ring, or by what stands in for one, while the
// fiber waits. What a request points to may lie on the fiber's stack: this returns when the kernel
// is done with it, cancelled or not.
#pragma once

#include <cerrno>
#include <cstdint>

#include "../system/perform.hpp"
#include "../system/request.hpp"
#include "this_fiber.hpp"

namespace loom {

/// Carries out `request` and waits for its one completion; when `deadline_nanoseconds` on the
/// monotonic clock passes or the scope is cancelled, it is cancelled, and what was done until then
/// counts.
/// @returns what the system call gives; Failure::system with its errno, Failure::unsupported where
///   neither kernel nor backend has the operation, Failure::timed_out, Failure::cancelled.
inline Result<std::int32_t> await(const system::Request& request,
                                  std::uint64_t deadline_nanoseconds = no_deadline) {
  LOOM_ASSERT(!system::may_complete_twice(request), "a fiber waits for one completion");
  FiberScheduler& fibers = this_threads_fibers();
  Fiber& fiber = this_fiber::record();
  if (fibers.refuses_to_wait(fiber)) return Failure::cancelled;
  fiber.operation.request = request;
  fiber.operation.cancelled = false;
  fiber.expects_completion = true;
  const FiberWake why = fibers.park(FiberWish::request, nullptr, deadline_nanoseconds);
  if (fiber.expects_completion) {
    fibers.park(FiberWish::cancel_request, nullptr, no_deadline);
    fibers.await_completion();
  }
  if (fiber.result >= 0) return fiber.result;
  if (fiber.result == -ECANCELED && why != FiberWake::event) {
    return fibers.refuses_to_go_on(fiber) ? Failure::cancelled : failure_of(why);
  }
  if (system::is_unsupported(fiber.result)) return Failure::unsupported;
  return Error{Failure::system, -fiber.result};
}

}  // namespace loom

// What every tool for fibers of one reactor checks: that it is used on that reactor's thread.
#pragma once

#include <cstdint>

#include "this_fiber.hpp"

namespace loom {

/// Remembers whose fibers used a tool first (in debug builds), and gives them.
class OneReactor {
 public:
  /// The fibers of this thread's reactor.
  FiberScheduler& here() noexcept {
    FiberScheduler& fibers = this_threads_fibers();
#ifndef NDEBUG
    if (first_ == nullptr) first_ = &fibers;
    LOOM_ASSERT(first_ == &fibers, "a tool belongs to the fibers of one reactor");
#endif
    return fibers;
  }

 private:
#ifndef NDEBUG
  FiberScheduler* first_ = nullptr;
#endif
};

/// A fiber's wait in the list of a tool that hands over what is waited for. What was handed over is
/// the fiber's even when the reactor stops; its next wait says so. `place` is for whoever hands
/// over. @returns Failure::timed_out or Failure::cancelled when that came first.
inline Result<void> wait_for_handover(FiberScheduler& fibers, FiberWaitList& list, void* place,
                                      std::uint64_t deadline_nanoseconds) {
  Fiber& fiber = this_fiber::record();
  if (fibers.refuses_to_wait(fiber)) return Failure::cancelled;
  fiber.wait_place = place;
  const FiberWake why = fibers.park(FiberWish::nothing, &list, deadline_nanoseconds);
  if (why == FiberWake::event) return {};
  return fibers.refuses_to_go_on(fiber) ? Failure::cancelled : failure_of(why);
}

}  // namespace loom

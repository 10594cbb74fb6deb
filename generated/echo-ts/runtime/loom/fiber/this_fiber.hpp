// What straight-line code says to wait: free functions for whichever fiber runs now. Each throws
// FiberUnwind when the reactor stops, so that destructors run; a destructor itself should not wait,
// because what it throws would end the process.
#pragma once

#include <cstdint>

#include "../clock.hpp"
#include "../result.hpp"
#include "scheduler.hpp"

namespace loom {

/// The fibers of the reactor whose thread this is; only on the thread of a reactor with fibers.
[[nodiscard]] inline FiberScheduler& this_threads_fibers() noexcept {
  LOOM_ASSERT(FiberScheduler::of_this_thread != nullptr, "this thread runs no fibers");
  return *FiberScheduler::of_this_thread;
}

/// The fiber that runs now, as it describes itself; only in a fiber.
namespace this_fiber {

/// Its record.
[[nodiscard]] inline Fiber& record() noexcept {
  Fiber* fiber = this_threads_fibers().current();
  LOOM_ASSERT(fiber != nullptr, "no fiber runs here");
  return *fiber;
}
/// The name of its fd, or what it was spawned with.
[[nodiscard]] inline const char* name() noexcept { return record().name; }
/// Which of several with one name: the connection's index, or 0.
[[nodiscard]] inline std::uint32_t number() noexcept { return record().number; }
/// Of its record: below the number of fibers that can exist, and nobody else's while it lives.
[[nodiscard]] inline std::uint32_t index() noexcept { return record().index; }
/// Whether its scope was cancelled, so that every wait fails.
[[nodiscard]] inline bool is_cancelled() noexcept { return record().cancelled; }

}  // namespace this_fiber

/// Why a wait that no event ended has failed.
constexpr Failure failure_of(FiberWake why) noexcept {
  return why == FiberWake::timed_out ? Failure::timed_out : Failure::cancelled;
}

/// Lets every other ready fiber of this reactor run first.
inline void yield() { this_threads_fibers().yield(); }

/// Waits until `due_nanoseconds` on the reactor's monotonic clock; no longer than a tick of the
/// timing wheel past it, plus what the loop is busy with.
/// @returns Failure::cancelled when the fiber's scope was cancelled first.
inline Result<void> sleep_until(std::uint64_t due_nanoseconds) {
  const FiberWake why = this_threads_fibers().suspend(nullptr, due_nanoseconds);
  return why == FiberWake::cancelled ? Result<void>(Failure::cancelled) : Result<void>();
}

/// Waits for `nanoseconds` from now; as sleep_until.
inline Result<void> sleep(std::uint64_t nanoseconds) {
  return sleep_until(time_after(this_threads_fibers().core().now_nanoseconds(), nanoseconds));
}

}  // namespace loom

// Cancellation scopes: fibers that are spawned together, can be cancelled together, and are all
// over before the scope is. Whatever way the block is left, no child outlives it.
#pragma once

#include <cstdint>
#include <exception>
#include <type_traits>
#include <utility>

#include "this_fiber.hpp"

namespace loom {

/// The children of one block of a fiber's code. It lies on that fiber's stack; scopes opened later
/// end earlier, as blocks do. A child may open scopes of its own: cancelling reaches all of them.
class Scope : private FiberGroup {
 public:
  /// When `deadline_nanoseconds` on the monotonic clock passes, the children are cancelled. In a
  /// fiber that is cancelled already, the scope is, too.
  explicit Scope(std::uint64_t deadline_nanoseconds = no_deadline) noexcept
      : fibers_(this_threads_fibers()) {
    Fiber& fiber = this_fiber::record();
    owner = &fiber;
    outer = fiber.scopes;
    fiber.scopes = this;
    cancelled = fiber.cancelled;
    has_deadline = deadline_nanoseconds != no_deadline;
    deadline.tag = Tag(fiber.index, common_operation::fiber_scope, fiber.generation);
    if (has_deadline) fibers_.core().wheel().arm(deadline, deadline_nanoseconds);
  }
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

  /// Cancels the children and waits until they are over, also while an exception or a stop unwinds
  /// this fiber; nothing interrupts that wait.
  ~Scope() {
    fibers_.cancel(*this);
    wait_for_children();
    LOOM_ASSERT(owner->scopes == this, "scopes end in the reverse order of their beginning");
    owner->scopes = outer;
    fibers_.core().wheel().disarm(deadline);
    if (thrown) fibers_.core().log("loom: a fiber threw, and its scope was not joined; it is over");
  }

  /// Makes a fiber that runs `callable()`: trivially copyable, at most fiber_capture_bytes. In the
  /// fiber that opened the scope or in a child of it. `name` is a literal, or text that
  /// lives as long as the program.
  /// @returns Failure::exhausted when the class has neither a stack nor room to wait for one,
  ///   Failure::cancelled when the scope was cancelled.
  template <class Callable>
  Result<void> spawn(std::uint16_t stack_class, const char* name, Callable callable) noexcept {
    if (cancelled) return Failure::cancelled;
    const Result<Fiber*> fiber = fibers_.spawn(stack_class, name, callable);
    if (!fiber) return fiber.error();
    add(**fiber);
    return {};
  }

  /// Ends the children: what they wait for fails with Failure::cancelled, and so does whatever they
  /// wait for later; operations in flight are cancelled. Those that have not begun never do.
  void cancel() noexcept { fibers_.cancel(*this); }

  /// Waits until every child is over; in the fiber that opened the scope. When an exception escaped
  /// from a child, the others were cancelled, and the first one is thrown here.
  /// @returns Failure::timed_out when the scope's deadline cancelled the children,
  ///   Failure::cancelled when something else did.
  Result<void> join() {
    wait_for_children();
    if (fibers_.refuses_to_go_on(*owner)) return Failure::cancelled;
    if (thrown) std::rethrow_exception(std::exchange(thrown, nullptr));
    if (timed_out) return Failure::timed_out;
    return cancelled ? Result<void>(Failure::cancelled) : Result<void>();
  }

  /// Children that are not over.
  [[nodiscard]] std::uint32_t size() const noexcept { return FiberGroup::size(); }
  [[nodiscard]] bool is_cancelled() const noexcept { return cancelled; }

 private:
  /// When the owner is cancelled, its scopes are, so that the children end soon.
  void wait_for_children() noexcept {
    LOOM_ASSERT(&this_fiber::record() == owner, "who opened a scope joins it");
    joining = true;
    while (size() != 0) fibers_.park(FiberWish::nothing, nullptr, no_deadline);
    joining = false;
  }

  FiberScheduler& fibers_;
};

}  // namespace loom

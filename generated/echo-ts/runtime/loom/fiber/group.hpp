// Fibers that were spawned together, as the scheduler sees them: a list of those that are not over,
// the fiber that waits for the last of them, and what went wrong first. Scope is what a program
// says instead.
#pragma once

#include <cstdint>
#include <exception>
#include <utility>

#include "fiber.hpp"

namespace loom {

/// The children of one scope. It lies on the stack of the fiber that opened it.
class FiberGroup {
 public:
  FiberGroup() noexcept = default;
  FiberGroup(const FiberGroup&) = delete;
  FiberGroup& operator=(const FiberGroup&) = delete;

  /// Children that are not over. Its bound is the number of records.
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }
  /// The child that was added first; `group_next` leads to the others. nullptr for none.
  [[nodiscard]] Fiber* front() const noexcept { return first_; }

  /// A fiber becomes a child.
  void add(Fiber& fiber) noexcept {
    LOOM_ASSERT(fiber.group == nullptr, "a fiber is a child of one scope");
    fiber.group = this;
    fiber.group_next = nullptr;
    fiber.group_previous = last_;
    (last_ == nullptr ? first_ : last_->group_next) = &fiber;
    last_ = &fiber;
    size_ += 1;
  }

  /// A child is over.
  void remove(Fiber& fiber) noexcept {
    LOOM_ASSERT(fiber.group == this, "only a child leaves its scope");
    (fiber.group_previous == nullptr ? first_ : fiber.group_previous->group_next) =
        fiber.group_next;
    (fiber.group_next == nullptr ? last_ : fiber.group_next->group_previous) = fiber.group_previous;
    fiber.group = nullptr;
    fiber.group_next = fiber.group_previous = nullptr;
    size_ -= 1;
  }

  Fiber* owner = nullptr;       ///< the fiber that opened the scope
  FiberGroup* outer = nullptr;  ///< the scope that the owner opened before
  bool joining = false;         ///< the owner waits for the last child
  bool cancelled = false;       ///< nothing more may be spawned
  bool timed_out = false;       ///< cancelled by its own deadline
  bool has_deadline = false;
  TimerEntry deadline;
  std::exception_ptr thrown;  ///< what escaped from a child, the first of them

 private:
  Fiber* first_ = nullptr;
  Fiber* last_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace loom

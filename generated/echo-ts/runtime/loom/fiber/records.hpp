// The records of a reactor's fibers and the stacks they run on: who may exist, and who waits for a
// stack. FiberScheduler, which derives from this, decides who runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "../core.hpp"
#include "../operation.hpp"
#include "../result.hpp"
#include "fiber.hpp"

namespace loom {

/// The fibers that exist.
class FiberRecords {
 public:
  /// The memory it works on; owned by the reactor.
  struct Storage {
    Fiber* fibers = nullptr;
    std::uint32_t fiber_count = 0;
    const StackClass* classes = nullptr;
    StackPool* pools = nullptr;
    FiberQueue* awaiting = nullptr;  ///< one queue a class
    std::uint32_t class_count = 0;
    std::uint32_t* free_stacks = nullptr;  ///< as many indices as there are stacks of all classes
  };

  /// Makes a fiber that runs `body(argument)`, soon and on this thread. `name` is a literal, or
  /// text that lives as long as the program.
  /// @returns Failure::exhausted when its class has neither a stack nor room to wait for one.
  Result<Fiber*> spawn(std::uint16_t stack_class, const char* name, std::uint32_t number,
                       void (*body)(void*), void* argument) noexcept {
    LOOM_ASSERT(stack_class < storage_.class_count, "a stack class of this reactor");
    StackPool& pool = storage_.pools[stack_class];
    FiberQueue& queue = storage_.awaiting[stack_class];
    const bool may_exist = !stopping_ && free_ != nullptr;
    const bool has_stack = may_exist && queue.empty() && pool.reserve();
    if (!may_exist || (!has_stack && queue.size() == pool.shape().waiting)) {
      if (may_exist) pool.note_refused();
      core_->stats().add(Stat::stacks_exhausted);
      return Failure::exhausted;
    }
    Fiber& fiber = *std::exchange(free_, free_->next);
    fiber.next = nullptr;
    fiber.stack_class = stack_class;
    fiber.name = name;
    fiber.number = number;
    fiber.body = body;
    fiber.argument = argument;
    fiber.has_stack = fiber.unwinding = fiber.cancelled = fiber.shielded = false;
    fiber.of_connection = false;
    fiber.exceptions.reset();
    fiber.timer.tag = Tag(fiber.index, common_operation::fiber_timeout, fiber.generation);
    fiber.home.tag = fiber.operation.tag =
        Tag(fiber.index, common_operation::fiber, fiber.generation);
    core_->stats().add(Stat::fibers_live);
    if (has_stack) {
      fiber.state = FiberState::ready;
      ready_.push(fiber);
    } else {
      fiber.state = FiberState::awaiting_stack;
      queue.push(fiber);
      core_->stats().add(Stat::stacks_awaited);
    }
    return &fiber;
  }

  /// Makes a fiber that runs `callable()`. Its captures are kept in the record: at most
  /// fiber_capture_bytes, trivially copyable. @returns as the other spawn.
  template <class Callable>
  Result<Fiber*> spawn(std::uint16_t stack_class, const char* name, Callable callable) noexcept {
    static_assert(sizeof(Callable) <= fiber_capture_bytes,
                  "A spawned fiber captures at most 64 bytes; capture a pointer to more.");
    static_assert(std::is_trivially_copyable_v<Callable>,
                  "A spawned fiber captures pointers, references and numbers, no owners.");
    Result<Fiber*> fiber = spawn(
        stack_class, name, 0,
        [](void* record) {
          auto copy =
              *std::launder(reinterpret_cast<Callable*>(static_cast<Fiber*>(record)->capture));
          copy();
        },
        nullptr);
    if (!fiber) return fiber;
    (*fiber)->argument = *fiber;
    new ((*fiber)->capture) Callable(callable);
    return fiber;
  }

  /// The core of the reactor that these fibers belong to.
  [[nodiscard]] ReactorCore& core() const noexcept { return *core_; }
  /// Stacks of one class: how many are used, and the most that ever were.
  [[nodiscard]] const StackPool& stacks(std::uint16_t stack_class) const noexcept {
    LOOM_ASSERT(stack_class < storage_.class_count, "a stack class of this reactor");
    return storage_.pools[stack_class];
  }
  [[nodiscard]] std::uint32_t class_count() const noexcept { return storage_.class_count; }
  /// The record with this index.
  [[nodiscard]] Fiber& at(std::uint32_t index) noexcept {
    LOOM_ASSERT(index < storage_.fiber_count, "a fiber's tag names its record");
    return storage_.fibers[index];
  }
  [[nodiscard]] std::uint32_t fiber_count() const noexcept { return storage_.fiber_count; }

 protected:
  FiberRecords() noexcept = default;

  /// Reserves all stacks.
  StartError open_records(ReactorCore& core, const Storage& storage,
                          FiberScheduler& scheduler) noexcept {
    core_ = &core;
    storage_ = storage;
    std::uint32_t* free = storage.free_stacks;
    for (std::uint32_t index = 0; index < storage.class_count; ++index) {
      StartError error = storage.pools[index].open(storage.classes[index], free);
      if (error) return error;
      free += storage.classes[index].count;
    }
    for (std::uint32_t index = storage.fiber_count; index-- > 0;) {
      Fiber& fiber = storage.fibers[index];
      fiber.index = index;
      fiber.scheduler = &scheduler;
      fiber.next = free_;
      free_ = &fiber;
    }
    return {};
  }

  /// Takes back the record of a fiber that is over or never ran.
  void forget(Fiber& fiber) noexcept {
    fiber.state = FiberState::vacant;
    fiber.wish = FiberWish::nothing;
    fiber.generation += 1;
    fiber.next = free_;
    free_ = &fiber;
    core_->stats().subtract(Stat::fibers_live);
  }

  /// A stack of this class was returned: whoever waits longest for one has it now.
  void promise_to_next(std::uint16_t stack_class) noexcept {
    Fiber* next = storage_.awaiting[stack_class].pop();
    if (next == nullptr) return;
    const bool reserved = storage_.pools[stack_class].reserve();
    LOOM_ASSERT(reserved, "a returned stack can be promised");
    static_cast<void>(reserved);
    next->state = FiberState::ready;
    ready_.push(*next);
  }

  ReactorCore* core_ = nullptr;
  Storage storage_;
  FiberQueue ready_;
  bool stopping_ = false;

 private:
  Fiber* free_ = nullptr;
};

}  // namespace loom

// Who runs: spawns fibers, binds a stack when one first runs, switches to it and back, and takes
// its record back when it is over. It knows neither descriptors nor backends; what a fiber wants
// of the kernel is a wish in its record, which the loop reads after the switch back.
//
// Everything here belongs to the reactor's thread. A fiber never runs on another.
#pragma once

#include <pthread.h>

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

/// The fibers of one reactor.
class FiberScheduler {
 public:
  /// Those of the reactor that runs on this thread; a fiber never leaves it.
  static inline thread_local FiberScheduler* of_this_thread = nullptr;

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

  /// Reserves all stacks; on the reactor's thread.
  StartError open(ReactorCore& core, const Storage& storage) noexcept {
    core_ = &core;
    core.fibers_ = this;
    of_this_thread = this;
    storage_ = storage;
    thread_ = pthread_self();
    std::uint32_t* free = storage.free_stacks;
    for (std::uint32_t index = 0; index < storage.class_count; ++index) {
      StartError error = storage.pools[index].open(storage.classes[index], free);
      if (error) return error;
      free += storage.classes[index].count;
    }
    for (std::uint32_t index = storage.fiber_count; index-- > 0;) {
      Fiber& fiber = storage.fibers[index];
      fiber.index = index;
      fiber.scheduler = this;
      fiber.next = free_;
      free_ = &fiber;
    }
    return {};
  }

  /// Makes a fiber that runs `body(argument)`, soon and on this thread. `name` must live on.
  /// @returns Failure::exhausted when its class has neither a stack nor room to wait for one.
  Result<Fiber*> spawn(std::uint16_t stack_class, const char* name, std::uint32_t number,
                       void (*body)(void*), void* argument) noexcept {
    LOOM_ASSERT(stack_class < storage_.class_count, "a stack class of this reactor");
    StackPool& pool = storage_.pools[stack_class];
    FiberQueue& queue = storage_.awaiting[stack_class];
    const bool has_stack = queue.empty() && pool.reserve();
    if (stopping_ || free_ == nullptr || (!has_stack && queue.size() == pool.shape().waiting)) {
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
    fiber.has_stack = fiber.unwinding = fiber.cancelled = false;
    fiber.exceptions.reset();
    fiber.timer.tag = Tag(fiber.index, common_operation::fiber_timeout, fiber.generation);
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

  /// The fiber that runs now; nullptr in the loop and in hooks of callback style.
  [[nodiscard]] Fiber* current() const noexcept { return current_; }

  /// In a fiber: gives the loop its turn until make_ready(), the deadline or a cancellation.
  /// @throws FiberUnwind when the reactor stops.
  FiberWake suspend(FiberWaitList* list, std::uint64_t deadline_nanoseconds) {
    LOOM_ASSERT(current_ != nullptr, "only a fiber can wait");
    Fiber& fiber = *current_;
    if (fiber.unwinding) throw FiberUnwind();
    if (fiber.cancelled) return FiberWake::cancelled;
    fiber.wish = FiberWish::nothing;
    if (deadline_nanoseconds != no_deadline) {
      core_->wheel().arm(fiber.timer, deadline_nanoseconds);
    }
    if (list != nullptr) list->append(fiber);
    leave(fiber);
    if (fiber.unwinding) throw FiberUnwind();
    return fiber.wake;
  }

  /// Lets a waiting fiber run again, soon; the first reason counts.
  void make_ready(Fiber& fiber, FiberWake why) noexcept {
    LOOM_ASSERT(&fiber != current_, "a fiber cannot resume itself");
    LOOM_ASSERT(pthread_equal(pthread_self(), thread_) != 0, "a fiber never leaves its reactor");
    if (fiber.state != FiberState::waiting) return;
    stop_waiting(fiber, why);
    ready_.push(fiber);
  }

  /// In a fiber: lets the other ready fibers run first.
  void yield() {
    LOOM_ASSERT(current_ != nullptr, "only a fiber can yield");
    Fiber& fiber = *current_;
    if (fiber.unwinding) throw FiberUnwind();
    yielded_ = true;
    fiber.wish = FiberWish::nothing;
    leave(fiber);
    if (fiber.unwinding) throw FiberUnwind();
  }

  /// The core of the reactor that these fibers belong to.
  [[nodiscard]] ReactorCore& core() const noexcept { return *core_; }
  /// Fibers that wait for the loop to run them.
  [[nodiscard]] bool has_ready() const noexcept { return !ready_.empty(); }
  [[nodiscard]] std::uint32_t ready_count() const noexcept { return ready_.size(); }
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

  // From here on: for the loop.

  /// Takes the fiber that is ready longest, or nullptr.
  Fiber* take_ready() noexcept { return ready_.pop(); }

  /// A waiting fiber runs now, without the queue: enter() follows.
  void stop_waiting(Fiber& fiber, FiberWake why) noexcept {
    LOOM_ASSERT(fiber.state == FiberState::waiting, "only a waiting fiber is woken");
    if (fiber.waits_in != nullptr) fiber.waits_in->remove(fiber);
    core_->wheel().disarm(fiber.timer);
    fiber.state = FiberState::ready;
    fiber.wake = why;
  }

  /// Runs a ready fiber until it leaves. True when its body is over and the record was taken back.
  bool enter(Fiber& fiber) noexcept {
    LOOM_ASSERT(current_ == nullptr, "the loop runs one fiber at a time");
    LOOM_ASSERT(fiber.state == FiberState::ready, "only a ready fiber runs");
    LOOM_ASSERT(pthread_equal(pthread_self(), thread_) != 0, "a fiber never leaves its reactor");
    if (!fiber.has_stack) bind(fiber);
    fiber.state = FiberState::running;
    current_ = &fiber;
    fiber.exceptions.exchange();
    fiber.sanitized.before_enter();
    fiber.context.enter();
    const bool finished = fiber.wish == FiberWish::finish;
    fiber.sanitized.after_enter(finished);
    fiber.exceptions.exchange();
    current_ = nullptr;
    if (finished) {
      retire(fiber);
      return true;
    }
    if (std::exchange(yielded_, false)) {
      fiber.state = FiberState::ready;
      ready_.push(fiber);
    }
    return false;
  }

  /// Every wait throws FiberUnwind from now on, and nothing is spawned any more.
  void unwind_all() noexcept {
    stopping_ = true;
    for (std::uint32_t index = 0; index < storage_.fiber_count; ++index) {
      Fiber& fiber = storage_.fibers[index];
      if (fiber.state == FiberState::vacant) continue;
      fiber.unwinding = true;
      if (fiber.state == FiberState::waiting) make_ready(fiber, FiberWake::cancelled);
    }
    for (std::uint32_t index = 0; index < storage_.class_count; ++index) {
      while (Fiber* fiber = storage_.awaiting[index].pop()) forget(*fiber);
    }
  }

 private:
  /// Gives a fiber its stack and makes its body the first thing there.
  void bind(Fiber& fiber) noexcept {
    fiber.stack = storage_.pools[fiber.stack_class].take();
    fiber.has_stack = true;
    fiber.sanitized.begin(fiber.stack.bottom, fiber.stack.bytes);
    fiber.context.prepare(fiber.stack.top(), fiber.stack.bytes, &run_body, &fiber);
    core_->stats().add(Stat::fibers_started);
  }

  /// The first and last function on every fiber's stack. Whatever escapes the body ends here.
  static void run_body(void* record) noexcept {
    Fiber& fiber = *static_cast<Fiber*>(record);
    fiber.sanitized.entered();
    try {
      if (!fiber.unwinding) fiber.body(fiber.argument);
    } catch (const FiberUnwind&) {
      // The reactor stops; the destructors have run.
    } catch (...) {
      fiber.scheduler->core_->log("loom: a fiber threw; it is over");
    }
    fiber.wish = FiberWish::finish;
    fiber.scheduler->leave(fiber);
    __builtin_unreachable();
  }

  void leave(Fiber& fiber) noexcept {
    if (fiber.wish != FiberWish::finish) fiber.state = FiberState::waiting;
    fiber.sanitized.before_leave(fiber.wish == FiberWish::finish);
    fiber.context.leave();
    fiber.sanitized.entered();
  }

  /// Takes back the stack and the record of a fiber that ended; the next in its class's queue has
  /// a stack now.
  void retire(Fiber& fiber) noexcept {
    StackPool& pool = storage_.pools[fiber.stack_class];
    pool.give_back(fiber.stack);
    forget(fiber);
    Fiber* next = storage_.awaiting[fiber.stack_class].pop();
    if (next == nullptr) return;
    const bool reserved = pool.reserve();
    LOOM_ASSERT(reserved, "a returned stack can be promised");
    static_cast<void>(reserved);
    next->state = FiberState::ready;
    ready_.push(*next);
  }

  void forget(Fiber& fiber) noexcept {
    fiber.state = FiberState::vacant;
    fiber.wish = FiberWish::nothing;
    fiber.generation += 1;
    fiber.next = free_;
    free_ = &fiber;
    core_->stats().subtract(Stat::fibers_live);
  }

  ReactorCore* core_ = nullptr;
  Storage storage_;
  Fiber* free_ = nullptr;
  Fiber* current_ = nullptr;
  FiberQueue ready_;
  pthread_t thread_{};
  bool yielded_ = false;
  bool stopping_ = false;
};

}  // namespace loom

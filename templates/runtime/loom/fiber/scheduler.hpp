// Who runs: binds a stack when a fiber first runs, switches to it and back, and takes its record
// back when it is over. It knows neither descriptors nor backends; what a fiber wants of the kernel
// is a wish in its record, which the loop reads after the switch back.
//
// Everything here belongs to the reactor's thread. A fiber never runs on another.
#pragma once

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <utility>

#include "../thrown.hpp"
#include "group.hpp"
#include "records.hpp"

namespace loom {

/// The fibers of one reactor.
class FiberScheduler : public FiberRecords {
 public:
  /// Those of the reactor that runs on this thread; a fiber never leaves it. Of several that one
  /// thread turns it is the one whose turn it is.
  static inline thread_local FiberScheduler* of_this_thread = nullptr;

  FiberScheduler() noexcept = default;
  FiberScheduler(const FiberScheduler&) = delete;
  FiberScheduler& operator=(const FiberScheduler&) = delete;
  ~FiberScheduler() {
    if (of_this_thread == this) of_this_thread = nullptr;
  }

  /// Reserves all stacks; on the reactor's thread.
  StartError open(ReactorCore& core, const Storage& storage) noexcept {
    core.fibers_ = this;
    of_this_thread = this;
    thread_ = pthread_self();
    return open_records(core, storage, *this);
  }

  /// The fiber that runs now; nullptr in the loop and in hooks of callback style.
  [[nodiscard]] Fiber* current() const noexcept { return current_; }

  /// In a fiber: gives the loop its turn until make_ready(), the deadline or a cancellation.
  /// @throws FiberUnwind when the reactor stops.
  FiberWake suspend(FiberWaitList* list, std::uint64_t deadline_nanoseconds) {
    LOOM_ASSERT(current_ != nullptr, "only a fiber can wait");
    Fiber& fiber = *current_;
    if (refuses_to_wait(fiber)) return FiberWake::cancelled;
    const FiberWake why = park(FiberWish::nothing, list, deadline_nanoseconds);
    return refuses_to_go_on(fiber) ? FiberWake::cancelled : why;
  }

  /// What tools are made of: as suspend(), but it waits whatever happened to the fiber, and when
  /// the reactor stops it returns `cancelled`, so that the tool can put its own affairs in order
  /// before it asks refuses_to_go_on().
  FiberWake park(FiberWish wish, FiberWaitList* list, std::uint64_t deadline_nanoseconds) noexcept {
    LOOM_ASSERT(current_ != nullptr, "only a fiber can wait");
    Fiber& fiber = *current_;
    fiber.wish = wish;
    if (deadline_nanoseconds != no_deadline) {
      core_->wheel().arm(fiber.timer, deadline_nanoseconds);
    }
    if (list != nullptr) list->append(fiber);
    leave(fiber);
    return fiber.wake;
  }

  /// Before a wait: whether it fails with Failure::cancelled at once.
  /// @throws FiberUnwind when the reactor stops.
  [[nodiscard]] bool refuses_to_wait(const Fiber& fiber) const {
    return refuses_to_go_on(fiber) || fiber.cancelled;
  }

  /// After a wait. @throws FiberUnwind when the reactor stops. In a destructor that an exception
  /// runs, where a second one would end the process, it returns true instead.
  [[nodiscard]] bool refuses_to_go_on(const Fiber& fiber) const {
    if (!fiber.unwinding) return false;
    if (std::uncaught_exceptions() == 0) throw FiberUnwind();
    return true;
  }

  /// Lets a waiting fiber run again, soon; the first reason counts.
  void make_ready(Fiber& fiber, FiberWake why) noexcept {
    LOOM_ASSERT(&fiber != current_, "a fiber cannot resume itself");
    LOOM_ASSERT(pthread_equal(pthread_self(), thread_) != 0, "a fiber never leaves its reactor");
    if (fiber.state != FiberState::waiting) return;
    stop_waiting(fiber, why);
    ready_.push(fiber);
  }

  /// What a fiber expected came home; it may be ready for another reason already.
  void complete(Fiber& fiber, std::int32_t result) noexcept {
    LOOM_ASSERT(fiber.expects_completion, "a completion comes to a fiber that expects one");
    fiber.expects_completion = false;
    fiber.result = result;
    make_ready(fiber, FiberWake::event);
  }

  /// In a fiber: waits for what it expects, whatever happens meanwhile.
  void await_completion() noexcept {
    while (current_->expects_completion) park(FiberWish::nothing, nullptr, no_deadline);
  }

  /// In a fiber whose `home` another thread has at this moment: waits for it. It counts as a job,
  /// so that the reactor does not end before it has come.
  void await_homecoming() noexcept {
    Fiber& fiber = *current_;
    fiber.home.is_job = true;
    core_->jobs_out_ += 1;
    core_->in_flight_ += 1;
    await_completion();
    fiber.home.is_job = false;
  }

  /// Every wait of the fiber, and of the children of its scopes, fails with Failure::cancelled from
  /// now on. The depth of this recursion is the nesting of scopes, which records bound.
  // NOLINTNEXTLINE(misc-no-recursion)
  void cancel(Fiber& fiber) noexcept {
    if (fiber.cancelled) return;
    fiber.cancelled = true;
    for (FiberGroup* group = fiber.scopes; group != nullptr; group = group->outer) cancel(*group);
    if (fiber.state == FiberState::awaiting_stack) {
      storage_.awaiting[fiber.stack_class].remove(fiber);
      return end(fiber);
    }
    if (!fiber.shielded && &fiber != current_) make_ready(fiber, FiberWake::cancelled);
  }

  /// Cancels all children.
  // NOLINTNEXTLINE(misc-no-recursion)
  void cancel(FiberGroup& group) noexcept {
    group.cancelled = true;
    Fiber* next = nullptr;
    for (Fiber* child = group.front(); child != nullptr; child = next) {
      next = child->group_next;
      cancel(*child);
    }
  }

  /// A deadline of a scope that `owner` opened has passed.
  void expire_scopes(Fiber& owner) noexcept {
    for (FiberGroup* group = owner.scopes; group != nullptr; group = group->outer) {
      if (!group->has_deadline || group->deadline.armed() || group->cancelled) continue;
      group->timed_out = true;
      cancel(*group);
    }
  }

  /// In a fiber: lets the other ready fibers run first.
  void yield() {
    LOOM_ASSERT(current_ != nullptr, "only a fiber can yield");
    Fiber& fiber = *current_;
    if (refuses_to_go_on(fiber)) return;
    yielded_ = true;
    fiber.wish = FiberWish::nothing;
    leave(fiber);
    static_cast<void>(refuses_to_go_on(fiber));
  }

  /// Fibers that wait for the loop to run them.
  [[nodiscard]] bool has_ready() const noexcept { return !ready_.empty(); }
  [[nodiscard]] std::uint32_t ready_count() const noexcept { return ready_.size(); }

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
      if (fiber.state == FiberState::vacant || fiber.unwinding) continue;
      fiber.unwinding = true;
      if (fiber.state == FiberState::waiting) make_ready(fiber, FiberWake::cancelled);
    }
    for (std::uint32_t index = 0; index < storage_.class_count; ++index) {
      while (Fiber* fiber = storage_.awaiting[index].pop()) end(*fiber);
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

  /// The first and last function on every fiber's stack. Whatever escapes the body ends here, or in
  /// the scope that the fiber is a child of. A child that was cancelled before does not begin.
  static void run_body(void* record) noexcept {
    Fiber& fiber = *static_cast<Fiber*>(record);
    fiber.sanitized.entered();
    try {
      if (!fiber.unwinding && !fiber.cancelled) fiber.body(fiber.argument);
    } catch (const FiberUnwind&) {
      // The reactor stops; the destructors have run.
    } catch (...) {
      fiber.scheduler->escaped(fiber);
    }
    fiber.locals.clear();
    fiber.wish = FiberWish::finish;
    fiber.scheduler->leave(fiber);
    __builtin_unreachable();
  }

  /// In a handler: an exception left a fiber's body.
  void escaped(Fiber& fiber) noexcept {
    if (fiber.group == nullptr) {
      return report_thrown(*core_, {"the fiber ", fiber.name}, "it is over");
    }
    if (!fiber.group->thrown) fiber.group->thrown = std::current_exception();
    cancel(*fiber.group);
  }

  void leave(Fiber& fiber) noexcept {
    if (fiber.wish != FiberWish::finish) fiber.state = FiberState::waiting;
    fiber.sanitized.before_leave(fiber.wish == FiberWish::finish);
    fiber.context.leave();
    fiber.sanitized.entered();
  }

  /// Takes back the stack and the record of a fiber that ended.
  void retire(Fiber& fiber) noexcept {
    LOOM_ASSERT(!fiber.expects_completion, "a fiber ends when what it expects has come");
    storage_.pools[fiber.stack_class].give_back(fiber.stack);
    const std::uint16_t stack_class = fiber.stack_class;
    end(fiber);
    promise_to_next(stack_class);
  }

  /// A fiber is over; the last child of a scope wakes who waits for it.
  void end(Fiber& fiber) noexcept {
    FiberGroup* group = fiber.group;
    if (group != nullptr) group->remove(fiber);
    forget(fiber);
    if (group != nullptr && group->joining && group->size() == 0) {
      make_ready(*group->owner, FiberWake::event);
    }
  }

  Fiber* current_ = nullptr;
  pthread_t thread_{};
  bool yielded_ = false;
};

}  // namespace loom

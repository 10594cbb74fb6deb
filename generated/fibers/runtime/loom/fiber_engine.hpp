// Fibers in the loop: their memory, their completions, and the running of those that are ready.
// After each switch back the loop reads the fiber's wish and does what follows from it, so that
// code on a fiber's stack never calls a backend.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "fiber/overflow.hpp"
#include "fiber/scheduler.hpp"
#include "fiber/stack_report.hpp"
#include "reactor_base.hpp"
#include "watched.hpp"

namespace loom {

/// The records, queues and pools for the fibers of `Fibers` (emitted in the reactor's Shape);
/// nothing for a reactor without any.
template <class Fibers, bool any = (Fibers::count != 0)>
struct FiberStorage {
  static constexpr std::uint32_t class_count =
      static_cast<std::uint32_t>(sizeof(Fibers::stacks) / sizeof(StackClass));
  static constexpr std::uint32_t stack_count = [] {
    std::uint32_t sum = 0;
    for (const StackClass& each : Fibers::stacks) sum += each.count;
    return sum;
  }();

  /// Reserves the stacks; on the thread that will run the fibers.
  StartError open(ReactorCore& core) noexcept {
    StartError error = scheduler.open(
        core, {fibers, Fibers::count, Fibers::stacks, pools, awaiting, class_count, free_stacks});
    if (!error) overflow.open(core, scheduler);
    return error;
  }

  Fiber fibers[Fibers::count];
  StackPool pools[class_count];
  FiberQueue awaiting[class_count];
  std::uint32_t free_stacks[stack_count];
  FiberScheduler scheduler;
  OverflowReport overflow;
};

template <class Fibers>
struct FiberStorage<Fibers, false> {};

/// Adds fibers to ReactorBase.
template <class Derived, class Backend>
class FiberEngine : public ReactorBase<Derived, Backend> {
  using Base = ReactorBase<Derived, Backend>;

 public:
  using typename Base::Shape;
  static constexpr bool has_fibers = Shape::Fibers::count != 0;
  static_assert(!has_fibers || std::string_view(FiberContext::name) != "none",
                "A program with fibers is compiled with LOOM_CONTEXT_FCONTEXT, _UCONTEXT or "
                "_ASSEMBLY: loom_use_fibers() in loom.cmake.");

  /// For the emitted code: reserves the stacks; before any fd starts.
  StartError open_fibers() noexcept {
    if constexpr (has_fibers) return storage_.open(core_);
    return {};
  }

  /// The thread turns this reactor now, whichever it turned before.
  void enter_fibers() noexcept {
    if constexpr (has_fibers) FiberScheduler::of_this_thread = &storage_.scheduler;
  }

  /// Runs up to `bound` fibers that are ready; those they make ready wait for their turn.
  /// @returns how many ran.
  std::uint32_t run_ready_fibers([[maybe_unused]] std::uint32_t bound) noexcept {
    std::uint32_t count = 0;
    if constexpr (has_fibers) {
      FiberScheduler& scheduler = storage_.scheduler;
      const std::uint32_t ready = scheduler.ready_count();
      for (; count < ready && count < bound; ++count) run_fiber(*scheduler.take_ready());
    }
    return count;
  }

  /// What a fiber expected of the kernel, a pool or another thread.
  void fiber_completed(const Completion& completion) noexcept {
    if constexpr (has_fibers) {
      Fiber* fiber = fiber_of(completion);
      if (fiber == nullptr) return;
      std::int32_t result = completion.result;
      if (fiber->operation.in_flight) {
        this->finish(fiber->operation);
        result = result_of(fiber->operation, result);
      }
      storage_.scheduler.complete(*fiber, result);
    }
  }

  /// The deadline of a scope has passed.
  void fiber_scope_expired(const Completion& completion) noexcept {
    if constexpr (has_fibers) {
      Fiber* fiber = fiber_of(completion);
      if (fiber != nullptr) storage_.scheduler.expire_scopes(*fiber);
    }
  }

  /// The time limit of a fiber's wait has passed.
  void fiber_timed_out(const Completion& completion) noexcept {
    if constexpr (has_fibers) {
      Fiber* fiber = fiber_of(completion);
      if (fiber != nullptr) storage_.scheduler.make_ready(*fiber, FiberWake::timed_out);
    }
  }

  /// Whether fibers wait to be run.
  [[nodiscard]] bool has_ready_fibers() const noexcept {
    if constexpr (has_fibers) return storage_.scheduler.has_ready();
    return false;
  }

 protected:
  using Base::backend_;
  using Base::core_;

  /// Switches to a ready fiber and does what it wishes when it leaves.
  void run_fiber(Fiber& fiber) noexcept {
    {
      const std::uint32_t none = FiberLabel::no_connection;
      const Watched<Shape> watched(
          core_, FiberLabel{fiber.name, fiber.of_connection ? fiber.number : none});
      storage_.scheduler.enter(fiber);
    }
    const FiberWish wish = std::exchange(fiber.wish, FiberWish::nothing);
    if (wish == FiberWish::request) this->start(fiber.operation);
    if (wish == FiberWish::cancel_request) cancel_request(backend_, fiber.operation);
  }

  /// Runs a fiber that waits, at once and not in its turn: its data are here and will not stay.
  void run_waiting_fiber(Fiber& fiber) noexcept {
    storage_.scheduler.stop_waiting(fiber, FiberWake::event);
    run_fiber(fiber);
  }

  /// The reactor stops: every wait of every fiber ends by FiberUnwind.
  void unwind_fibers() noexcept {
    if constexpr (has_fibers) storage_.scheduler.unwind_all();
  }

  /// The loop is over and what was elsewhere has come home: fibers that waited for it are unwound,
  /// and those that wait for them. Bound: a fiber that is unwound is made ready a few times.
  void run_last_fibers() noexcept {
    if constexpr (has_fibers) {
      unwind_fibers();
      for (std::uint32_t n = 0; n < Shape::Fibers::count * last_runs && has_ready_fibers(); ++n) {
        run_fiber(*storage_.scheduler.take_ready());
      }
    }
  }

  /// Fibers between their start and their end.
  [[nodiscard]] bool has_live_fibers() const noexcept {
    if constexpr (has_fibers) return core_.stats_->get(Stat::fibers_live) != 0;
    return false;
  }

  /// The loop is over: what its stacks were used for.
  void report_stack_use([[maybe_unused]] ReactorRun& run) noexcept {
    if constexpr (has_fibers) report_stacks(storage_.scheduler, Shape::name, run);
  }

 private:
  static constexpr std::uint32_t last_runs = 8;

  /// Whose completion it is; nullptr when that fiber is over.
  Fiber* fiber_of(const Completion& completion) noexcept {
    Fiber& fiber = storage_.scheduler.at(completion.tag.slot());
    if (fiber.generation == completion.tag.generation()) return &fiber;
    core_.stats().add(Stat::stale_completions);
    return nullptr;
  }

  FiberStorage<typename Shape::Fibers> storage_;
};

}  // namespace loom

// The loop. A turn takes mail, prepares operations, submits them together with taking events, and
// dispatches a bounded batch of completions; when nothing happens it spins for its budget,
// announces that it sleeps, looks once more, and waits for completions and mail at once.
//
// The emitted reactor derives from Reactor (CRTP) and offers: dispatch(completion), each_stream,
// each_timer, each_channel (visitors), and command_for(record). All of them are inlined into the
// loop.
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

#include "run.hpp"
#include "stream_start.hpp"
#include "timer.hpp"

namespace loom {

/// From stop() to the forced end: connections may send what they queued for this long.
inline constexpr std::uint64_t stop_drain_nanoseconds = 100 * nanoseconds_per_millisecond;
/// From stop() to giving up on operations in flight; the kernel cancels those with the ring.
inline constexpr std::uint64_t stop_limit_nanoseconds = 190 * nanoseconds_per_millisecond;
/// The longest wait without a deadline; a wake-up ends it at once.
inline constexpr std::uint64_t longest_wait_nanoseconds = 10 * nanoseconds_per_second;

/// `Derived` is the emitted reactor, `Shape` its constants.
template <class Derived, class Backend, class Shape>
class Reactor : public StreamStart<Derived, Backend> {
  using Base = StreamStart<Derived, Backend>;

 public:
  /// Runs until somebody calls stop(). On the thread that called open().
  void run(ReactorRun& reactor_run) noexcept {
    std::uint64_t last_event = core_.now_nanoseconds();
    while (!done_) {
      // Partner: RunningProgram::request_stop. Relaxed: the flag carries no other data.
      const bool stop = reactor_run.stop_requested->load(std::memory_order_relaxed);
      if (stop && !stopping_) begin_stop();
      const std::uint32_t mail = take_inbox();
      retry_deliveries();
      settle_all();
      const std::uint64_t wait = wait_nanoseconds(reactor_run, last_event, mail);
      // What the steps above delivered must not lie there while this thread sleeps.
      if (wait != 0) wake_js(reactor_run);
      const std::uint32_t completions = turn_backend(wait);
      if (wait != 0) core_.control_->withdraw_sleep();
      settle_all();
      core_.stats().add(Stat::turns);
      const std::uint64_t now = completions == 0 ? clock_when_idle() : core_.batch_nanoseconds_;
      if (completions + mail != 0) last_event = now;
      if (now >= core_.next_deadline_) run_deadlines(now);
      wake_js(reactor_run);
      core_.stats().set(Stat::in_flight, core_.in_flight_);
      if (stopping_) continue_stop(now);
    }
    finish_run(reactor_run);
  }

  /// Opens the backend and binds the core to its shared block.
  StartError open(ReactorRun& reactor_run) noexcept {
    core_.attach(reactor_run.shared, reactor_run.request_stop, reactor_run.program, reactor_run.log,
                 reactor_run.context);
    core_.attach_delivery(Shape::delivery_offset, Shape::delivery_bytes);
    inbox_ = ByteRingConsumer(ring_header(core_.shared_, Shape::inbox_offset),
                              ring_data(core_.shared_, Shape::inbox_offset), Shape::inbox_bytes);
    core_.batch_nanoseconds_ = core_.now_nanoseconds();
    this->random_ ^= core_.batch_nanoseconds_;
    core_.stats().set(Stat::backend, Backend::stat_value);
    return backend_.open(core_, reactor_run.wake_fd);
  }

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  std::uint32_t take_inbox() noexcept {
    std::uint32_t count = 0;
    while (count < Shape::inbox_batch) {
      const auto record = inbox_.peek();
      if (!record.has_value() || !derived().command_for(*record)) break;
      inbox_.release();
      count += 1;
    }
    return count;
  }

  void settle_all() noexcept {
    if (!core_.dirty_) return;
    core_.dirty_ = false;
    derived().each_stream([this](auto& family) { this->settle_dirty(family); });
  }

  /// Tries again what found no room towards JavaScript; settling does it.
  void retry_deliveries() noexcept {
    if (!core_.stalled_) return;
    core_.stalled_ = false;
    derived().each_stream([](auto& family) {
      for (auto& slot : family.slots) {
        if (slot.retry) family.mark_dirty(slot);
      }
    });
    derived().each_timer([](auto& timer) {
      using Handler = typename std::remove_cvref_t<decltype(timer)>::Handler;
      if constexpr (DeliversTicks<Handler>) timer.handler->flush();
    });
  }

  /// How long this turn may wait; announces the sleep when it may.
  std::uint64_t wait_nanoseconds(ReactorRun& reactor_run, std::uint64_t last_event,
                                 std::uint32_t mail) noexcept {
    if constexpr (Shape::wait == WaitMode::spin) return 0;
    if (mail != 0 || core_.dirty_ || backend_.has_overflow() || stopping_) {
      return stopping_ && mail == 0 ? nanoseconds_per_millisecond : 0;
    }
    const std::uint64_t now = core_.now_nanoseconds();
    if constexpr (Shape::wait == WaitMode::spin_then_block) {
      if (now - last_event < Shape::spin_nanoseconds) return 0;
    }
    if (core_.next_deadline_ <= now) return 0;
    core_.control_->announce_sleep();
    // Looks at everything that another thread may have left, after the announcement.
    if (!inbox_.empty() || channels_wait() ||
        reactor_run.stop_requested->load(std::memory_order_seq_cst)) {
      core_.control_->withdraw_sleep();
      return 0;
    }
    core_.stats().add(Stat::sleeps);
    const std::uint64_t until = core_.next_deadline_ - now;
    return until < longest_wait_nanoseconds ? until : longest_wait_nanoseconds;
  }

  /// Publishes messages that wait for room in their channel; true when the room appeared only now,
  /// so that the loop must turn once more and wake JavaScript. What still finds no room, here or
  /// in the delivery ring, has announced that: JavaScript wakes the loop when it has made some.
  bool channels_wait() noexcept {
    bool again = false;
    derived().each_channel([&](auto& channel) {
      if (channel.flush_pending()) return;
      core_.control_->announce_stall();
      again = again || channel.flush_pending();
    });
    return again;
  }

  /// How many completions were dispatched. The backend's own wake-ups are none: after a turn of
  /// nothing else batch_nanoseconds_ is as old as the turn before.
  std::uint32_t turn_backend(std::uint64_t wait) noexcept {
    std::uint32_t count = 0;
    backend_.turn(wait, Shape::completion_batch, [&](const Completion& completion) {
      if (count == 0) core_.batch_nanoseconds_ = core_.now_nanoseconds();
      count += 1;
      core_.stats().add(Stat::completions);
      derived().dispatch(completion);
    });
    return count;
  }

  std::uint64_t clock_when_idle() noexcept {
    core_.batch_nanoseconds_ = core_.now_nanoseconds();
    return core_.batch_nanoseconds_;
  }

  void run_deadlines(std::uint64_t now) noexcept {
    core_.next_deadline_ = no_deadline;
    if (!stopping_) derived().each_timer([now](auto& timer) { timer.run(now); });
    derived().each_stream([&](auto& family) {
      if (family.shape.is_server()) {
        this->arm_accept(family);
        return;
      }
      for (auto& slot : family.slots) run_slot_deadline(family, slot, now);
      this->settle_dirty(family);
    });
  }

  template <class Family, class Slot>
  void run_slot_deadline(Family& family, Slot& slot, std::uint64_t now) noexcept {
    if (slot.deadline == no_deadline) return;
    if (now < slot.deadline) return core_.want_deadline(slot.deadline);
    slot.deadline = no_deadline;
    if (slot.state == SlotState::vacant && !stopping_) {
      this->open_client(family, slot);
    } else if (slot.state == SlotState::connecting) {
      slot.failure = {CloseKind::timed_out, ETIMEDOUT};
      family.mark_dirty(slot);
    }
  }

  /// At most one wake-up a turn, and only when JavaScript sleeps.
  void wake_js(ReactorRun& reactor_run) noexcept {
    bool published = core_.delivered_;
    core_.delivered_ = false;
    derived().each_channel([&](auto& channel) {
      channel.flush_pending();
      published = channel.take_published() || published;
    });
    if (!published || reactor_run.wake_js == nullptr) return;
    if (core_.control_->take_js_wake_up()) reactor_run.wake_js(reactor_run.context);
  }

  void begin_stop() noexcept {
    stopping_ = true;
    stop_nanoseconds_ = core_.now_nanoseconds();
    derived().each_stream([this](auto& family) {
      if (family.accept.in_flight) {
        family.accept_cancel.handle = family.listener;
        this->start(family.accept_cancel);
      }
      for (auto& slot : family.slots) {
        slot.deadline = no_deadline;
        if (slot.state == SlotState::connecting) slot.failure = {CloseKind::stopped, 0};
        if (slot.state == SlotState::open) slot.close_requested = true;
        family.mark_dirty(slot);
      }
    });
  }

  void continue_stop(std::uint64_t now) noexcept {
    const std::uint64_t elapsed = now - stop_nanoseconds_;
    bool idle = core_.in_flight_ == 0;
    derived().each_stream([&](auto& family) {
      for (auto& slot : family.slots) {
        if (slot.state == SlotState::open && elapsed > stop_drain_nanoseconds) {
          slot.failure = {CloseKind::stopped, 0};
          family.mark_dirty(slot);
        }
        idle = idle && slot.state == SlotState::vacant;
      }
    });
    done_ = idle || elapsed > stop_limit_nanoseconds;
  }

  void finish_run(ReactorRun& reactor_run) noexcept {
    this->remove_paths();
    derived().each_stream([this](auto& family) {
      if (family.listener >= 0 && !family.accept.in_flight) backend_.discard(family.listener);
    });
    core_.stats().set(Stat::in_flight, core_.in_flight_);
    core_.delivered_ = true;
    wake_js(reactor_run);
    backend_.close();
  }

  ByteRingConsumer inbox_;
  bool done_ = false;
  std::uint64_t stop_nanoseconds_ = 0;
};

}  // namespace loom

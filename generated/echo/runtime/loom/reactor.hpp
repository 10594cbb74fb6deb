// The loop: it performs the steps of a turn, which turn.hpp decides. A turn takes mail, prepares
// operations, submits them together with taking events, dispatches a bounded batch of completions
// and runs ready fibers; when nothing is left it spins for its budget, announces that it sleeps,
// looks once more, submits, and waits for completions and mail at once.
//
// The emitted reactor derives from Reactor (CRTP) and offers: dispatch(completion), each_stream,
// each_timer, each_channel (visitors), and command_for(record). All of them are inlined into the
// loop.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <type_traits>

#include "hosted.hpp"
#include "reactor_channels.hpp"
#include "run.hpp"
#include "take_mail.hpp"
#include "timer_family.hpp"
#include "turn.hpp"
#include "wait_limit.hpp"
#include "watched.hpp"

namespace loom {

/// `Derived` is the emitted reactor, `Shape` its constants.
template <class Derived, class Backend, class Shape>
class Reactor : public ReactorChannels<Derived, Backend, Shape> {
  using Base = ReactorChannels<Derived, Backend, Shape>;

 public:
  /// Runs until somebody calls stop(). On the thread that called open().
  void run(ReactorRun& reactor_run) noexcept {
    last_event_nanoseconds_ = core_.now_nanoseconds();
    while (turn(reactor_run)) {
    }
    finish_run(reactor_run);
  }

  /// One turn for a host that waits elsewhere; see HostedReactor. Over, it has ended like run().
  HostedState turn_for_host(ReactorRun& reactor_run) noexcept {
    withdraw_sleep();
    if constexpr (requires { backend_.hush(); }) backend_.hush();
    const TurnStep next = work(reactor_run);
    if (next == TurnStep::leave) {
      finish_run(reactor_run);
      return HostedState::over;
    }
    if (next != TurnStep::look) {
      return facts_.work_waits() ? HostedState::busy : HostedState::spins;
    }
    look_again(reactor_run);
    if (next_step(TurnStep::look, facts_) != TurnStep::wait) return HostedState::busy;
    if constexpr (requires { backend_.listen(); }) backend_.listen();
    wait(reactor_run, 0);
    // What it found meanwhile is in this process: poll_fd() tells no more of it.
    note_waiting();
    const bool waits = backend_.take_wake_up() || facts_.work_waits();
    return waits ? HostedState::busy : HostedState::idle;
  }

  /// For a host: readable when a turn would find something; a negative errno without descriptors.
  [[nodiscard]] int poll_fd() noexcept { return backend_.poll_fd(); }

  /// For a host, after a turn that was idle: the next is due then, in nanoseconds from now.
  [[nodiscard]] std::uint64_t wait_nanoseconds() noexcept {
    const std::uint64_t limit = wait_limit_.template next<Shape>(core_, stopping_);
    const std::uint64_t now = core_.now_nanoseconds();
    const std::uint64_t deadline = core_.wheel().next_deadline();
    const std::uint64_t remaining = deadline > now ? deadline - now : 0;
    return remaining < limit ? remaining : limit;
  }

  /// The end of what other threads leave; also for a reactor whose start failed.
  void end_inbox() noexcept { end_mail<Watched<Shape>>(core_, dispatcher()); }

  /// Opens the backend and binds the core to its shared block.
  StartError open(ReactorRun& reactor_run) noexcept {
    core_.attach(reactor_run.shared, reactor_run.request_stop, reactor_run.program, reactor_run.log,
                 reactor_run.context);
    core_.inbox_ = reactor_run.inbox;
    core_.inboxes_ = {reactor_run.inboxes, maximum_reactors};
    core_.blocking_ = reactor_run.blocking;
    this->open_requests();
    core_.activity_ = reactor_run.activity;
    core_.activity_names_ = reactor_run.activity_names;
    core_.attach_delivery(Shape::delivery_offset, Shape::delivery_bytes);
    this->open_commands();
    StartError error = core_.clock_.open(Shape::clock, Shape::name);
    if (error) return error;
    core_.batch_nanoseconds_ = core_.now_nanoseconds();
    core_.wheel().start(core_.batch_nanoseconds_);
    this->random_ ^= core_.batch_nanoseconds_;
    core_.stats().set(Stat::backend, Backend::stat_value);
    error = this->open_fibers();
    if (!error) error = backend_.open(core_, reactor_run.wake_fd);
    return error;
  }

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  /// One turn, and the sleep behind it; false: the loop is over. Written out, and asking only where
  /// the way branches: a loop around a switch took every message a tenth more instructions.
  bool turn(ReactorRun& reactor_run) noexcept {
    const TurnStep next = work(reactor_run);
    if (next != TurnStep::look) return next != TurnStep::leave;
    look_again(reactor_run);
    if (next_step(TurnStep::look, facts_) == TurnStep::wait) wait(reactor_run, UINT64_MAX);
    withdraw_sleep();
    return true;
  }

  /// A turn up to its end. @returns what follows it: begin, look, or leave.
  [[gnu::always_inline]] inline TurnStep work(ReactorRun& reactor_run) noexcept {
    begin_turn(reactor_run);
    do {
      take_mail();
      backend_.enter();
      dispatch_batch();
    } while (next_step(TurnStep::dispatch, facts_) == TurnStep::mail);
    run_fibers();
    end_turn(reactor_run);
    return next_step(TurnStep::end, facts_);
  }

  void begin_turn(ReactorRun& reactor_run) noexcept {
    facts_ = TurnFacts{};
    // Partner: RunningProgram::request_stop. Acquire: whatever used this reactor's descriptors
    // before it asked for the stop has done so when they are closed.
    const bool stop = reactor_run.stop_requested->load(std::memory_order_acquire);
    if (!stopping_ && (stop || this->leaves_group(reactor_run))) {
      this->begin_stop();
      this->stop_requests();
    }
  }

  void take_mail() noexcept {
    facts_.mail_taken += this->take_commands() + this->take_js_requests() + this->take_messages();
    if (core_.inbox_->has_any()) {
      facts_.mail_taken += loom::take_mail<Watched<Shape>>(core_, Shape::inbox_batch, dispatcher());
    }
    this->retry_deliveries();
    settle_all();
  }

  /// The switch, as what takes mail calls it.
  auto dispatcher() noexcept {
    return [this](const Completion& completion) { this->hand_over(completion); };
  }

  void hand_over(const Completion& completion) noexcept {
    const Watched<Shape> watched(core_, completion.tag.operation());
    derived().dispatch(completion);
  }

  void run_fibers() noexcept { facts_.fibers_run = derived().run_ready_fibers(Shape::fiber_batch); }

  void dispatch_batch() noexcept {
    std::uint32_t count = 0;
    const auto take = [&](const Completion& completion) {
      if (count == 0) core_.batch_nanoseconds_ = core_.now_nanoseconds();
      count += 1;
      core_.stats().add(Stat::completions);
      hand_over(completion);
    };
    backend_.dispatch(Shape::completion_batch, take);
    settle_all();
    // What that finished at once, such as an answer's send, needs no turn of its own.
    if (count < Shape::completion_batch) {
      backend_.complete_finished(Shape::completion_batch - count, take);
      settle_all();
    }
    if (count != 0) this->unblock_commands();
    facts_.completions += count;
    facts_.rounds += 1;
    facts_.woken = backend_.take_wake_up() || facts_.woken;
    note_waiting();
  }

  /// Timers, JavaScript and the counters, and what remains to be done.
  void end_turn(ReactorRun& reactor_run) noexcept {
    core_.stats().add(Stat::turns);
    // The backend's own wake-ups are no completions: after a turn of nothing else
    // batch_nanoseconds_ is as old as the turn before.
    if (facts_.completions == 0) core_.batch_nanoseconds_ = core_.now_nanoseconds();
    const std::uint64_t now = core_.batch_nanoseconds_;
    if (facts_.happened()) last_event_nanoseconds_ = now;
    expire_deadlines(now);
    this->wake_js(reactor_run);
    core_.stats().set(Stat::in_flight, core_.in_flight_);
    if (stopping_) {
      const bool js_is_served = this->end_js_requests(now);
      facts_.done = this->continue_stop(now) && js_is_served;
    }
    note_waiting();
    if constexpr (Shape::wait == WaitMode::spin) facts_.spinning = true;
    if constexpr (Shape::wait == WaitMode::spin_then_block) {
      facts_.spinning = !stopping_ && now - last_event_nanoseconds_ < Shape::spin_nanoseconds;
    }
    if (facts_.happened() && this->is_ending(reactor_run)) facts_.spinning = true;
  }

  void note_waiting() noexcept {
    facts_.mail_waits = this->commands_wait() || this->js_requests_wait() ||
                        this->messages_wait() || core_.inbox_->has_any();
    facts_.overflow_waits = backend_.has_overflow();
    facts_.completions_wait = backend_.completions_wait();
    facts_.fibers_ready = derived().has_ready_fibers();
    facts_.settling_waits = core_.dirty_;
  }

  /// Announces the sleep, and only then looks at everything that another thread may have left.
  void look_again(ReactorRun& reactor_run) noexcept {
    core_.control_->announce_sleep();
    core_.inbox_->doorbell().announce_sleep();
    note_waiting();
    facts_.settling_waits = facts_.settling_waits || this->channels_wait();
    facts_.stop_requested =
        !stopping_ && reactor_run.stop_requested->load(std::memory_order_seq_cst);
    look_nanoseconds_ = core_.now_nanoseconds();
    facts_.deadline_passed = core_.wheel().next_deadline() <= look_nanoseconds_;
  }

  /// Waits for `most` nanoseconds at most.
  void wait(ReactorRun& reactor_run, std::uint64_t most) noexcept {
    // What look_again() flushed must not lie there while this thread sleeps.
    this->wake_js(reactor_run);
    core_.stats().add(Stat::sleeps);
    const std::uint64_t limit = wait_limit_.template next<Shape>(core_, stopping_);
    const std::uint64_t remaining = core_.wheel().next_deadline() - look_nanoseconds_;
    backend_.wait(std::min({remaining, limit, most}));
  }

  void withdraw_sleep() noexcept {
    core_.control_->withdraw_sleep();
    core_.inbox_->doorbell().withdraw_sleep();
  }

  void settle_all() noexcept {
    if (!core_.dirty_) return;
    core_.dirty_ = false;
    derived().each_stream([this](auto& family) { this->settle_dirty(family); });
    this->settle_all_datagrams();
    this->settle_requests();
    // What was sent at once has no completion that would tell of the room.
    if (!core_.made_room_) return;
    core_.made_room_ = false;
    this->unblock_commands();
  }

  /// Dispatches what has expired, through the switch of the completions.
  void expire_deadlines(std::uint64_t now) noexcept {
    if (now < core_.wheel().next_deadline()) return;
    const std::uint32_t count =
        core_.wheel().expire(now, Shape::timer_batch, [this](const TimerEntry& entry) {
          core_.lateness_.record(core_.now_nanoseconds() - entry.due_nanoseconds);
          hand_over(Completion{.tag = entry.tag, .result = -ETIME});
        });
    core_.stats().add(Stat::timers_expired, count);
  }

  void finish_run(ReactorRun& reactor_run) noexcept {
    end_inbox();
    this->run_last_fibers();
    this->remove_paths();
    this->remove_datagram_paths();
    derived().each_stream([this](auto& family) {
      if (family.listener >= 0 && !family.accept.in_flight) backend_.discard(family.listener);
    });
    core_.stats().set(Stat::in_flight, core_.in_flight_);
    reactor_run.lateness = core_.timer_lateness();
    this->report_stack_use(reactor_run);
    core_.delivered_ = true;
    this->wake_js(reactor_run);
    backend_.close();
  }

  TurnFacts facts_;
  WaitLimit wait_limit_;
  std::uint64_t last_event_nanoseconds_ = 0;
  /// When the thread last looked before going to sleep; no deadline had passed then.
  std::uint64_t look_nanoseconds_ = 0;
};

}  // namespace loom

// What the loop does next: the decisions of a turn as a pure function, without a backend, a clock
// or a mailbox. The loop (reactor.hpp) performs the steps, notes what each saw, and asks where the
// way branches; a test asks everywhere.
//
//   begin ─ mail ─ submit ─ dispatch ─ fibers ─ end ─┬─ begin        something waits, or spinning
//            └──────────────────┘ mail or operations  └─ look ─ wait ─ withdraw ─ begin
//
// A turn that did something is followed by a wait all the same when nothing is left: the wait
// submits, and returns at once when there is a completion, so that a turn which only finds nothing
// would be one more for each message.
//
// Submitting has priority: while mail or operations wait, a dispatch is followed by another round
// of both, and since each round dispatches once, neither starves the other. The rounds of a turn
// have a bound, so that fibers, timers, JavaScript and a stop are never far away.
#pragma once

#include <cstdint>

namespace loom {

/// Rounds of mail, submit and dispatch in one turn, at most.
inline constexpr std::uint32_t rounds_per_turn = 4;

/// What the loop performs. Each step says what it must have noted in the facts when it is over.
enum class TurnStep : std::uint8_t {
  begin,     ///< clears the facts; looks whether somebody asked to stop
  mail,      ///< takes at most Shape::inbox_batch items: mail_taken
  submit,    ///< at most Shape::submit_batch operations, the overflow queue first, in one enter
  dispatch,  ///< at most Shape::completion_batch: completions, rounds, and what waits
  fibers,    ///< runs at most Shape::fiber_batch ready fibers: fibers_run
  end,       ///< timers, JavaScript, a stop's progress: what waits, spinning, done
  look,      ///< announces that the thread sleeps, then looks once more: what waits
  wait,      ///< submits, and waits for completions and mail, up to the next deadline
  withdraw,  ///< takes the announcement back
  leave,     ///< the loop is over
};

/// What one turn has seen so far.
struct TurnFacts {
  std::uint32_t mail_taken = 0;
  std::uint32_t completions = 0;
  std::uint32_t fibers_run = 0;
  std::uint32_t rounds = 0;       ///< dispatches of this turn
  bool woken = false;             ///< somebody left something, perhaps after the mail was taken
  bool mail_waits = false;        ///< items that could be taken at once
  bool overflow_waits = false;    ///< operations that found no room in a submission
  bool completions_wait = false;  ///< the bound of a batch left some behind
  bool fibers_ready = false;
  bool settling_waits = false;  ///< connections whose wishes nobody has looked at yet
  bool deadline_passed = false;
  bool stop_requested = false;  ///< and not begun yet
  bool spinning = false;        ///< the next turn follows at once, whatever waits
  bool done = false;            ///< stopped, and nothing is in flight

  /// Whether the turn did anything.
  [[nodiscard]] constexpr bool happened() const noexcept {
    return mail_taken != 0 || completions != 0 || fibers_run != 0 || woken;
  }
  /// Whether another submission must come before anything else.
  [[nodiscard]] constexpr bool submission_waits() const noexcept {
    return mail_waits || overflow_waits;
  }
  /// Whether there is anything that a sleeping thread would leave undone.
  [[nodiscard]] constexpr bool work_waits() const noexcept {
    return submission_waits() || completions_wait || fibers_ready || settling_waits ||
           deadline_passed || stop_requested;
  }
};

/// The step after `step`, of which `facts` were noted.
constexpr TurnStep next_step(TurnStep step, const TurnFacts& facts) noexcept {
  switch (step) {
    case TurnStep::begin: return TurnStep::mail;
    case TurnStep::mail: return TurnStep::submit;
    case TurnStep::submit: return TurnStep::dispatch;
    case TurnStep::dispatch:
      return facts.submission_waits() && facts.rounds < rounds_per_turn ? TurnStep::mail
                                                                        : TurnStep::fibers;
    case TurnStep::fibers: return TurnStep::end;
    case TurnStep::end:
      if (facts.done) return TurnStep::leave;
      // What a wake-up announced may be something that only the mail step looks at.
      return facts.work_waits() || facts.woken || facts.spinning ? TurnStep::begin : TurnStep::look;
    case TurnStep::look: return facts.work_waits() ? TurnStep::withdraw : TurnStep::wait;
    case TurnStep::wait: return TurnStep::withdraw;
    case TurnStep::withdraw: return TurnStep::begin;
    case TurnStep::leave: return TurnStep::leave;
  }
  return TurnStep::leave;
}

// The loop asks only where the way branches.
static_assert(next_step(TurnStep::begin, {}) == TurnStep::mail);
static_assert(next_step(TurnStep::mail, {}) == TurnStep::submit);
static_assert(next_step(TurnStep::submit, {}) == TurnStep::dispatch);
static_assert(next_step(TurnStep::fibers, {}) == TurnStep::end);
static_assert(next_step(TurnStep::wait, {}) == TurnStep::withdraw);
static_assert(next_step(TurnStep::withdraw, {}) == TurnStep::begin);

}  // namespace loom

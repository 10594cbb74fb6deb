// The decisions of a turn against their specification, for every step and everything that a step
// can see: first a table that says the same in another form, then what must hold whatever happens.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "loom/turn.hpp"

namespace {

using loom::next_step;
using loom::rounds_per_turn;
using loom::TurnFacts;
using loom::TurnStep;

/// What a step can see, a bit each.
enum Seen : std::uint32_t {
  mail_taken = 1U << 0U,
  completed = 1U << 1U,
  fibers_ran = 1U << 2U,
  last_round = 1U << 3U,
  mail_waits = 1U << 4U,
  overflow_waits = 1U << 5U,
  completions_wait = 1U << 6U,
  fibers_ready = 1U << 7U,
  settling_waits = 1U << 8U,
  deadline_passed = 1U << 9U,
  stop_requested = 1U << 10U,
  spinning = 1U << 11U,
  done = 1U << 12U,
  woken = 1U << 13U,
};
constexpr std::uint32_t every_sight = 1U << 14U;
/// What nobody may sleep over.
constexpr std::uint32_t work = mail_waits | overflow_waits | completions_wait | fibers_ready |
                               settling_waits | deadline_passed | stop_requested;
constexpr std::uint32_t happened = mail_taken | completed | fibers_ran | woken;

TurnFacts facts_of(std::uint32_t seen) {
  TurnFacts facts;
  facts.mail_taken = (seen & mail_taken) != 0 ? 3 : 0;
  facts.completions = (seen & completed) != 0 ? 64 : 0;
  facts.fibers_run = (seen & fibers_ran) != 0 ? 1 : 0;
  facts.rounds = (seen & last_round) != 0 ? rounds_per_turn : rounds_per_turn - 1;
  facts.mail_waits = (seen & mail_waits) != 0;
  facts.overflow_waits = (seen & overflow_waits) != 0;
  facts.completions_wait = (seen & completions_wait) != 0;
  facts.fibers_ready = (seen & fibers_ready) != 0;
  facts.settling_waits = (seen & settling_waits) != 0;
  facts.deadline_passed = (seen & deadline_passed) != 0;
  facts.stop_requested = (seen & stop_requested) != 0;
  facts.spinning = (seen & spinning) != 0;
  facts.done = (seen & done) != 0;
  facts.woken = (seen & woken) != 0;
  return facts;
}

/// One line of the specification: in `step`, when any of `any` (0: always) and none of `none` is
/// seen, `next` follows. The first line that fits counts.
struct Line {
  TurnStep step;
  std::uint32_t any;
  std::uint32_t none;
  TurnStep next;
};
constexpr std::array<Line, 14> specification{{
    {TurnStep::begin, 0, 0, TurnStep::mail},
    {TurnStep::mail, 0, 0, TurnStep::submit},
    {TurnStep::submit, 0, 0, TurnStep::dispatch},
    {TurnStep::dispatch, mail_waits | overflow_waits, last_round, TurnStep::mail},
    {TurnStep::dispatch, 0, 0, TurnStep::fibers},
    {TurnStep::fibers, 0, 0, TurnStep::end},
    {TurnStep::end, done, 0, TurnStep::leave},
    {TurnStep::end, work | woken | spinning, 0, TurnStep::begin},
    {TurnStep::end, 0, 0, TurnStep::look},
    {TurnStep::look, work, 0, TurnStep::withdraw},
    {TurnStep::look, 0, 0, TurnStep::wait},
    {TurnStep::wait, 0, 0, TurnStep::withdraw},
    {TurnStep::withdraw, 0, 0, TurnStep::begin},
    {TurnStep::leave, 0, 0, TurnStep::leave},
}};

TurnStep specified(TurnStep step, std::uint32_t seen) {
  for (const Line& line : specification) {
    if (line.step != step || (seen & line.none) != 0) continue;
    if (line.any == 0 || (seen & line.any) != 0) return line.next;
  }
  ADD_FAILURE() << "the specification says nothing of step " << static_cast<int>(step);
  return TurnStep::leave;
}

constexpr std::array<TurnStep, 10> every_step{
    TurnStep::begin, TurnStep::mail, TurnStep::submit, TurnStep::dispatch, TurnStep::fibers,
    TurnStep::end,   TurnStep::look, TurnStep::wait,   TurnStep::withdraw, TurnStep::leave};

/// Every step that can follow `step`, whatever it sees.
std::set<TurnStep> successors(TurnStep step) {
  std::set<TurnStep> found;
  for (std::uint32_t seen = 0; seen < every_sight; ++seen) {
    found.insert(next_step(step, facts_of(seen)));
  }
  return found;
}

/// Whether some way leads from `from` to `to` (at least one step) without touching `without`.
bool leads(TurnStep from, TurnStep to, TurnStep without) {
  std::set<TurnStep> known;
  std::vector<TurnStep> open{from};
  while (!open.empty()) {
    const TurnStep step = open.back();
    open.pop_back();
    for (const TurnStep next : successors(step)) {
      if (next == without) continue;
      if (next == to) return true;
      if (known.insert(next).second) open.push_back(next);
    }
  }
  return false;
}

TEST(Turn, DoesWhatTheSpecificationSaysWhateverItSees) {
  for (const TurnStep step : every_step) {
    for (std::uint32_t seen = 0; seen < every_sight; ++seen) {
      ASSERT_EQ(next_step(step, facts_of(seen)), specified(step, seen))
          << "step " << static_cast<int>(step) << " seeing " << seen;
    }
  }
}

TEST(Turn, EveryStepIsReachedAndEveryLineOfTheSpecificationIsNeeded) {
  std::set<TurnStep> reached{TurnStep::begin};
  for (const TurnStep step : every_step) reached.merge(successors(step));
  EXPECT_EQ(reached.size(), every_step.size());
  std::set<const Line*> used;
  for (const TurnStep step : every_step) {
    for (std::uint32_t seen = 0; seen < every_sight; ++seen) {
      for (const Line& line : specification) {
        if (line.step != step || (seen & line.none) != 0) continue;
        if (line.any != 0 && (seen & line.any) == 0) continue;
        used.insert(&line);
        break;
      }
    }
  }
  EXPECT_EQ(used.size(), specification.size());
}

TEST(Turn, NobodySleepsWhileWorkIsQueued) {
  for (std::uint32_t seen = 0; seen < every_sight; ++seen) {
    if ((seen & work) == 0) continue;
    EXPECT_NE(next_step(TurnStep::look, facts_of(seen)), TurnStep::wait) << seen;
    EXPECT_NE(next_step(TurnStep::end, facts_of(seen)), TurnStep::look) << seen;
  }
  for (const TurnStep step : every_step) {
    if (step != TurnStep::look) {
      EXPECT_FALSE(successors(step).contains(TurnStep::wait)) << "a sleep is announced first";
    }
  }
  EXPECT_FALSE(leads(TurnStep::look, TurnStep::begin, TurnStep::withdraw))
      << "an announcement is taken back";
}

TEST(Turn, AWakeUpTakenAfterTheMailIsFollowedByAnotherTurn) {
  // What it announced may be something that only the mail step looks at.
  EXPECT_EQ(next_step(TurnStep::end, facts_of(woken)), TurnStep::begin);
}

TEST(Turn, WhatHappenedIsFollowedByASleepWhenNothingIsLeft) {
  // A turn that only finds nothing would be one more for each message.
  EXPECT_EQ(next_step(TurnStep::end, facts_of(completed | mail_taken | fibers_ran)),
            TurnStep::look);
}

TEST(Turn, MailAndCompletionsTakeTurns) {
  EXPECT_FALSE(leads(TurnStep::mail, TurnStep::mail, TurnStep::dispatch));
  EXPECT_FALSE(leads(TurnStep::dispatch, TurnStep::dispatch, TurnStep::mail));
  EXPECT_FALSE(leads(TurnStep::dispatch, TurnStep::dispatch, TurnStep::submit));
}

/// Plays the loop where everything comes without end; how often each step was performed.
std::array<std::uint32_t, 10> play(std::uint32_t always, std::uint32_t steps) {
  std::array<std::uint32_t, 10> performed{};
  TurnFacts facts;
  TurnStep step = TurnStep::begin;
  std::uint32_t rounds = 0;
  for (std::uint32_t n = 0; n < steps; ++n) {
    performed[static_cast<std::size_t>(step)] += 1;
    if (step == TurnStep::begin) rounds = 0;
    if (step == TurnStep::dispatch) rounds += 1;
    facts = facts_of(always);
    facts.rounds = rounds;
    step = next_step(step, facts);
  }
  return performed;
}

TEST(Turn, NothingStarvesWhenEverythingComesWithoutEnd) {
  constexpr std::uint32_t turns = 1000;
  constexpr std::uint32_t steps_of_a_full_turn = 3 * rounds_per_turn + 3;
  const auto count = [](const auto& performed, TurnStep step) {
    return performed[static_cast<std::size_t>(step)];
  };
  for (const std::uint32_t always :
       {std::uint32_t{mail_waits | mail_taken}, std::uint32_t{overflow_waits | completed},
        std::uint32_t{work | happened}, std::uint32_t{completions_wait | completed},
        std::uint32_t{fibers_ready | fibers_ran}}) {
    const auto performed = play(always, turns * steps_of_a_full_turn);
    EXPECT_GE(count(performed, TurnStep::mail), turns) << always;
    EXPECT_EQ(count(performed, TurnStep::submit), count(performed, TurnStep::mail)) << always;
    EXPECT_EQ(count(performed, TurnStep::dispatch), count(performed, TurnStep::mail)) << always;
    EXPECT_GE(count(performed, TurnStep::fibers), turns) << always;
    EXPECT_GE(count(performed, TurnStep::end), turns) << always;
    EXPECT_EQ(count(performed, TurnStep::wait), 0U) << always;
  }
}

/// The most steps before `step` leads to `begin`, whatever is seen; `rounds` were dispatched.
std::uint32_t longest_way_to_begin(TurnStep step, std::uint32_t rounds) {
  std::set<TurnStep> next;
  for (std::uint32_t seen = 0; seen < every_sight; ++seen) {
    TurnFacts facts = facts_of(seen);
    facts.rounds = rounds;
    next.insert(next_step(step, facts));
  }
  std::uint32_t longest = 0;
  for (const TurnStep each : next) {
    if (each == TurnStep::begin || each == TurnStep::leave) continue;
    const std::uint32_t after = rounds + (each == TurnStep::dispatch ? 1 : 0);
    const std::uint32_t way = longest_way_to_begin(each, after);
    longest = way > longest ? way : longest;
  }
  return longest + 1;
}

TEST(Turn, AStopIsSeenWithinOneTurn) {
  // Every way comes back to `begin`, which looks for a stop, within a bounded number of steps: the
  // rounds, then fibers, end, look, wait and withdraw.
  EXPECT_EQ(longest_way_to_begin(TurnStep::begin, 0), 1 + 3 * rounds_per_turn + 5);
  // A stop that comes while the thread makes ready to sleep keeps it from sleeping.
  EXPECT_EQ(next_step(TurnStep::look, facts_of(stop_requested)), TurnStep::withdraw);
}

}  // namespace

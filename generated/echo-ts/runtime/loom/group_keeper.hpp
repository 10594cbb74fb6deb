// The keeper of a program's elastic groups: a thread that starts another instance when every one is
// crowded, asks one to retire when one fewer has been enough for a while, and joins those that have
// ended. It sleeps until a reactor rings or a group has more than its minimum; a program without
// elastic groups has none.
#pragma once

#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <system_error>
#include <thread>

#include "clock.hpp"
#include "reactor_preparation.hpp"
#include "reactor_threads.hpp"
#include "signals.hpp"
#include "system/platform.hpp"

namespace loom {

/// A connection that waits for another instance is looked after this often: a slot may have become
/// free instead, of which instance 0 does not hear.
inline constexpr std::uint64_t keeper_retry_nanoseconds = 10 * nanoseconds_per_millisecond;
/// After an instance could not start, its group tries again no sooner.
inline constexpr std::uint64_t keeper_failure_pause_nanoseconds = nanoseconds_per_second;
/// Looks in the time that an instance too many lingers.
inline constexpr std::uint64_t keeper_looks_per_linger = 4;

/// The keeper of one program. start() and stop() belong to one thread at a time; stop() comes
/// before any reactor is joined by others.
class GroupKeeper {
 public:
  GroupKeeper() = default;
  GroupKeeper(const GroupKeeper&) = delete;
  GroupKeeper& operator=(const GroupKeeper&) = delete;
  ~GroupKeeper() { stop(); }

  /// Opens the bell, before any reactor runs. False with errno set when there is no eventfd.
  [[nodiscard]] static bool open(const ProgramTable& table, SpreadTable& spread) noexcept {
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      if (table.reactors[index].linger_nanoseconds != 0) return spread.bell().open();
    }
    return true;
  }

  /// Starts the thread when there is an elastic group, each of which runs its minimum.
  StartError start(const ProgramParts& parts, ReactorThreads& threads) noexcept {
    parts_ = parts;
    threads_ = &threads;
    for (std::uint32_t index = 0; index < parts.table->reactor_count; ++index) {
      const ReactorEntry& entry = parts.table->reactors[index];
      if (entry.instance != 0 || entry.linger_nanoseconds == 0) continue;
      groups_[group_count_] = Group{.first = index, .entry = &entry};
      group_count_ += 1;
    }
    if (group_count_ == 0) return {};
    try {
      thread_ = std::thread([this] { run(); });
      return {};
    } catch (const std::system_error& error) {
      return StartError::make(start_code::cannot_start_thread, "", error.code().value(),
                              "no thread for the keeper of groups. Raise the limit of processes "
                              "(ulimit -u).");
    }
  }

  /// Ends the thread; harmless when it does not run.
  void stop() noexcept {
    if (!thread_.joinable()) return;
    // Partner: run(), which acquires it behind the bell.
    ends_.store(true, std::memory_order_release);
    parts_.spread->bell().ring();
    thread_.join();
  }

 private:
  /// One elastic group.
  struct Group {
    std::uint32_t first = 0;  ///< the index of instance 0
    const ReactorEntry* entry = nullptr;
    std::uint64_t spare_since_nanoseconds = 0;    ///< one fewer has been enough since; 0: it is not
    std::uint64_t blocked_until_nanoseconds = 0;  ///< an instance could not start
  };

  void run() noexcept {
    block_signals();
    system::name_thread("loom:keeper");
    KeeperBell& bell = parts_.spread->bell();
    for (;;) {
      // First: a ring that it takes came after what it tells of, also after ends_.
      bell.take();
      // Partner: stop(), which releases it before it rings.
      if (ends_.load(std::memory_order_acquire)) return;
      std::uint64_t pause = no_pause;
      for (std::uint32_t n = 0; n < group_count_; ++n) {
        // A stop ends every instance, and nobody is to come in its way.
        if (parts_.stop_requested->load(std::memory_order_acquire)) continue;
        pause = std::min(pause, look_after(groups_[n], monotonic_nanoseconds()));
      }
      pollfd entry{bell.fd(), POLLIN, 0};
      const timespec limit = to_timespec(pause == no_pause ? 0 : pause);
      system::poll_for(entry, pause == no_pause ? nullptr : &limit);
    }
  }

  /// Decides for one group. @returns when to look again at the latest.
  std::uint64_t look_after(Group& group, std::uint64_t now) noexcept {
    join_ended(group);
    if (is_crowded(group)) {
      group.spare_since_nanoseconds = 0;
      if (now >= group.blocked_until_nanoseconds && !recall(group)) launch(group, now);
    } else if (has_spare(group)) {
      if (group.spare_since_nanoseconds == 0) group.spare_since_nanoseconds = now;
      if (now - group.spare_since_nanoseconds >= group.entry->linger_nanoseconds) {
        retire(group);
        group.spare_since_nanoseconds = now;
      }
    } else {
      group.spare_since_nanoseconds = 0;
    }
    const bool may_grow =
        serving(group) < group.entry->instances && now >= group.blocked_until_nanoseconds;
    const bool waits = answer_waiting(group, may_grow);
    if (waits) return keeper_retry_nanoseconds;
    if (now < group.blocked_until_nanoseconds) return group.blocked_until_nanoseconds - now;
    if (serving(group) <= group.entry->minimum_instances) return no_pause;
    return std::max(group.entry->linger_nanoseconds / keeper_looks_per_linger, least_pause);
  }

  /// Every server of the group: says whether it may grow, and has instance 0 look once more for a
  /// place for the connection that waits. @returns whether one waited.
  bool answer_waiting(const Group& group, bool may_grow) noexcept {
    bool waits = false;
    parts_.spread->each_of(parts_.inboxes[group.first], [&](SpreadShare& share) {
      share.allow_growth(may_grow);
      if (!share.has_waiting()) return;
      waits = true;
      // A full mailbox says no; the next look comes soon.
      static_cast<void>(share.ask_to_look_again());
    });
    return waits;
  }

  [[nodiscard]] MemberPhase phase(std::uint32_t index) noexcept {
    return threads_->phase(index).load(std::memory_order_acquire);
  }

  /// Calls `visit` with the index of each instance that is in `wanted`.
  template <class Visit>
  void each_in(const Group& group, MemberPhase wanted, Visit&& visit) noexcept {
    for (std::uint32_t n = 0; n < group.entry->instances; ++n) {
      if (phase(group.first + n) == wanted) visit(group.first + n);
    }
  }

  [[nodiscard]] std::uint32_t serving(const Group& group) noexcept {
    std::uint32_t count = 0;
    each_in(group, MemberPhase::serving, [&](std::uint32_t) { count += 1; });
    return count;
  }

  void join_ended(const Group& group) noexcept {
    each_in(group, MemberPhase::ended, [&](std::uint32_t index) {
      if (index == group.first) return;
      threads_->join(index);
      say(group, index, "retired");
    });
  }

  /// Whether all instances have as many connections as `grow_at` of a server, so that one more has
  /// work. A connection that waits does not count by itself: it may be on its way to the last one.
  [[nodiscard]] bool is_crowded(const Group& group) noexcept {
    bool crowded = false;
    parts_.spread->each_of(parts_.inboxes[group.first],
                           [&](const SpreadShare& share) { crowded = crowded || share.crowded(); });
    return crowded && serving(group) < group.entry->instances;
  }

  /// Whether the connections of every server would leave the rest half as full as `grow_at`.
  [[nodiscard]] bool has_spare(const Group& group) noexcept {
    const std::uint32_t count = serving(group);
    if (count <= group.entry->minimum_instances) return false;
    bool spare = true;
    parts_.spread->each_of(parts_.inboxes[group.first], [&](SpreadShare& share) {
      std::uint64_t taken = 0;
      each_in(group, MemberPhase::serving,
              [&](std::uint32_t index) { taken += taken_at(share, index - group.first); });
      spare = spare && taken <= std::uint64_t{count - 1} * share.grow_at() / 2;
    });
    return spare;
  }

  static std::uint32_t taken_at(SpreadShare& share, std::uint32_t instance) noexcept {
    return share.member(instance).taken.load(std::memory_order_relaxed);
  }

  /// An instance that retires serves again; false when there is none.
  bool recall(const Group& group) noexcept {
    bool recalled = false;
    each_in(group, MemberPhase::retiring, [&](std::uint32_t index) {
      if (recalled) return;
      MemberPhase expected = MemberPhase::retiring;
      // Partner: leaves_group, which exchanges it for `leaving`: one of the two succeeds.
      recalled = threads_->phase(index).compare_exchange_strong(expected, MemberPhase::serving);
      if (!recalled) return;
      take_part(group, index, true);
      say(group, index, "serves again");
    });
    return recalled;
  }

  /// Starts an instance that does not run, if there is one, and waits until it serves.
  void launch(Group& group, std::uint64_t now) noexcept {
    std::uint32_t free = group.first;
    each_in(group, MemberPhase::off, [&](std::uint32_t index) {
      if (free == group.first) free = index;
    });
    if (free == group.first) return;
    parts_.inboxes[free].reopen();
    prepare_run(parts_, free, threads_->phase(free));
    threads_->launch(free);
    threads_->wait_until_ready(free);
    const StartError& error = parts_.runs[free].error;
    if (!error) return say(group, free, "started");
    char line[sizeof error.message + 100];
    std::snprintf(line, sizeof line, "loom: reactors.%s could not start (%s): %s",
                  parts_.table->reactors[free].name, error.code, error.message);
    log(line);
    threads_->join(free);
    group.blocked_until_nanoseconds = now + keeper_failure_pause_nanoseconds;
  }

  /// Asks the instance with the fewest connections to end when they are over.
  void retire(const Group& group) noexcept {
    std::uint32_t chosen = group.first;
    std::uint64_t fewest = UINT64_MAX;
    each_in(group, MemberPhase::serving, [&](std::uint32_t index) {
      if (index == group.first) return;
      std::uint64_t taken = 0;
      parts_.spread->each_of(parts_.inboxes[group.first], [&](SpreadShare& share) {
        taken += taken_at(share, index - group.first);
      });
      if (taken > fewest) return;
      fewest = taken;
      chosen = index;
    });
    if (chosen == group.first) return;
    take_part(group, chosen, false);
    // Partner: leaves_group, which acquires: it takes no part before it retires.
    threads_->phase(chosen).store(MemberPhase::retiring, std::memory_order_release);
    say(group, chosen, "is asked to retire");
    // Whatever the loop is at: it looks in its next turn.
    parts_.inboxes[chosen].doorbell().write_eventfd();
  }

  void take_part(const Group& group, std::uint32_t index, bool takes) noexcept {
    parts_.spread->each_of(parts_.inboxes[group.first], [&](SpreadShare& share) {
      // Partner: SpreadShare::promise.
      share.member(index - group.first).takes_part.store(takes, std::memory_order_seq_cst);
    });
  }

  void say(const Group& group, std::uint32_t index, const char* what) noexcept {
    char line[120];
    std::snprintf(line, sizeof line, "loom: reactors.%s %s: %u of %u instances serve",
                  parts_.table->reactors[index].name, what, serving(group), group.entry->instances);
    log(line);
  }

  void log(const char* line) noexcept {
    if (parts_.start->log != nullptr) parts_.start->log(parts_.start->context, line);
  }

  static constexpr std::uint64_t no_pause = UINT64_MAX;
  static constexpr std::uint64_t least_pause = nanoseconds_per_millisecond;

  ProgramParts parts_;
  ReactorThreads* threads_ = nullptr;
  Group groups_[maximum_reactors];
  std::uint32_t group_count_ = 0;
  std::thread thread_;
  /// Partners: stop and run.
  std::atomic<bool> ends_{false};
};

}  // namespace loom

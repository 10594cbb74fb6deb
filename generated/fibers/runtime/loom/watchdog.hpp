// Names whoever holds a loop for too long: a thread that looks at each reactor's activity several
// times in its budget. The same activity for longer than the budget is a line in the log at once,
// while it still runs; the loop adds how long it was in all when it is over. There is a watchdog
// only in programs of which a reactor declares `stall`.
#pragma once

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <thread>

#include "activity_names.hpp"
#include "clock.hpp"
#include "program_table.hpp"
#include "signals.hpp"
#include "system/bell.hpp"

namespace loom {

/// Looks in the time of the smallest budget: what is reported is late by at most one of them.
inline constexpr std::uint64_t watchdog_looks_per_budget = 8;

/// The watchdog of one program.
class Watchdog {
 public:
  Watchdog() = default;
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog() { stop(); }

  /// Starts the thread when a reactor declares a budget; `activities` has one for each reactor.
  StartError start(const ProgramTable& table, Activity* activities,
                   const ProgramStart& program_start) noexcept {
    table_ = &table;
    activities_ = activities;
    log_ = program_start.log;
    context_ = program_start.context;
    std::uint64_t smallest = UINT64_MAX;
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      const std::uint64_t budget = table.reactors[index].stall_nanoseconds;
      if (budget != 0 && budget < smallest) smallest = budget;
    }
    if (smallest == UINT64_MAX || log_ == nullptr) return {};
    period_nanoseconds_ = smallest / watchdog_looks_per_budget;
    stop_fd_ = system::make_bell(true);
    if (stop_fd_ < 0) return cannot_start(errno);
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      return cannot_start(error.code().value());
    }
    return {};
  }

  /// Ends the thread; harmless when it does not run.
  void stop() noexcept {
    if (thread_.joinable()) {
      static_cast<void>(system::ring_bell(stop_fd_));
      thread_.join();
    }
    if (stop_fd_ >= 0) ::close(stop_fd_);
    stop_fd_ = -1;
  }

 private:
  /// What was seen of one reactor.
  struct Seen {
    std::uint64_t word = activity::idle;
    std::uint64_t since_nanoseconds = 0;
    bool named = false;
  };

  static StartError cannot_start(int error) noexcept {
    return StartError::make(start_code::cannot_start_watchdog, "", error,
                            "no thread or eventfd for the watchdog. Raise the limits (ulimit -u, "
                            "ulimit -n) or set stall: false.");
  }

  void run() noexcept {
    block_signals();
    system::name_thread("loom:watchdog");
    pollfd entry{stop_fd_, POLLIN, 0};
    const timespec period = to_timespec(period_nanoseconds_);
    while (system::poll_for(entry, &period) <= 0) {
      const std::uint64_t now = monotonic_nanoseconds();
      for (std::uint32_t index = 0; index < table_->reactor_count; ++index) look(index, now);
    }
  }

  void look(std::uint32_t index, std::uint64_t now) noexcept {
    const ReactorEntry& entry = table_->reactors[index];
    Seen& seen = seen_[index];
    const std::uint64_t word = activities_[index].word();
    if (entry.stall_nanoseconds == 0) return;
    if (word != seen.word) {
      seen = {word, now, false};
      return;
    }
    const std::uint64_t held = now - seen.since_nanoseconds;
    if (word == activity::idle || seen.named || held < entry.stall_nanoseconds) return;
    NamedActivity named{Activity::what_of(word)};
    // A fiber that has just left the loop was not caught in the act.
    if (named.what == activity::fiber && !activities_[index].read_fiber(word, named.fiber)) return;
    seen.named = true;
    // Before the line: whoever reads it may let the handler go on.
    activities_[index].name_stall(word, seen.since_nanoseconds);
    char line[240];
    format_stall(line, sizeof line, entry.activities, named, "has held", held, "");
    log_(context_, line);
  }

  const ProgramTable* table_ = nullptr;
  Activity* activities_ = nullptr;
  void (*log_)(void* context, const char* line) noexcept = nullptr;
  void* context_ = nullptr;
  std::uint64_t period_nanoseconds_ = 0;
  int stop_fd_ = -1;
  std::thread thread_;
  Seen seen_[maximum_reactors];
};

}  // namespace loom

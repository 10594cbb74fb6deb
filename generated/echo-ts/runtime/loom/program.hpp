// A program is its pools and its reactors: the reactors' threads are started together, report
// together, and are joined together; further instances of a group start when the first has bound
// what they share, and those of an elastic group when its keeper starts them. The addon and the
// standalone program both use it.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "group_keeper.hpp"
#include "pools.hpp"
#include "signal_claim.hpp"
#include "watchdog.hpp"

namespace loom {

/// The threads of one started program; an instance starts once. start() and join() belong to one
/// thread at a time; wake(), request_stop() and stopped() may be called from any thread at any time
/// before the destructor, and a stop that is requested before start() is kept.
class RunningProgram {
 public:
  RunningProgram() = default;
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram() { join(); }

  /// Starts every reactor and waits for their reports; when one fails, none runs on.
  StartReport start(const ProgramStart& program_start) noexcept {
    StartReport report;
    const ProgramTable& table = program_table();
    if (std::exchange(was_started_, true)) {
      fail(report, StartError::make(start_code::wrong_state, "", 0,
                                    "this program was started before; make another instance"));
      return report;
    }
    start_ = program_start;
    if (const StartError error = claim_signals(table)) {
      fail(report, error);
      return report;
    }
    if (const StartError error = pools_.start(table)) {
      fail(report, error);
      return report;
    }
    if (const StartError error = prepare(table)) {
      fail(report, error);
      pools_.stop();
      return report;
    }
    if (const StartError error = watchdog_.start(table, activities_, start_)) {
      fail(report, error);
      pools_.stop();
      return report;
    }
    if (start_.hosted && table.reactor_count != 1) {
      fail(report, StartError::make(start_code::wrong_state, "", 0,
                                    "a thread turns one reactor, and this program has %u",
                                    table.reactor_count));
      pools_.stop();
      return report;
    }
    // Partner: wake(), which acquires: whoever sees a count sees the descriptors below it.
    count_.store(table.reactor_count, std::memory_order_release);
    launch(table);
    collect(report, table);
    if (report.ok) {
      if (const StartError error = keeper_.start(parts(), threads_)) fail(report, error);
    }
    if (!report.ok) join();
    return report;
  }

  /// Ends a reactor's wait, after something was left for it.
  void wake(std::uint32_t reactor) noexcept {
    // Partner: start(), which releases.
    if (reactor >= count_.load(std::memory_order_acquire)) return;
    inboxes_[reactor].doorbell().write_eventfd();
  }

  /// Asks every reactor to stop: connections drain for 100 ms, then close. Returns at once.
  void request_stop() noexcept {
    // Partner: Reactor::run. seq_cst pairs with its look after announcing that it sleeps.
    stop_requested_.store(true, std::memory_order_seq_cst);
    for (std::uint32_t index = 0; index < maximum_reactors; ++index) wake(index);
  }

  /// Asks to stop and waits for every thread; harmless when nothing runs.
  void join() noexcept {
    request_stop();
    keeper_.stop();
    end_hosted();
    threads_.join_all();
    watchdog_.stop();
    pools_.stop();
  }

  /// The reactor that this thread turns; nullptr when it did not start or is over.
  [[nodiscard]] HostedReactor* hosted() noexcept { return hosted_.get(); }

  /// One turn of it. Over, its mail is closed and `stopped` was called.
  HostedState turn() noexcept {
    if (hosted_ == nullptr) return HostedState::over;
    const HostedState state = hosted_->turn();
    if (state == HostedState::over) end_hosted();
    return state;
  }

  /// The way to a reactor for threads that are none: valid until the destructor, also before
  /// start(), when posts say `closed`.
  [[nodiscard]] ReactorHandle reactor(std::uint32_t index) noexcept {
    LOOM_ASSERT(index < maximum_reactors, "the index of a reactor of the program");
    return ReactorHandle(inboxes_[index]);
  }

  /// What reactor `index` was given and what it answered; after join().
  [[nodiscard]] const ReactorRun& run_of(std::uint32_t index) const noexcept {
    return runs_[index];
  }

  /// Whether every reactor's loop has ended.
  [[nodiscard]] bool stopped() const noexcept { return threads_.stopped(); }

 private:
  /// What every reactor is prepared from.
  ProgramParts parts() noexcept {
    return {
        .table = &program_table(),
        .start = &start_,
        .runs = runs_,
        .inboxes = inboxes_,
        .activities = activities_,
        .spread = &spread_,
        .pools = pools_.queues(),
        .stop_requested = &stop_requested_,
        .request_stop =
            [](void* self) noexcept { static_cast<RunningProgram*>(self)->request_stop(); },
        .ready =
            [](void* self, ReactorRun& run) noexcept {
              static_cast<RunningProgram*>(self)->threads_.report(run.index);
            },
        .program = this,
    };
  }

  /// Opens every inbox and fills every run: a reactor that stops the program wakes the others too.
  StartError prepare(const ProgramTable& table) noexcept {
    threads_.attach(table, runs_, inboxes_, start_, stop_requested_, spread_.bell());
    if (!GroupKeeper::open(table, spread_)) {
      return StartError::make(start_code::cannot_start_thread, "", errno,
                              "no eventfd for the keeper of groups: %s. Raise the limit of open "
                              "files (ulimit -n).",
                              std::strerror(errno));
    }
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      if (const StartError error = open_inbox(parts(), index)) return error;
      prepare_run(parts(), index, threads_.phase(index));
      if (start_.hosted) runs_[index].host = &hosted_;
    }
    return {};
  }

  /// Launches the reactors and waits for their reports. The first instance of every group binds the
  /// addresses that the others share; after its failure none follows.
  void launch(const ProgramTable& table) noexcept {
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      if (start_.hosted)
        table.reactors[index].run(runs_[index]);
      else if (table.reactors[index].instance == 0)
        threads_.launch(index);
    }
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      const ReactorEntry& entry = table.reactors[index];
      if (entry.instance == 0) continue;
      threads_.wait_until_ready(index - entry.instance);
      if (runs_at_start(entry) && !runs_[index - entry.instance].error) {
        threads_.launch(index);
      } else {
        inboxes_[index].mailbox().close();
        threads_.report(index);
      }
    }
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      threads_.wait_until_ready(index);
    }
  }

  /// Stops what this thread turns, as a thread of its own ends: then nothing posted waits in vain.
  void end_hosted() noexcept {
    if (hosted_ == nullptr) return;
    hosted_->finish();
    hosted_ = nullptr;
    inboxes_[0].mailbox().close();
    inboxes_[0].mailbox().drain([](Mail&) {});
    if (start_.stopped != nullptr) start_.stopped(start_.context, 0);
  }

  /// Whether a reactor always runs; further instances of an elastic group come with the load.
  static bool runs_at_start(const ReactorEntry& entry) noexcept {
    return entry.linger_nanoseconds == 0 || entry.instance < entry.minimum_instances;
  }

  void collect(StartReport& report, const ProgramTable& table) noexcept {
    report.ok = true;
    std::uint64_t used = 0;
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      ReactorRun& run = runs_[index];
      if (!runs_at_start(table.reactors[index])) {
        std::snprintf(run.reason, sizeof run.reason, "starts when its group grows");
      }
      used |= run.addresses_used;
      if (run.error && report.ok) fail(report, run.error);
      std::snprintf(report.reactors[index].backend, sizeof report.reactors[index].backend, "%s",
                    run.backend_name);
      std::snprintf(report.reactors[index].reason, sizeof report.reactors[index].reason, "%s",
                    run.reason);
      for (std::uint32_t n = 0; n < run.bound_count; ++n) {
        if (report.bound_count == maximum_bound_addresses) break;
        report.bound[report.bound_count] = run.bound[n];
        report.bound_count += 1;
      }
      if (run.error || start_.log == nullptr || !start_.announces) continue;
      if (run.backend_name[0] == '\0') continue;
      char line[300];
      std::snprintf(line, sizeof line, "loom: reactors.%s runs on %s (%s)",
                    table.reactors[index].name, run.backend_name, run.reason);
      start_.log(start_.context, line);
    }
    if (report.ok) refuse_unknown_overrides(report, used);
  }

  /// An address for an fd that does not exist is a mistake, not a wish to be passed over.
  void refuse_unknown_overrides(StartReport& report, std::uint64_t used) noexcept {
    for (std::uint32_t n = 0; n < start_.address_count; ++n) {
      if (n < maximum_address_overrides && (used >> n & 1U) != 0) continue;
      return fail(report, StartError::make(start_code::bad_address, start_.addresses[n].fd, 0,
                                           "no fd named '%s' takes the address '%s'. Name a tcp, "
                                           "tcpServer, unix or unixServer fd of the config; at "
                                           "most %u may be given.",
                                           start_.addresses[n].fd, start_.addresses[n].address,
                                           maximum_address_overrides));
    }
  }

  static void fail(StartReport& report, const StartError& error) noexcept {
    report.ok = false;
    report.system_error = error.system_error;
    std::snprintf(report.code, sizeof report.code, "%s", error.code);
    std::snprintf(report.fd, sizeof report.fd, "%s", error.fd);
    std::snprintf(report.message, sizeof report.message, "%s", error.message);
  }

  ProgramStart start_;
  Inbox inboxes_[maximum_reactors];
  Activity activities_[maximum_reactors];
  Watchdog watchdog_;
  Pools pools_;
  SpreadTable spread_;
  ReactorRun runs_[maximum_reactors];
  ReactorThreads threads_;
  GroupKeeper keeper_;
  std::unique_ptr<HostedReactor> hosted_;
  bool was_started_ = false;
  /// Partner of each: see wake and request_stop.
  std::atomic<std::uint32_t> count_{0};
  std::atomic<bool> stop_requested_{false};
};

}  // namespace loom

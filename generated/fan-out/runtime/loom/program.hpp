// A program is its pools and its reactors: the reactors' threads are started together, report
// together, and are joined together; further instances of a group start when the first has bound
// what they share. The addon and the standalone program both use it.
#pragma once

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

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
    // All are prepared before any runs: a reactor that stops the program wakes the others too.
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      const StartError error = prepare(index, table.reactors[index]);
      if (!error) continue;
      fail(report, error);
      pools_.stop();
      return report;
    }
    if (const StartError error = watchdog_.start(table, activities_, start_)) {
      fail(report, error);
      pools_.stop();
      return report;
    }
    // Partner: wake(), which acquires: whoever sees a count sees the descriptors below it.
    count_.store(table.reactor_count, std::memory_order_release);
    // The first instance of every group binds the addresses that the others share.
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      if (table.reactors[index].instance == 0) launch_or_report(table.reactors[index], index);
    }
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      if (table.reactors[index].instance != 0) follow(table.reactors[index], index);
    }
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) wait_until_ready(index);
    collect(report, table);
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
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
    watchdog_.stop();
    pools_.stop();
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
  [[nodiscard]] bool stopped() const noexcept {
    // Partner: launch's thread, which counts itself off with release.
    return running_.load(std::memory_order_acquire) == 0;
  }

 private:
  StartError prepare(std::uint32_t index, const ReactorEntry& entry) noexcept {
    ReactorRun& run = runs_[index];
    Inbox& inbox = inboxes_[index];
    if (!inbox.doorbell().open()) {
      return StartError::make(start_code::cannot_start_thread, "", errno,
                              "no eventfd for reactors.%s: %s. Raise the limit of open files "
                              "(ulimit -n).",
                              entry.name, std::strerror(errno));
    }
    if (!inbox.mailbox().open(entry.mailbox_entries)) {
      return StartError::make(start_code::out_of_memory, "", ENOMEM,
                              "no memory for %u items of mail. Declare a smaller "
                              "reactors.%s.mailbox.",
                              entry.mailbox_entries, entry.name);
    }
    run = ReactorRun{};
    run.index = index;
    run.shared = start_.reactors[index].shared;
    run.instance = entry.instance;
    run.instances = entry.instances;
    if (entry.instance != 0) run.first = &runs_[index - entry.instance];
    run.spread = &spread_;
    run.core = start_.reactors[index].core;
    if (run.core == core_as_declared) run.core = entry.core;
    run.backend = start_.backend;
    run.addresses = start_.addresses;
    run.address_count = start_.address_count;
    run.stop_requested = &stop_requested_;
    run.request_stop = [](void* self) noexcept {
      static_cast<RunningProgram*>(self)->request_stop();
    };
    run.ready = [](void* self, ReactorRun& reactor_run) noexcept {
      static_cast<RunningProgram*>(self)->note_ready(reactor_run.index);
    };
    run.program = this;
    run.wake_js = start_.wake_js;
    run.log = start_.log;
    run.context = start_.context;
    run.wake_fd = inbox.doorbell().wake_fd();
    run.inbox = &inbox;
    run.inboxes = inboxes_;
    run.activity = &activities_[index];
    run.activity_names = &entry.activities;
    run.pools = pools_.queues();
    run.blocking = entry.blocking_pool < 0 ? nullptr : run.pools[entry.blocking_pool];
    sign_shared_block(run.shared);
    return {};
  }

  void launch_or_report(const ReactorEntry& entry, std::uint32_t index) noexcept {
    if (launch(entry, index)) return;
    runs_[index].error = StartError::make(
        start_code::cannot_start_thread, "", EAGAIN,
        "no thread for reactors.%s. Raise the limit of processes (ulimit -u).", entry.name);
    inboxes_[index].mailbox().close();
    note_ready(index);
  }

  /// Launches a further instance of a group once the first has reported; after its failure none.
  void follow(const ReactorEntry& entry, std::uint32_t index) noexcept {
    wait_until_ready(index - entry.instance);
    if (!runs_[index - entry.instance].error) return launch_or_report(entry, index);
    inboxes_[index].mailbox().close();
    note_ready(index);
  }

  bool launch(const ReactorEntry& entry, std::uint32_t index) noexcept {
    running_.fetch_add(1, std::memory_order_relaxed);
    try {
      threads_[index] = std::thread([this, &entry, index] {
        entry.run(runs_[index]);
        // Also when it never ran: from here on nobody would take what is posted.
        inboxes_[index].mailbox().close();
        // Partner: stopped(), which acquires: whoever sees 0 sees all that the loops wrote.
        running_.fetch_sub(1, std::memory_order_release);
        if (start_.stopped != nullptr) start_.stopped(start_.context, index);
      });
      return true;
    } catch (const std::system_error&) {
      running_.fetch_sub(1, std::memory_order_relaxed);
      return false;
    }
  }

  void note_ready(std::uint32_t index) noexcept {
    const std::lock_guard lock(mutex_);
    has_reported_[index] = true;
    reported_.notify_all();
  }

  void wait_until_ready(std::uint32_t index) noexcept {
    std::unique_lock lock(mutex_);
    reported_.wait(lock, [&] { return has_reported_[index]; });
  }

  void collect(StartReport& report, const ProgramTable& table) noexcept {
    report.ok = true;
    std::uint64_t used = 0;
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      const ReactorRun& run = runs_[index];
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
      if (run.error || start_.log == nullptr) continue;
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
  std::thread threads_[maximum_reactors];
  bool was_started_ = false;
  /// Partner of each: see wake, request_stop, launch.
  std::atomic<std::uint32_t> count_{0};
  std::atomic<bool> stop_requested_{false};
  std::atomic<std::uint32_t> running_{0};
  std::mutex mutex_;
  std::condition_variable reported_;
  bool has_reported_[maximum_reactors] = {};
};

}  // namespace loom

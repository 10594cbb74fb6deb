// A program is its reactors: their threads are started together, report together, and are joined
// together. The addon and the standalone program both use it; the emitted program.cpp defines the
// table.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "run.hpp"

namespace loom {

/// One reactor of the emitted program.
struct ReactorEntry {
  const char* name;
  std::uint32_t shared_bytes;  ///< of the block it shares with JavaScript
  void (*run)(ReactorRun& run) noexcept;
};

/// The emitted program.
struct ProgramTable {
  const char* name;
  std::uint32_t abi;  ///< shared_abi of the runtime it was built with
  const ReactorEntry* reactors;
  std::uint32_t reactor_count;
};

/// Defined by the emitted program.cpp.
const ProgramTable& program_table() noexcept;

/// What one reactor is started with.
struct ReactorStart {
  std::byte* shared = nullptr;  ///< shared_bytes long, zeroed, 8-byte aligned
  int core = core_as_declared;
};

/// What a program is started with. The callbacks run on reactor threads.
struct ProgramStart {
  ReactorStart reactors[maximum_reactors];
  const char* backend = nullptr;               ///< nullptr: each reactor's declared order
  const AddressOverride* addresses = nullptr;  ///< one an fd; must outlive start()
  std::uint32_t address_count = 0;
  void (*wake_js)(void* context) noexcept = nullptr;  ///< at most once per arming
  void (*stopped)(void* context, std::uint32_t reactor) noexcept = nullptr;
  void (*log)(void* context, const char* line) noexcept = nullptr;
  void* context = nullptr;
};

/// How the start went. With `ok` false nothing runs any more.
struct StartReport {
  bool ok = false;
  char code[24] = {};
  char fd[33] = {};
  int system_error = 0;
  char message[400] = {};  ///< what, why, and the fix
  struct Backend {
    char backend[12] = {};
    char reason[200] = {};
  } reactors[maximum_reactors];
  BoundAddress bound[maximum_bound_addresses];
  std::uint32_t bound_count = 0;
};

/// The threads of one started program; an instance starts once. start() and join() belong to one
/// thread at a time; wake(), request_stop() and stopped() may be called from any thread at any time
/// before the destructor, and a stop that is requested before start() is kept.
class RunningProgram {
 public:
  RunningProgram() = default;
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;
  ~RunningProgram() {
    join();
    // Not in join(): another thread may be about to write to one.
    for (ReactorRun& run : runs_) {
      if (run.wake_fd >= 0) ::close(run.wake_fd);
    }
  }

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
    // All are prepared before any runs: a reactor that stops the program wakes the others too.
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      if (prepare(index)) continue;
      fail(report, StartError::make(start_code::cannot_start_thread, "", errno,
                                    "no eventfd for reactors.%s: %s. Raise the limit of open "
                                    "files (ulimit -n).",
                                    table.reactors[index].name, std::strerror(errno)));
      return report;
    }
    // Partner: wake(), which acquires: whoever sees a count sees the descriptors below it.
    count_.store(table.reactor_count, std::memory_order_release);
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      if (launch(table.reactors[index], index)) continue;
      runs_[index].error =
          StartError::make(start_code::cannot_start_thread, "", EAGAIN,
                           "no thread for reactors.%s. Raise the limit of processes (ulimit -u).",
                           table.reactors[index].name);
      note_ready();
    }
    wait_until_ready();
    collect(report, table);
    if (!report.ok) join();
    return report;
  }

  /// Ends a reactor's wait, after something was left for it.
  void wake(std::uint32_t reactor) noexcept {
    const std::uint64_t one = 1;
    // Partner: start(), which releases.
    if (reactor >= count_.load(std::memory_order_acquire)) return;
    static_cast<void>(::write(runs_[reactor].wake_fd, &one, sizeof one));
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
  }

  /// Whether every reactor's loop has ended.
  [[nodiscard]] bool stopped() const noexcept {
    // Partner: launch's thread, which counts itself off with release.
    return running_.load(std::memory_order_acquire) == 0;
  }

 private:
  /// False, with errno set, when there is no descriptor to wake the reactor with.
  bool prepare(std::uint32_t index) noexcept {
    ReactorRun& run = runs_[index];
    run = ReactorRun{};
    run.index = index;
    run.shared = start_.reactors[index].shared;
    run.core = start_.reactors[index].core;
    run.backend = start_.backend;
    run.addresses = start_.addresses;
    run.address_count = start_.address_count;
    run.stop_requested = &stop_requested_;
    run.request_stop = [](void* self) noexcept {
      static_cast<RunningProgram*>(self)->request_stop();
    };
    run.ready = [](void* self, ReactorRun&) noexcept {
      static_cast<RunningProgram*>(self)->note_ready();
    };
    run.program = this;
    run.wake_js = start_.wake_js;
    run.log = start_.log;
    run.context = start_.context;
    sign_shared_block(run.shared);
    run.wake_fd = eventfd(0, EFD_CLOEXEC);
    return run.wake_fd >= 0;
  }

  bool launch(const ReactorEntry& entry, std::uint32_t index) noexcept {
    running_.fetch_add(1, std::memory_order_relaxed);
    try {
      threads_[index] = std::thread([this, &entry, index] {
        entry.run(runs_[index]);
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

  void note_ready() noexcept {
    const std::lock_guard lock(mutex_);
    ready_count_ += 1;
    ready_.notify_all();
  }

  void wait_until_ready() noexcept {
    std::unique_lock lock(mutex_);
    const std::uint32_t expected = count_.load(std::memory_order_relaxed);
    ready_.wait(lock, [&] { return ready_count_ >= expected; });
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
  ReactorRun runs_[maximum_reactors];
  std::thread threads_[maximum_reactors];
  bool was_started_ = false;
  /// Partner of each: see wake, request_stop, launch.
  std::atomic<std::uint32_t> count_{0};
  std::atomic<bool> stop_requested_{false};
  std::atomic<std::uint32_t> running_{0};
  std::mutex mutex_;
  std::condition_variable ready_;
  std::uint32_t ready_count_ = 0;
};

}  // namespace loom

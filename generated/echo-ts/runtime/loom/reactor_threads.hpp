// The threads of a program's reactors: each is launched, waited for until it has reported how its
// start went, and joined. An instance of an elastic group may be launched and joined again and
// again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>

#include "program_table.hpp"

namespace loom {

/// The threads of one program. launch() and join() of one reactor belong to one thread at a time;
/// report() is called by the reactors, stopped() by anybody.
class ReactorThreads {
 public:
  /// Binds the threads to what they run with; before the first launch. All of it outlives them.
  void attach(const ProgramTable& table, ReactorRun* runs, Inbox* inboxes,
              const ProgramStart& program_start, const std::atomic<bool>& stop_requested,
              KeeperBell& bell) noexcept {
    table_ = &table;
    runs_ = runs;
    inboxes_ = inboxes;
    start_ = &program_start;
    stop_requested_ = &stop_requested;
    bell_ = &bell;
  }

  /// Starts the thread of reactor `index`, whose run is prepared and whose inbox is open. Without a
  /// thread it reports that itself, and its run has the error.
  void launch(std::uint32_t index) noexcept {
    {
      const std::lock_guard lock(mutex_);
      has_reported_[index] = false;
    }
    phases_[index].store(MemberPhase::serving, std::memory_order_relaxed);
    running_.fetch_add(1, std::memory_order_relaxed);
    try {
      threads_[index] = std::thread([this, index] { run(index); });
      return;
    } catch (const std::system_error&) {
      running_.fetch_sub(1, std::memory_order_relaxed);
    }
    phases_[index].store(MemberPhase::off, std::memory_order_relaxed);
    runs_[index].error =
        StartError::make(start_code::cannot_start_thread, "", EAGAIN,
                         "no thread for reactors.%s. Raise the limit of processes (ulimit -u).",
                         table_->reactors[index].name);
    inboxes_[index].mailbox().close();
    report(index);
  }

  /// Reactor `index` has started, or could not; its run says which.
  void report(std::uint32_t index) noexcept {
    const std::lock_guard lock(mutex_);
    has_reported_[index] = true;
    reported_.notify_all();
  }

  /// Waits for the report of reactor `index`.
  void wait_until_ready(std::uint32_t index) noexcept {
    std::unique_lock lock(mutex_);
    reported_.wait(lock, [&] { return has_reported_[index]; });
  }

  /// Waits for the end of reactor `index`; harmless when it does not run.
  void join(std::uint32_t index) noexcept {
    if (threads_[index].joinable()) threads_[index].join();
    phases_[index].store(MemberPhase::off, std::memory_order_relaxed);
  }

  /// Waits for the end of all.
  void join_all() noexcept {
    for (std::uint32_t index = 0; index < maximum_reactors; ++index) join(index);
  }

  /// Whether no loop runs.
  [[nodiscard]] bool stopped() const noexcept {
    // Partner: run(), which counts itself off with release.
    return running_.load(std::memory_order_acquire) == 0;
  }

  /// Where reactor `index` stands in its group.
  [[nodiscard]] std::atomic<MemberPhase>& phase(std::uint32_t index) noexcept {
    return phases_[index];
  }

 private:
  /// The whole life of a reactor's thread.
  void run(std::uint32_t index) noexcept {
    table_->reactors[index].run(runs_[index]);
    // Also when it never ran: from here on nobody would take what is posted. What a start that
    // failed was sent has nobody to run it.
    inboxes_[index].mailbox().close();
    inboxes_[index].mailbox().drain([](Mail&) {});
    // Partner: GroupKeeper, which acquires and joins.
    phases_[index].store(MemberPhase::ended, std::memory_order_release);
    bell_->ring();
    // Partner: stopped(), which acquires: whoever sees 0 sees all that the loops wrote.
    const bool last = running_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (start_->stopped == nullptr) return;
    if (is_member(index) && !stop_requested_->load(std::memory_order_acquire)) return;
    start_->stopped(start_->context, index);
    // Of instances that do not run at the end nobody else tells.
    for (std::uint32_t other = 0; last && other < table_->reactor_count; ++other) {
      if (is_member(other)) start_->stopped(start_->context, other);
    }
  }

  /// Whether reactor `index` comes and goes with the load.
  [[nodiscard]] bool is_member(std::uint32_t index) const noexcept {
    const ReactorEntry& entry = table_->reactors[index];
    return entry.linger_nanoseconds != 0 && entry.instance != 0;
  }

  const ProgramTable* table_ = nullptr;
  ReactorRun* runs_ = nullptr;
  Inbox* inboxes_ = nullptr;
  const ProgramStart* start_ = nullptr;
  /// Partner: RunningProgram::request_stop.
  const std::atomic<bool>* stop_requested_ = nullptr;
  KeeperBell* bell_ = nullptr;
  std::thread threads_[maximum_reactors];
  /// Partners: run and stopped.
  std::atomic<std::uint32_t> running_{0};
  /// Partners of each: see MemberPhase.
  std::atomic<MemberPhase> phases_[maximum_reactors] = {};
  std::mutex mutex_;
  std::condition_variable reported_;
  bool has_reported_[maximum_reactors] = {};
};

}  // namespace loom

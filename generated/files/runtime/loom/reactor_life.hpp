// The life of one reactor on one backend, on whichever thread turns it: map the arena, start the
// fds, report, run or be turned, clean up.
#pragma once

#include <sys/mman.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <type_traits>

#include "allocation_counter.hpp"
#include "fault_report.hpp"
#include "hosted.hpp"
#include "run.hpp"
#include "system/platform.hpp"

namespace loom {

/// Memory for one reactor: everything it will ever use, mapped and touched before it starts.
class Arena {
 public:
  /// Maps `bytes`, prefaulted (MAP_POPULATE, mmap(2)); data() is nullptr where that fails.
  explicit Arena(std::size_t bytes) noexcept : bytes_(bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    data_ = memory == MAP_FAILED ? nullptr : memory;
    if constexpr (!system::is_linux) touch();
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    if (data_ != nullptr) munmap(data_, bytes_);
  }
  /// Without MAP_POPULATE: writes to each page once.
  void touch() noexcept {
    constexpr std::size_t page = 4096;
    auto* bytes = static_cast<volatile char*>(data_);
    for (std::size_t at = 0; bytes != nullptr && at < bytes_; at += page) bytes[at] = 0;
  }
  /// It stays mapped until the process ends: somebody may still write into it.
  void keep() noexcept { data_ = nullptr; }
  [[nodiscard]] void* data() const noexcept { return data_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_;
};

/// Runs a part of the start that calls the user's constructors and on_start hooks: what they throw
/// becomes an error.
template <class Emitted, class Part>
StartError guard_start(Part&& part) noexcept {
  const char* reactor = Emitted::Shape::name;
  constexpr const char* format =
      "reactors.%s: a handler threw while it started: %s. Catch it there, or make it a state that "
      "the hooks check.";
  try {
    part();
    return {};
  } catch (const std::exception& error) {
    return StartError::make(start_code::handler_threw, "", 0, format, reactor, error.what());
  } catch (...) {
    return StartError::make(start_code::handler_threw, "", 0, format, reactor,
                            "something that is no std::exception");
  }
}

/// Whether the kernel may still write to where operations of a reactor that has stopped pointed it:
/// its stop gave up, and the ring that is closed goes away some time later. A line says so.
template <class Emitted, class Backend>
bool is_still_written_to(ReactorCore& core) noexcept {
  if (!Backend::operations_outlive_close) return false;
  const std::uint64_t left = core.stats().get(Stat::in_flight);
  if (left == 0) return false;
  char line[200];
  std::snprintf(line, sizeof line,
                "loom: reactors.%s stopped with %llu operations that no cancellation ends; its "
                "memory stays, because the kernel may still write to it.",
                Emitted::Shape::name, static_cast<unsigned long long>(left));
  core.log(line);
  return true;
}

/// `Emitted` on `Backend`; made, started and ended on one thread.
template <class Emitted, class Backend>
class ReactorLife {
 public:
  explicit ReactorLife(ReactorRun& reactor_run) noexcept
      : run_(reactor_run), arena_(sizeof(Emitted)) {
    static_assert(alignof(Emitted) <= 4096, "an arena begins on a page");
  }
  ReactorLife(const ReactorLife&) = delete;
  ReactorLife& operator=(const ReactorLife&) = delete;
  ~ReactorLife() { LOOM_ASSERT(!started_ || over_, "what was started is finished first"); }

  /// Makes the reactor and opens its fds; the run's error says what it came to. False when the
  /// backend cannot be used here and the next may be tried.
  bool start() noexcept {
    if (arena_.data() == nullptr) {
      run_.error = StartError::make(
          start_code::out_of_memory, "", ENOMEM,
          "reactors.%s needs %zu MiB at once. Declare fewer connections or smaller queues.",
          Emitted::Shape::name, sizeof(Emitted) >> 20U);
      return true;
    }
    sigaltstack(nullptr, &signal_stack_);
    run_.error = guard_start<Emitted>([&] { reactor_ = new (arena_.data()) Emitted; });
    if (reactor_ == nullptr) return true;
    if constexpr (is_watched) report_.open(reactor_->core());
    open();
    if (run_.error && std::strcmp(run_.error.code, start_code::backend_unavailable) == 0) {
      reactor_->~Emitted();
      return false;
    }
    started_ = !run_.error;
    // Another reactor may have the thread until the first turn.
    sigaltstack(&signal_stack_, started_ ? &own_signal_stack_ : nullptr);
    if (started_) {
      stats_block(run_.shared).add(Stat::starts);
      stats_block(run_.shared).set(Stat::running, 1);
    } else {
      reactor_->end_inbox();
      reactor_->~Emitted();
    }
    return true;
  }

  /// Whether it runs; the run's error says why not.
  [[nodiscard]] bool started() const noexcept { return started_; }

  /// See HostedReactor, like the next three.
  HostedState turn() noexcept {
    if (over_) return HostedState::over;
    const OnThread on_thread(*this);
    count_allocations(&stats_block(run_.shared).at(Stat::allocations_after_init));
    const HostedState state = reactor_->turn_for_host(run_);
    count_allocations(nullptr);
    if (state == HostedState::over) end();
    return state;
  }

  void finish() noexcept {
    if (!started_ || over_) return;
    const OnThread on_thread(*this);
    count_allocations(&stats_block(run_.shared).at(Stat::allocations_after_init));
    reactor_->run(run_);
    count_allocations(nullptr);
    end();
  }

  [[nodiscard]] int poll_fd() noexcept { return reactor_->poll_fd(); }

  [[nodiscard]] std::uint64_t wait_nanoseconds() noexcept { return reactor_->wait_nanoseconds(); }

 private:
  /// While it lives the thread is this reactor's: its fibers, and the signal stack by which faults
  /// are told. A thread may turn several, and does other things in between.
  class OnThread {
   public:
    explicit OnThread(ReactorLife& life) noexcept
        : swaps_(life.own_signal_stack_.ss_sp != life.signal_stack_.ss_sp) {
      if (swaps_) sigaltstack(&life.own_signal_stack_, &outer_);
      life.reactor_->enter_fibers();
    }
    OnThread(const OnThread&) = delete;
    OnThread& operator=(const OnThread&) = delete;
    ~OnThread() {
      if (swaps_) sigaltstack(&outer_, nullptr);
    }

   private:
    bool swaps_;
    stack_t outer_{};
  };

  void open() noexcept {
    run_.error = reactor_->open(run_);
    run_.bound_count = 0;
    if (!run_.error) run_.error = reactor_->start_fds(run_);
    std::snprintf(run_.backend_name, sizeof run_.backend_name, "%s", Backend::name);
    if (!run_.error) run_.error = guard_start<Emitted>([&] { reactor_->begin(); });
    if (!run_.error) return;
    reactor_->remove_paths();
    reactor_->remove_datagram_paths();
  }

  void end() noexcept {
    over_ = true;
    stats_block(run_.shared).set(Stat::running, 0);
    // Stacks and whatever else its members own stay too.
    if (is_still_written_to<Emitted, Backend>(reactor_->core())) {
      arena_.keep();
      // Of fibers that name their overflows: the thread goes on with the one that it began with.
      sigaltstack(&signal_stack_, nullptr);
      return;
    }
    reactor_->~Emitted();
  }

  struct NoReport {};
  static constexpr bool is_watched = Emitted::Shape::stall_nanoseconds != 0;
  using Report = std::conditional_t<is_watched, FaultReport, NoReport>;

  ReactorRun& run_;
  Arena arena_;
  [[no_unique_address]] Report report_;
  /// Of the thread before the start, and with what the reactor reports.
  stack_t signal_stack_{};
  stack_t own_signal_stack_{};
  Emitted* reactor_ = nullptr;
  bool started_ = false;
  bool over_ = false;
};

}  // namespace loom

// One reactor thread from its first instruction to its last: pin, choose a backend in the
// declared order, map the arena, start the fds, report, run, clean up. The emitted program calls
// run_reactor once per reactor; each backend is an instantiation of its own.
#pragma once

#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

#include "affinity.hpp"
#include "allocation_counter.hpp"
#include "run.hpp"
#include "signals.hpp"

namespace loom {

/// Memory for one reactor: everything it will ever use, mapped and touched before it starts.
class Arena {
 public:
  /// Maps `bytes`, prefaulted (MAP_POPULATE, mmap(2)); data() is nullptr where that fails.
  explicit Arena(std::size_t bytes) noexcept : bytes_(bytes) {
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    data_ = memory == MAP_FAILED ? nullptr : memory;
  }
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;
  ~Arena() {
    if (data_ != nullptr) munmap(data_, bytes_);
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
bool is_still_written_to(ReactorRun& reactor_run) noexcept {
  if (!Backend::operations_outlive_close) return false;
  const std::uint64_t left = stats_block(reactor_run.shared).get(Stat::in_flight);
  if (left == 0) return false;
  char line[200];
  std::snprintf(line, sizeof line,
                "loom: reactors.%s stopped with %llu operations that no cancellation ends; its "
                "memory stays, because the kernel may still write to it.",
                Emitted::Shape::name, static_cast<unsigned long long>(left));
  if (reactor_run.log != nullptr) reactor_run.log(reactor_run.context, line);
  return true;
}

/// Runs `Emitted` on its backend until it stops. False when the backend cannot be used here and
/// the next may be tried; `reactor_run.error` says why.
template <class Emitted, class Backend>
bool run_on_backend(ReactorRun& reactor_run) noexcept {
  reactor_run.error = Backend::probe();
  if (reactor_run.error) return false;
  static_assert(alignof(Emitted) <= 4096, "an arena begins on a page");
  Arena arena(sizeof(Emitted));
  if (arena.data() == nullptr) {
    reactor_run.error = StartError::make(
        start_code::out_of_memory, "", ENOMEM,
        "reactors.%s needs %zu MiB at once. Declare fewer connections or smaller queues.",
        Emitted::Shape::name, sizeof(Emitted) >> 20U);
    reactor_run.ready(reactor_run.program, reactor_run);
    return true;
  }
  stack_t signal_stack{};
  sigaltstack(nullptr, &signal_stack);
  Emitted* reactor = nullptr;
  reactor_run.error = guard_start<Emitted>([&] { reactor = new (arena.data()) Emitted; });
  if (reactor == nullptr) {
    reactor_run.ready(reactor_run.program, reactor_run);
    return true;
  }
  reactor_run.error = reactor->open(reactor_run);
  reactor_run.bound_count = 0;
  if (!reactor_run.error) reactor_run.error = reactor->start_fds(reactor_run);
  std::snprintf(reactor_run.backend_name, sizeof reactor_run.backend_name, "%s", Backend::name);
  if (!reactor_run.error) {
    reactor_run.error = guard_start<Emitted>([&] { reactor->begin(); });
  }
  const bool started = !reactor_run.error;
  if (!started) {
    reactor->remove_paths();
    reactor->remove_datagram_paths();
  }
  if (!started && std::strcmp(reactor_run.error.code, start_code::backend_unavailable) == 0) {
    reactor->~Emitted();
    return false;
  }
  if (!started) reactor->end_inbox();
  if (started) {
    stats_block(reactor_run.shared).add(Stat::starts);
    stats_block(reactor_run.shared).set(Stat::running, 1);
  }
  auto& allocations = stats_block(reactor_run.shared).at(Stat::allocations_after_init);
  reactor_run.ready(reactor_run.program, reactor_run);
  if (started) {
    count_allocations(&allocations);
    reactor->run(reactor_run);
    count_allocations(nullptr);
    stats_block(reactor_run.shared).set(Stat::running, 0);
  }
  // Stacks and whatever else its members own stay too.
  if (started && is_still_written_to<Emitted, Backend>(reactor_run)) {
    arena.keep();
    // Of fibers that name their overflows: the thread ends with the one that it began with.
    sigaltstack(&signal_stack, nullptr);
    return true;
  }
  reactor->~Emitted();
  return true;
}

/// Every connection counts against RLIMIT_NOFILE, an entry of io_uring's file table too: raises the
/// soft limit as far as it is allowed, setrlimit(2).
inline void raise_descriptor_limit() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Lets the kernel's timeouts of this thread end when they should, and not up to 50 us later so
/// that it can end several at once: PR_SET_TIMERSLACK, prctl(2).
inline void want_exact_timeouts() noexcept { prctl(PR_SET_TIMERSLACK, 1UL); }

/// The declared name, and its number behind that of an instance; Linux keeps 15 characters,
/// pthread_setname_np(3).
inline void name_this_thread(const char* declared, const ReactorRun& reactor_run) noexcept {
  char name[16];
  if (reactor_run.instances == 1) {
    std::snprintf(name, sizeof name, "%s", declared);
  } else {
    std::snprintf(name, sizeof name, "%.12s.%u", declared, reactor_run.instance % 100U);
  }
  pthread_setname_np(pthread_self(), name);
}

/// Tries each backend in order; see run_on_backend.
template <template <class> class Emitted, class Shape, template <class> class... Backends>
void run_reactor(ReactorRun& reactor_run) noexcept {
  block_signals();
  want_exact_timeouts();
  raise_descriptor_limit();
  name_this_thread(Shape::thread_name, reactor_run);
  const int core = reactor_run.core == core_as_declared ? Shape::core : reactor_run.core;
  if (core != core_any) {
    reactor_run.error = pin_this_thread(Shape::name, core);
    if (reactor_run.error) return reactor_run.ready(reactor_run.program, reactor_run);
  }
  std::snprintf(reactor_run.reason, sizeof reactor_run.reason, "%s",
                reactor_run.backend == nullptr ? "the first declared" : "asked for at start");
  const auto attempt = [&]<class Backend>() {
    if (reactor_run.backend != nullptr && std::strcmp(reactor_run.backend, Backend::name) != 0) {
      return false;
    }
    if (run_on_backend<Emitted<Backend>, Backend>(reactor_run)) return true;
    std::snprintf(reactor_run.reason, sizeof reactor_run.reason, "%.190s",
                  reactor_run.error.message);
    return false;
  };
  const bool ran = (attempt.template operator()<Backends<Shape>>() || ...);
  if (ran) return;
  if (!reactor_run.error) {
    reactor_run.error = StartError::make(start_code::backend_unavailable, "", 0,
                                         "reactors.%s: this program was built without the backend "
                                         "'%s'. Name one that backends.linux lists.",
                                         Shape::name, reactor_run.backend);
  }
  reactor_run.ready(reactor_run.program, reactor_run);
}

}  // namespace loom

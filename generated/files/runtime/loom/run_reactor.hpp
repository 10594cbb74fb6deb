// One reactor thread from its first instruction to its last: pin, choose a backend in the declared
// order, and live on it (reactor_life.hpp). The emitted program calls run_reactor once per reactor;
// each backend is an instantiation of its own.
#pragma once

#include <pthread.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <sys/resource.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "affinity.hpp"
#include "reactor_life.hpp"
#include "run.hpp"
#include "signals.hpp"
#include "system/platform.hpp"

namespace loom {

/// Runs `Emitted` on its backend until it stops, or gives it to its host, and reports its start in
/// between. False, and nothing was reported, when the backend cannot be used here and the next may
/// be tried; `reactor_run.error` says why.
template <class Emitted, class Backend>
bool run_on_backend(ReactorRun& reactor_run) noexcept {
  reactor_run.error = Backend::probe();
  if (reactor_run.error) return false;
  auto life = std::make_unique<ReactorLife<Emitted, Backend>>(reactor_run);
  if (!life->start()) return false;
  reactor_run.ready(reactor_run.program, reactor_run);
  if (reactor_run.host == nullptr) {
    life->finish();
  } else if (life->started()) {
    *reactor_run.host = std::make_unique<HostedReactor>(std::move(life));
  }
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
inline void want_exact_timeouts() noexcept {
#if defined(__linux__)
  prctl(PR_SET_TIMERSLACK, 1UL);
#endif
}

/// The declared name, and its number behind that of an instance; Linux keeps 15 characters,
/// pthread_setname_np(3).
inline void name_this_thread(const char* declared, const ReactorRun& reactor_run) noexcept {
  char name[16];
  if (reactor_run.instances == 1) {
    std::snprintf(name, sizeof name, "%s", declared);
  } else {
    std::snprintf(name, sizeof name, "%.12s.%u", declared, reactor_run.instance % 100U);
  }
  system::name_thread(name);
}

/// Tries each backend in order; see run_on_backend.
template <template <class> class Emitted, class Shape, template <class> class... Backends>
void run_reactor(ReactorRun& reactor_run) noexcept {
  raise_descriptor_limit();
  // A host's thread stays as it is.
  const bool own_thread = reactor_run.host == nullptr;
  if (own_thread) {
    block_signals();
    want_exact_timeouts();
    name_this_thread(Shape::thread_name, reactor_run);
  }
  const int core = reactor_run.core == core_as_declared ? Shape::core : reactor_run.core;
  if (own_thread && core != core_any) {
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
                                         "'%s'. Name one that backends.%s lists.",
                                         Shape::name, reactor_run.backend, system::platform_name);
  }
  reactor_run.ready(reactor_run.program, reactor_run);
}

}  // namespace loom

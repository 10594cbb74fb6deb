// Zones of a profiling build, over Tracy's client. Only the output of `loomgen build --trace` has
// this file. A zone costs a thread-local load and a branch each way while no profiler is connected.
//
// A reactor's thread looks for the profiler once a turn and not in each zone: whatever a fiber
// opened before the profiler came is then never ended in front of it, which Tracy would take for a
// broken program. Threads that are no reactor's ask each time.
#pragma once

#include <cstdint>
#include <new>
#include <optional>

#include <tracy/Tracy.hpp>

#if !defined(TRACY_ENABLE) || !defined(TRACY_ON_DEMAND) || !defined(TRACY_FIBERS)
#error "build Tracy with TRACY_ON_DEMAND and TRACY_FIBERS: docs/PROFILING.md has the commands"
#endif

namespace loom::trace {

struct Lane;

/// What `ThreadState::connection` is on a thread that is no reactor's.
inline constexpr std::uint64_t ask_each_time = ~std::uint64_t{0};

/// What this thread knows of the profiler.
struct ThreadState {
  /// The connection that the current turn is recorded for; 0: none.
  std::uint64_t connection = ask_each_time;
  /// Of the reactor that runs on this thread; nullptr: of none.
  Lane* lane = nullptr;
};

/// Sixteen bytes, because larger thread-local storage in a module that is loaded late can make
/// dlopen fail; and found without a call.
[[gnu::tls_model("initial-exec")]] inline constinit thread_local ThreadState this_thread;

/// Whether what happens now is recorded, on a thread of any kind.
[[gnu::noinline]] inline bool is_recorded() noexcept {
  const std::uint64_t connection = this_thread.connection;
  const tracy::Profiler& profiler = tracy::GetProfiler();
  if (connection == ask_each_time) return profiler.IsConnected();
  return connection == profiler.ConnectionId();
}

/// A zone from its construction to the end of its scope.
class Zone {
 public:
  /// `place` lasts as long as the program.
  explicit Zone(const tracy::SourceLocationData& place) noexcept {
    if (this_thread.connection != 0) [[unlikely]] {
      begin(place);
    }
  }
  Zone(const Zone&) = delete;
  Zone& operator=(const Zone&) = delete;
  ~Zone() {
    if (is_open_) [[unlikely]] {
      end();
    }
  }

 private:
  [[gnu::noinline]] void begin(const tracy::SourceLocationData& place) noexcept {
    if (!is_recorded()) return;
    ::new (static_cast<void*>(&zone_)) tracy::ScopedZone(&place);
    is_open_ = true;
  }

  [[gnu::noinline]] void end() noexcept { zone_.~ScopedZone(); }

  bool is_open_ = false;
  union {
    tracy::ScopedZone zone_;  ///< lives while `is_open_`
  };
};

/// A zone of a coroutine: closed while that is suspended, and opened again on whichever thread it
/// goes on.
class CoroutineZone {
 public:
  /// `place` lasts as long as the program.
  explicit CoroutineZone(const tracy::SourceLocationData& place) noexcept : place_(place) {
    zone_.emplace(place_);
  }
  CoroutineZone(const CoroutineZone&) = delete;
  CoroutineZone& operator=(const CoroutineZone&) = delete;

  /// Closes the zone until its end.
  class Pause {
   public:
    explicit Pause(CoroutineZone& zone) noexcept : zone_(zone) {
      if (zone_.pauses_++ == 0) zone_.zone_.reset();
    }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;
    ~Pause() {
      if (--zone_.pauses_ == 0) zone_.zone_.emplace(zone_.place_);
    }

   private:
    CoroutineZone& zone_;
  };

  /// For `(void(zone.pause()), co_await what)`: a temporary, which lasts until the full expression
  /// ends, with an exception or when the coroutine is destroyed meanwhile too.
  Pause pause() noexcept { return Pause(*this); }

 private:
  const tracy::SourceLocationData& place_;
  std::optional<Zone> zone_;  ///< empty while it is suspended
  int pauses_ = 0;            ///< one full expression may suspend several times
};

}  // namespace loom::trace

#define LOOM_TRACE_JOIN_AGAIN(first, second) first##second
#define LOOM_TRACE_JOIN(first, second) LOOM_TRACE_JOIN_AGAIN(first, second)
#define LOOM_TRACE_PLACE(variable, name, colour)                                 \
  static constexpr tracy::SourceLocationData variable {                          \
    name, __FUNCTION__, __FILE__, static_cast<std::uint32_t>(__LINE__), (colour) \
  }
#define LOOM_ZONE_AS(unique, name, colour)                              \
  LOOM_TRACE_PLACE(LOOM_TRACE_JOIN(loom_place_, unique), name, colour); \
  const ::loom::trace::Zone LOOM_TRACE_JOIN(loom_zone_,                 \
                                            unique)(LOOM_TRACE_JOIN(loom_place_, unique))

/// Opens a zone for the rest of the scope; `colour` is 0xRRGGBB, 0: Tracy's choice.
#define LOOM_ZONE(name, colour) LOOM_ZONE_AS(__COUNTER__, name, colour)
/// The same in a coroutine, as a `variable` that can be paused.
#define LOOM_COROUTINE_ZONE(variable, name, colour)                  \
  LOOM_TRACE_PLACE(LOOM_TRACE_JOIN(variable, _place), name, colour); \
  ::loom::trace::CoroutineZone variable(LOOM_TRACE_JOIN(variable, _place))

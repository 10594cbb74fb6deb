// What the runtime of a profiling build calls at the places that schemas/trace_points.ts of loomgen
// names: turns, fibers, plots, messages, the names of threads. Everything but name_thread() and
// TRACED_MUTEX is called on a reactor's thread.
#pragma once

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <mutex>

#include "trace_lane.hpp"

namespace loom::trace {

/// Bytes of one message, at most; longer ones are cut.
inline constexpr std::size_t message_bytes = 160;

/// Whether the current turn is recorded.
[[nodiscard]] inline bool is_turn_recorded() noexcept {
  return this_thread.connection != 0 && this_thread.connection != ask_each_time && is_recorded();
}

/// A line on the timeline, as printf(3) makes it; only while a profiler is connected.
[[gnu::format(printf, 1, 2), gnu::noinline]] inline void say(const char* format, ...) noexcept {
  if (!is_recorded()) return;
  char text[message_bytes];
  va_list given;
  va_start(given, format);
  const int length = std::vsnprintf(text, sizeof text, format, given);
  va_end(given);
  if (length <= 0) return;
  const auto whole = static_cast<std::size_t>(length);
  TracyMessage(text, whole < sizeof text ? whole : sizeof text - 1);
}

/// Names this thread, and of several instances which it is.
inline void name_thread(const char* name, std::uint32_t instance, std::uint32_t instances) {
  char text[64];
  if (instances > 1) {
    std::snprintf(text, sizeof text, "%s.%u", name, instance);
  } else {
    std::snprintf(text, sizeof text, "%s", name);
  }
  tracy::SetThreadName(text);
}

/// A reactor opens on this thread; again on another backend when the first could not be used.
inline void open_reactor(const char* name, const char* backend, std::uint32_t instance,
                         std::uint32_t instances) {
  char text[48];
  std::snprintf(text, sizeof text, instances > 1 ? "%s.%u" : "%s", name, instance);
  if (this_thread.lane == nullptr) this_thread.lane = open_lane(text);
  this_thread.connection = 0;
  if (this_thread.lane == nullptr) return;
  std::snprintf(this_thread.lane->backend, sizeof this_thread.lane->backend, "%s", backend);
}

/// At the end of its scope the reactor of this thread is over.
struct ReactorEnd {
  ReactorEnd() noexcept = default;
  ReactorEnd(const ReactorEnd&) = delete;
  ReactorEnd& operator=(const ReactorEnd&) = delete;
  ~ReactorEnd() {
    if (this_thread.lane != nullptr) close_lane(*this_thread.lane);
    this_thread = ThreadState{};
  }
};

/// A profiler came between this turn and the one before: tells it what it could not see.
[[gnu::noinline]] inline void greet(std::uint64_t connection) noexcept {
  this_thread.connection = connection;
  Lane* const lane = this_thread.lane;
  if (lane == nullptr || connection == 0) return;
  lane->shown.fill(-1);
  say("reactors.%s runs on %s", lane->name, lane->backend);
}

/// A turn begins: here, and nowhere else, a reactor notices that a profiler has come or gone.
inline void begin_turn() noexcept {
  const tracy::Profiler& profiler = tracy::GetProfiler();
  const std::uint64_t connection = profiler.IsConnected() ? profiler.ConnectionId() : 0;
  if (connection != this_thread.connection) [[unlikely]] {
    greet(connection);
  }
}

/// Opens the zone of the turn when it is not open yet.
[[gnu::noinline]] inline void open_turn() noexcept {
  static constexpr tracy::SourceLocationData place{"turn", "turn", "loom/reactor.hpp", 1, 0x4c566a};
  Lane* const lane = this_thread.lane;
  if (lane == nullptr || lane->turn.has_value() || !is_turn_recorded()) return;
  lane->turn.emplace(&place);
}

/// Something happens in this turn. Turns in which nothing does, thousands a second while a reactor
/// spins, are gaps on the timeline.
inline void note_work() noexcept {
  if (this_thread.connection != 0) [[unlikely]] {
    open_turn();
  }
}

/// Ends the zone of the turn at the end of its scope, and the frame where frames are asked for.
class TurnEnd {
 public:
  TurnEnd() noexcept = default;
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;
  ~TurnEnd() {
    if (this_thread.connection != 0) [[unlikely]] {
      end();
    }
  }

 private:
  [[gnu::noinline]] static void end() noexcept {
    Lane* const lane = this_thread.lane;
    if (lane == nullptr || !lane->turn.has_value()) return;
    lane->turn.reset();
#ifdef LOOM_TRACE_FRAMES
    if (is_turn_recorded()) FrameMarkNamed(lane->name);
#endif
  }
};

/// Shows a value on a plot of this reactor when it is another than the last.
inline void plot(Plot which, std::uint64_t value) noexcept {
  Lane* const lane = this_thread.lane;
  if (lane == nullptr) return;
  const auto place = static_cast<std::size_t>(which);
  const auto shown = static_cast<std::int64_t>(value);
  if (lane->shown[place] == shown) return;
  lane->shown[place] = shown;
  TracyPlot(lane->plots[place], shown);
}

/// The run of one fiber: a zone on the reactor's line, and what happens meanwhile on the fiber's
/// own. `record` is where the fiber lives, `label` its name for people, `number` which of several.
class FiberRun {
 public:
  FiberRun(const void* record, const char* label, std::uint32_t number) noexcept {
    if (this_thread.connection != 0) [[unlikely]] {
      enter(record, label, number);
    }
  }
  FiberRun(const FiberRun&) = delete;
  FiberRun& operator=(const FiberRun&) = delete;
  ~FiberRun() {
    if (connection_ != 0) [[unlikely]] {
      leave();
    }
  }

 private:
  [[gnu::noinline]] void enter(const void* record, const char* label,
                               std::uint32_t number) noexcept {
    static constexpr tracy::SourceLocationData place{"fiber", "enter", "loom/fiber/scheduler.hpp",
                                                     1, 0x5e81ac};
    Lane* const lane = this_thread.lane;
    const char* const name =
        lane == nullptr || !is_turn_recorded() ? nullptr : lane->fiber_name(record, label, number);
    if (name == nullptr) {
      // Its zones have no line of their own to be on.
      hidden_ = this_thread.connection;
      this_thread.connection = 0;
      connection_ = hidden_;
      return;
    }
    connection_ = this_thread.connection;
    zone_.emplace(&place);
    zone_->Text(name, std::strlen(name));
    TracyFiberEnter(name);
  }

  [[gnu::noinline]] void leave() noexcept {
    if (hidden_ != 0) {
      this_thread.connection = hidden_;
      return;
    }
    // After another connection began there is nothing to leave in front of it.
    if (tracy::GetProfiler().ConnectionId() == connection_) TracyFiberLeave;
    zone_.reset();
  }

  std::uint64_t connection_ = 0;
  std::uint64_t hidden_ = 0;
  std::optional<tracy::ScopedZone> zone_;
};

}  // namespace loom::trace

/// A mutex that the profiler sees, as a member with a default.
#define LOOM_TRACED_MUTEX(name) TracyLockable(std::mutex, name)

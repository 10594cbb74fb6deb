// Marks what the loop runs while a scope lasts, in reactors that declare a budget; in all others it
// is nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "activity_names.hpp"
#include "core.hpp"

namespace loom {

/// What a scope keeps in a reactor without a budget.
struct NothingWatched {};

/// For one scope on the reactor's thread: the loop is at `what`, an operation number or one of
/// loom::activity, or has resumed the fiber of `label`. Scopes nest. `Shape` is the reactor's
/// emitted shape.
template <class Shape>
class Watched {
  static constexpr bool is_watched = Shape::stall_nanoseconds != 0;

 public:
  Watched(ReactorCore& core, std::uint32_t what) noexcept : core_(core) {
    if constexpr (is_watched) kept_ = {core_.activity_->begin(what), {}};
  }
  Watched(ReactorCore& core, const FiberLabel& label) noexcept : core_(core) {
    if constexpr (is_watched) kept_ = {core_.activity_->begin_fiber(label), label};
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() {
    if constexpr (is_watched) {
      if (core_.activity_->end(kept_.outer)) [[unlikely]] {
        report();
      }
    }
  }

 private:
  struct Kept {
    std::uint64_t outer = 0;
    FiberLabel fiber{};  ///< the record may be another fiber's when the scope ends
  };

  /// The watchdog named what ended: says how long it was in all.
  void report() noexcept {
    core_.stats().add(Stat::stalls);
    const std::uint64_t since = core_.activity_->take_stall();
    const std::uint64_t now = core_.now_nanoseconds();
    // Named at the very end of it: the loop has been at something else since.
    if (since == 0 || now < since) return;
    StallPayload payload{now - since};
    const NamedActivity named{core_.activity_->ended(), kept_.fiber};
    name_activity(*core_.activity_names_, named, payload.activity, sizeof payload.activity);
    const auto length = static_cast<std::uint32_t>(std::strlen(payload.activity));
    core_.tell(DeliveryEvent::stall, 0, 0, payload,
               static_cast<std::uint32_t>(offsetof(StallPayload, activity)) + length);
    char line[240];
    format_stall(line, sizeof line, *core_.activity_names_, named, "held", now - since, " in all");
    core_.log(line);
  }

  ReactorCore& core_;
  [[no_unique_address]] std::conditional_t<is_watched, Kept, NothingWatched> kept_{};
};

}  // namespace loom

// What a profiling build keeps of one reactor: the names of its plots, what they showed last, the
// zone of its turn, and the names of its fibers. Tracy asks for names by their addresses at any
// later time, so a lane is never freed: the next reactor of the same name takes it over.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "trace.hpp"

namespace loom::trace {

/// Reactors of one process that are told apart, at most; further ones have zones and no plots.
inline constexpr std::size_t maximum_lanes = 64;
/// Names of fibers that one reactor's lane keeps; further fibers are not recorded.
inline constexpr std::size_t maximum_fiber_names = std::size_t{1} << 16U;

/// The plots of a reactor, in the order of `plot_names`.
enum class Plot : std::uint8_t {
  in_flight,
  overflow,
  ready_fibers,
  bytes_received,
  bytes_sent,
  inbox
};
inline constexpr std::size_t plot_count = 6;
inline constexpr const char* plot_names[plot_count] = {
    "in flight", "overflow", "ready fibers", "bytes received", "bytes sent", "inbox"};

/// Of one reactor; everything but `is_taken` belongs to its thread.
struct Lane {
  /// Partners: open_lane, which claims it, and close_lane, which releases it with what it holds.
  std::atomic<bool> is_taken{false};
  char name[48] = {};
  char backend[16] = {};
  char plots[plot_count][80] = {};
  std::array<std::int64_t, plot_count> shown{};
  std::optional<tracy::ScopedZone> turn;
  std::map<std::pair<const void*, const char*>, std::string> fibers;

  /// A name of its own for the fiber of a record, whose name for people is `label`; nullptr past
  /// the bound. `number` tells connections apart.
  const char* fiber_name(const void* record, const char* label, std::uint32_t number) {
    const auto found = fibers.find({record, label});
    if (found != fibers.end()) return found->second.c_str();
    if (fibers.size() == maximum_fiber_names) return nullptr;
    std::string text = std::string(name) + ": " + label + " " + std::to_string(number);
    return fibers.emplace(std::pair(record, label), std::move(text)).first->second.c_str();
  }
};

/// All lanes of the process.
struct Lanes {
  std::mutex mutex;
  /// Never freed, see above; by place, the first `count` of them.
  std::array<Lane*, maximum_lanes> items{};
  std::size_t count = 0;

  static Lanes& all() noexcept {
    static auto* const lanes = new Lanes;
    return *lanes;
  }
};

/// A free lane of that name, or a new one; nullptr past the bound.
inline Lane* open_lane(const char* name) {
  Lanes& lanes = Lanes::all();
  const std::lock_guard lock(lanes.mutex);
  for (std::size_t n = 0; n < lanes.count; ++n) {
    Lane& lane = *lanes.items[n];
    if (std::strcmp(lane.name, name) != 0) continue;
    if (!lane.is_taken.exchange(true, std::memory_order_acquire)) return &lane;
  }
  if (lanes.count == maximum_lanes) return nullptr;
  auto* const lane = new Lane;
  lane->is_taken.store(true, std::memory_order_relaxed);
  std::snprintf(lane->name, sizeof lane->name, "%s", name);
  for (std::size_t n = 0; n < plot_count; ++n) {
    std::snprintf(lane->plots[n], sizeof lane->plots[n], "%s %s", name, plot_names[n]);
  }
  lanes.items[lanes.count] = lane;
  lanes.count += 1;
  return lane;
}

/// The reactor is over.
inline void close_lane(Lane& lane) noexcept {
  lane.turn.reset();
  lane.is_taken.store(false, std::memory_order_release);
}

}  // namespace loom::trace

// What one reactor thread is given to run with, and how it answers. Filled by RunningProgram,
// read by the emitted reactor.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

#include "error.hpp"
#include "hosted.hpp"
#include "lateness.hpp"
#include "pool_queue.hpp"
#include "shared_layout.hpp"
#include "spread_table.hpp"

namespace loom {

class Activity;
struct ActivityTable;

/// Bounds of a program.
inline constexpr std::uint32_t maximum_reactors = 16;
static_assert(maximum_instances == maximum_reactors, "each instance is a reactor of its own");
inline constexpr std::uint32_t maximum_bound_addresses = 64;
inline constexpr std::uint32_t maximum_address_overrides = 64;

/// The core declared in the config.
inline constexpr int core_as_declared = -2;
/// No pinning.
inline constexpr int core_any = -1;

/// Another address for a declared fd.
struct AddressOverride {
  const char* fd = nullptr;
  const char* address = nullptr;
};

/// The address a server really bound; port 0 has become the kernel's choice.
struct BoundAddress {
  std::uint16_t fd = 0;  ///< program-wide number
  char name[33] = {};
  char text[128] = {};
};

/// What one class of stacks was used for.
struct StackUse {
  const char* name = "";
  std::uint32_t count = 0;      ///< stacks
  std::uint32_t used_most = 0;  ///< in use at once
  std::uint32_t refused = 0;    ///< fibers that got none and could not wait
};

/// Classes of one reactor whose use is reported; those past it are left out.
inline constexpr std::uint32_t maximum_reported_stack_classes = 16;

/// Where an instance of a group stands. The keeper makes it serve and asks it to retire, the
/// instance leaves, its thread says that it has ended.
enum class MemberPhase : std::uint8_t {
  off,       ///< no thread
  serving,   ///< from before its thread's start
  retiring,  ///< it takes no new connection, and ends when those it has are over
  leaving,   ///< it stops
  ended,     ///< its thread can be joined
};

/// One reactor's start, run and answers. Everything below `wake_fd` is written by the reactor's
/// thread before it reports, and read by the starting thread after that.
struct ReactorRun {
  std::uint32_t index = 0;
  std::uint32_t instance = 0;         ///< its number in its group
  std::uint32_t instances = 1;        ///< those of the group, `index - instance` is the first
  const ReactorRun* runs = nullptr;   ///< of all reactors, by their index, for their `shared`
  const ReactorRun* first = nullptr;  ///< instance 0, which has reported; nullptr for itself
  SpreadTable* spread = nullptr;      ///< what instances share of their servers
  /// Partners: leaves_group and GroupKeeper.
  std::atomic<MemberPhase>* phase = nullptr;
  std::byte* shared = nullptr;  ///< zeroed, shared_bytes long, 8-byte aligned
  int core = core_as_declared;
  const char* backend = nullptr;  ///< nullptr: in the declared order
  const AddressOverride* addresses = nullptr;
  std::uint32_t address_count = 0;
  /// Partner: RunningProgram::request_stop stores true; the loop loads it every turn.
  std::atomic<bool>* stop_requested = nullptr;
  void (*request_stop)(void* program) noexcept = nullptr;
  void (*ready)(void* program, ReactorRun& run) noexcept = nullptr;
  void* program = nullptr;
  void (*wake_js)(void* context) noexcept = nullptr;
  void (*log)(void* context, const char* line) noexcept = nullptr;
  void* context = nullptr;
  int wake_fd = -1;                   ///< the inbox's; a write ends the reactor's wait
  Inbox* inbox = nullptr;             ///< what other threads leave for this reactor
  Inbox* inboxes = nullptr;           ///< of all reactors, by their index
  PoolQueue* const* pools = nullptr;  ///< of all pools, by their index
  PoolQueue* blocking = nullptr;      ///< carries out what the backend cannot; nullptr: none
  /// Where a reactor goes that the starting thread turns; nullptr: it runs on its own.
  std::unique_ptr<HostedReactor>* host = nullptr;
  Activity* activity = nullptr;  ///< what the loop is at, for the watchdog
  const ActivityTable* activity_names = nullptr;

  StartError error;
  LatenessSummary lateness;                         ///< of its deadlines; when it has stopped
  StackUse stacks[maximum_reported_stack_classes];  ///< when it has stopped
  std::uint32_t stack_class_count = 0;
  char backend_name[12] = {};
  char reason[200] = {};
  BoundAddress bound[maximum_bound_addresses];
  std::uint32_t bound_count = 0;
  std::uint64_t addresses_used = 0;  ///< bit n: override n names an fd of this reactor

  /// The address for fd `name`: overridden, or `declared`.
  [[nodiscard]] const char* address_of(const char* name, const char* declared) noexcept {
    for (std::uint32_t n = 0; n < address_count && n < maximum_address_overrides; ++n) {
      if (std::strcmp(addresses[n].fd, name) != 0) continue;
      addresses_used |= std::uint64_t{1} << n;
      return addresses[n].address;
    }
    return declared;
  }

  /// The address that instance 0 bound for server `fd`, or `declared` where there is none.
  [[nodiscard]] const char* first_bound(std::uint16_t fd, const char* declared) const noexcept {
    for (std::uint32_t n = 0; first != nullptr && n < first->bound_count; ++n) {
      if (first->bound[n].fd == fd) return first->bound[n].text;
    }
    return declared;
  }

  /// Notes the address that server `fd` bound; past the bound of the table it is left out.
  void report_bound(std::uint16_t fd, const char* name, const char* text) noexcept {
    if (bound_count == maximum_bound_addresses) return;
    BoundAddress& entry = bound[bound_count];
    entry.fd = fd;
    std::snprintf(entry.name, sizeof entry.name, "%s", name);
    std::snprintf(entry.text, sizeof entry.text, "%s", text);
    bound_count += 1;
  }
};

}  // namespace loom

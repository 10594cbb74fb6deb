// The signals of a program's signalfds, taken before any of its threads exists. They stay blocked
// in the starting thread until the process ends: one that came in between would end it.
#pragma once

#include <cstdint>
#include <cstdio>

#include "error.hpp"
#include "program_table.hpp"
#include "signal_threads.hpp"

namespace loom {

/// Blocks what the reactors' signalfds are to read in the calling thread, which must be the one
/// that starts the others. Fails when another thread would take one of them.
inline StartError claim_signals(const ProgramTable& table) noexcept {
  for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
    block_in_this_thread(table.reactors[index].signals);
  }
  for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
    const ReactorEntry& entry = table.reactors[index];
    const OpenThread thread = thread_that_takes(entry.signals);
    if (thread.id == 0) continue;
    return StartError::make(
        start_code::cannot_take_signals, "", 0,
        "reactors.%s: the thread '%s' (%ld) of this process does not block the signals that its "
        "signal fds are to read, and would take them. Start before other threads exist, as the "
        "standalone program does; inside Node use process.on('SIGHUP', ...) and an eventfd.",
        entry.name, thread.name, thread.id);
  }
  return {};
}

}  // namespace loom

// What a reactor's thread is given before it starts: its inbox, and a ReactorRun filled from the
// program's table and from what the program is started with.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "program_table.hpp"

namespace loom {

/// What all reactors of one program have in common; see ReactorRun for the fields.
struct ProgramParts {
  const ProgramTable* table = nullptr;
  const ProgramStart* start = nullptr;
  ReactorRun* runs = nullptr;
  Inbox* inboxes = nullptr;
  Activity* activities = nullptr;
  SpreadTable* spread = nullptr;
  PoolQueue* const* pools = nullptr;
  std::atomic<bool>* stop_requested = nullptr;
  void (*request_stop)(void* program) noexcept = nullptr;
  void (*ready)(void* program, ReactorRun& run) noexcept = nullptr;
  void* program = nullptr;
};

/// Makes room for what other threads leave for reactor `index`; once.
inline StartError open_inbox(const ProgramParts& parts, std::uint32_t index) noexcept {
  const ReactorEntry& entry = parts.table->reactors[index];
  Inbox& inbox = parts.inboxes[index];
  if (!inbox.doorbell().open()) {
    return StartError::make(start_code::cannot_start_thread, "", errno,
                            "no eventfd for reactors.%s: %s. Raise the limit of open files "
                            "(ulimit -n).",
                            entry.name, std::strerror(errno));
  }
  if (!inbox.mailbox().open(entry.mailbox_entries)) {
    return StartError::make(start_code::out_of_memory, "", ENOMEM,
                            "no memory for %u items of mail. Declare a smaller "
                            "reactors.%s.mailbox.",
                            entry.mailbox_entries, entry.name);
  }
  return {};
}

/// Fills the run of reactor `index` anew; while no thread of its runs.
inline void prepare_run(const ProgramParts& parts, std::uint32_t index,
                        std::atomic<MemberPhase>& phase) noexcept {
  const ReactorEntry& entry = parts.table->reactors[index];
  const ProgramStart& start = *parts.start;
  ReactorRun& run = parts.runs[index];
  run = ReactorRun{};
  run.index = index;
  run.shared = start.reactors[index].shared;
  run.runs = parts.runs;
  run.instance = entry.instance;
  run.instances = entry.instances;
  if (entry.instance != 0) run.first = &parts.runs[index - entry.instance];
  run.spread = parts.spread;
  run.phase = &phase;
  run.core = start.reactors[index].core;
  if (run.core == core_as_declared) run.core = entry.core;
  run.backend = start.backend;
  run.addresses = start.addresses;
  run.address_count = start.address_count;
  run.stop_requested = parts.stop_requested;
  run.request_stop = parts.request_stop;
  run.ready = parts.ready;
  run.program = parts.program;
  run.wake_js = start.wake_js;
  run.log = start.log;
  run.context = start.context;
  run.wake_fd = parts.inboxes[index].doorbell().fd_to_watch();
  run.inbox = &parts.inboxes[index];
  run.inboxes = parts.inboxes;
  run.activity = &parts.activities[index];
  run.activity_names = &entry.activities;
  run.pools = parts.pools;
  run.blocking = entry.blocking_pool < 0 ? nullptr : run.pools[entry.blocking_pool];
  sign_shared_block(run.shared);
}

}  // namespace loom

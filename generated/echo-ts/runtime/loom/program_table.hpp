// A program as data: the table that the emitted program.cpp defines, what it is started with, and
// what the start answers.
#pragma once

#include <cstddef>
#include <cstdint>

#include "activity_names.hpp"
#include "pool.hpp"
#include "run.hpp"

namespace loom {

/// One reactor of the emitted program.
struct ReactorEntry {
  const char* name;
  std::uint32_t shared_bytes;  ///< of the block it shares with JavaScript
  void (*run)(ReactorRun& run) noexcept;
  std::uint32_t mailbox_entries = 256;   ///< 2^n, mail from other threads
  std::int32_t blocking_pool = -1;       ///< index of the pool for what the backend cannot do
  std::uint32_t instance = 0;            ///< of a group: its number, they follow each other
  std::uint32_t instances = 1;           ///< of a group: how many there are
  std::uint32_t minimum_instances = 1;   ///< of an elastic group: those that always run
  std::uint64_t linger_nanoseconds = 0;  ///< elastic: so long one too many stays; 0: all always run
  int core = core_as_declared;           ///< of a group: this instance's own
  std::uint64_t signals = 0;             ///< what its signalfds take: bit n - 1 is signal n
  std::uint64_t stall_nanoseconds = 0;   ///< the watchdog's budget; 0: it is not watched
  ActivityTable activities{};
};

/// The emitted program.
struct ProgramTable {
  const char* name;
  std::uint32_t abi;  ///< shared_abi of the runtime it was built with
  const ReactorEntry* reactors;
  std::uint32_t reactor_count;
  const PoolEntry* pools = nullptr;
  std::uint32_t pool_count = 0;
  bool writes_stdout = false;  ///< a pipe fd does; the standalone program then talks on stderr
  const char* layout = "";     ///< hash of what the bindings must agree with; "": has none
};

/// Defined by the emitted program.cpp.
const ProgramTable& program_table() noexcept;

/// What one reactor is started with.
struct ReactorStart {
  std::byte* shared = nullptr;  ///< shared_bytes long, zeroed, 8-byte aligned
  int core = core_as_declared;
};

/// What a program is started with. The callbacks run on reactor threads.
struct ProgramStart {
  ReactorStart reactors[maximum_reactors];
  const char* backend = nullptr;               ///< nullptr: each reactor's declared order
  const AddressOverride* addresses = nullptr;  ///< one an fd; must outlive start()
  std::uint32_t address_count = 0;
  void (*wake_js)(void* context) noexcept = nullptr;  ///< at most once per arming
  void (*stopped)(void* context, std::uint32_t reactor) noexcept = nullptr;
  void (*log)(void* context, const char* line) noexcept = nullptr;
  void* context = nullptr;
  bool hosted = false;    ///< the starting thread turns the program's one reactor; no thread does
  bool announces = true;  ///< the log also says how each reactor started
};

/// How the start went. With `ok` false nothing runs any more.
struct StartReport {
  bool ok = false;
  char code[24] = {};
  char fd[33] = {};
  int system_error = 0;
  char message[400] = {};  ///< what, why, and the fix
  struct Backend {
    char backend[12] = {};
    char reason[200] = {};
  } reactors[maximum_reactors];
  BoundAddress bound[maximum_bound_addresses];
  std::uint32_t bound_count = 0;
};

}  // namespace loom

// The constants of fds that tell of events and carry no stream: eventfd(2) and signalfd(2), as the
// generator writes them into `fds.hpp`.
#pragma once

#include <cstdint>

namespace loom {

/// One eventfd: `fds.<name>` of the config.
struct EventShape {
  const char* name = "";
  std::uint16_t index = 0;  ///< program-wide number
  /// Operation numbers in the reactor's `Operation` enumeration.
  std::uint16_t read_operation = 0;
  std::uint16_t cancel_operation = 0;
  std::uint32_t initial = 0;  ///< the counter at the start
  bool semaphore = false;     ///< EFD_SEMAPHORE: each event takes 1
  std::int32_t adopt = -1;    ///< the number of an eventfd that is open at start; -1 makes one
};

/// One signalfd: `fds.<name>` of the config.
struct SignalShape {
  const char* name = "";
  std::uint16_t index = 0;
  std::uint16_t read_operation = 0;
  std::uint16_t cancel_operation = 0;
  std::uint64_t signals = 0;  ///< bit n - 1 is signal n
};

}  // namespace loom

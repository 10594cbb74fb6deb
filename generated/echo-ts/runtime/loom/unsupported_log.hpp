// Says once of each operation that it was asked for and cannot be done here, so that a log tells
// why a request gave Failure::unsupported and is not flooded by it.
#pragma once

#include <cstdint>
#include <cstdio>

#include "core.hpp"
#include "system/opcode_name.hpp"

namespace loom {

/// What was said; one for each backend.
class UnsupportedLog {
 public:
  /// Logs one line, the first time for each opcode. `where` names the backend.
  void note(ReactorCore& core, const char* where, system::Opcode opcode) noexcept {
    static_assert(system::opcode_limit <= 64, "one bit an opcode");
    const std::uint64_t bit = std::uint64_t{1} << (static_cast<unsigned>(opcode) % 64U);
    if ((said_ & bit) != 0) return;
    said_ |= bit;
    char line[160];
    std::snprintf(line, sizeof line,
                  "loom: %s cannot do the operation %s; it gives ENOSYS (docs/OPERATIONS.md)",
                  where, system::opcode_name(opcode));
    core.log(line);
  }

 private:
  std::uint64_t said_ = 0;
};

}  // namespace loom

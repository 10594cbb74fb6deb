// The protocol that the recorder says it speaks: that of Tracy 0.13.
#pragma once

#include <cstdint>

namespace tracy {
enum : std::uint32_t { ProtocolVersion = 76 };
}  // namespace tracy

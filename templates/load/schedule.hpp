// The times and sizes of a recorded session, as a file of pairs of u64 little-endian: nanoseconds
// after the first message, in order, and bytes of the body.
#pragma once

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "socket.hpp"

namespace bench {

/// One message of a recording.
struct Recorded {
  std::uint64_t offset_nanoseconds = 0;
  std::uint64_t body_bytes = 0;  ///< 16 to 65535
};
static_assert(sizeof(Recorded) == 16 && std::endian::native == std::endian::little);

/// Messages that a schedule has at most: 16 MiB of it.
inline constexpr std::size_t longest_schedule = std::size_t{1} << 20U;

/// Reads a schedule. Ends the process where it is none.
inline std::vector<Recorded> read_schedule(const char* path) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) fail("--schedule", errno);
  std::vector<Recorded> schedule;
  std::uint64_t before = 0;
  for (Recorded one; std::fread(&one, sizeof one, 1, file) == 1;) {
    const bool fits = one.body_bytes >= 16 && one.body_bytes <= 65535;
    if (!fits || one.offset_nanoseconds < before || schedule.size() == longest_schedule) {
      fail("--schedule: bodies of 16 to 65535 bytes, in the order of their times, 1048576 at most");
    }
    before = one.offset_nanoseconds;
    schedule.push_back(one);
  }
  std::fclose(file);
  if (schedule.empty()) fail("--schedule has no message");
  return schedule;
}

}  // namespace bench

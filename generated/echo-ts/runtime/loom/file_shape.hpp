// What the config says of a file: its path, what may be done with it, its buffers.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace loom {

/// What a file is opened for: `mode` of the config. `append` is O_APPEND: whatever is written goes
/// to the end, also where other processes write there too.
enum class FileMode : std::uint8_t { read, write, append, read_write };

/// One file fd: `fds.<name>` of the config.
struct FileShape {
  const char* name = "";
  std::uint16_t index = 0;  ///< program-wide number
  const char* path = "";    ///< relative to the working directory, or `fd:3`: it is open already
  FileMode mode = FileMode::read;
  bool create = false;    ///< O_CREAT with `permissions`
  bool truncate = false;  ///< O_TRUNC
  bool direct = false;    ///< O_DIRECT: past the page cache, in whole blocks
  mode_t permissions = 0644;
  std::uint32_t operations = 16;   ///< reads and writes in flight; more wait
  std::uint32_t buffer_bytes = 0;  ///< of one lent buffer, whole pages; 0 is no buffers
  std::uint32_t buffer_count = 0;
  std::uint16_t memory = 0;  ///< of its buffers, among the reactor's registered memories
};

}  // namespace loom

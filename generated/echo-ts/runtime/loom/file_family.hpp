// A declared file in its reactor: opened at the start, with its buffers, and closed with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "core.hpp"
#include "file.hpp"
#include "file_open.hpp"
#include "run.hpp"

namespace loom {

/// The state of one file fd.
template <class Fd>
struct FileFamily {
  static constexpr const FileShape& shape = Fd::shape;
  static constexpr std::size_t buffer_bytes = std::size_t{shape.buffer_bytes} * shape.buffer_count;
  static_assert(shape.buffer_bytes % usual_block_bytes == 0, "buffers are whole pages");
  static_assert(shape.buffer_count <= 65535, "buffers are numbered by 16 bits");

  /// Opens the file and makes its buffers known to the backend.
  template <class Backend>
  StartError start(ReactorCore& core, Backend& backend, ReactorRun& run) noexcept {
    const char* path = run.address_of(shape.name, shape.path);
    if (StartError error = open_file(shape, path, state.fd)) return error;
    if constexpr (shape.direct) {
      state.block_bytes = block_bytes_of(state.fd);
      if (state.block_bytes > usual_block_bytes) {
        return StartError::make(start_code::no_direct_file, shape.name, 0,
                                "fds.%s: '%s' wants direct transfers in blocks of %u bytes, more "
                                "than a page. Remove `direct`.",
                                shape.name, path, state.block_bytes);
      }
    }
    if constexpr (buffer_bytes != 0) lend_buffers(core, backend);
    return {};
  }

  /// The file as its handlers have it.
  [[nodiscard]] File handle() noexcept { return File(state); }

  FileState state{shape};

 private:
  template <class Backend>
  void lend_buffers(ReactorCore& core, Backend& backend) noexcept {
    for (std::uint32_t id = 0; id < shape.buffer_count; ++id) {
      free_[id] = static_cast<std::uint16_t>(shape.buffer_count - 1 - id);
    }
    state.buffers = {memory_, shape.buffer_bytes, shape.buffer_count, free_, shape.buffer_count,
                     false,   shape.memory};
    if constexpr (requires { backend.register_memory(0, memory_, buffer_bytes); }) {
      const int result = backend.register_memory(shape.memory, memory_, buffer_bytes);
      state.buffers.registered = result == 0;
      if (result != 0) report_unregistered(core, -result);
    }
  }

  void report_unregistered(ReactorCore& core, int error) noexcept {
    char line[200];
    std::snprintf(line, sizeof line,
                  "loom: fds.%s: its buffers are not registered with the ring: %s. Everything "
                  "works, more slowly; raise RLIMIT_MEMLOCK (ulimit -l).",
                  shape.name, std::strerror(error));
    core.log(line);
  }

  alignas(buffer_bytes == 0 ? 64 : 4096) std::byte memory_[buffer_bytes == 0 ? 1 : buffer_bytes];
  std::uint16_t free_[shape.buffer_count == 0 ? 1 : shape.buffer_count];
};

}  // namespace loom

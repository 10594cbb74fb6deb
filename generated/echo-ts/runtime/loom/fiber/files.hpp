// Files for straight-line code: each call waits for one system request while other fibers run, in
// the ring or in a pool. Buffers and paths may lie on the fiber's stack.
#pragma once

#include <fcntl.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include "../bytes.hpp"
#include "../system/files.hpp"
#include "../system/paths.hpp"
#include "await.hpp"
#include "descriptor.hpp"

namespace loom::files {

/// "Where the file's own offset is", which moves; its end with O_APPEND.
inline constexpr std::uint64_t here = system::current_offset;

/// Opens `path`, open(2); `flags` are O_*, `mode` permission bits for O_CREAT. O_CLOEXEC is added.
inline Result<OwnedDescriptor> open(const char* path, int flags, mode_t mode = 0) {
  const auto fd = await(system::open_at(AT_FDCWD, path, flags | O_CLOEXEC, mode));
  if (!fd) return fd.error();
  return OwnedDescriptor(*fd);
}

/// Reads up to buffer.size() bytes at `offset`, pread(2).
/// @returns how many, at least one; Failure::ended at the end of the file.
inline Result<std::uint32_t> read(const OwnedDescriptor& file, std::span<std::byte> buffer,
                                  std::uint64_t offset = here,
                                  std::uint64_t deadline_nanoseconds = no_deadline) {
  const auto count = await(system::read(file.get(), buffer, offset), deadline_nanoseconds);
  if (!count) return count.error();
  if (*count == 0 && !buffer.empty()) return Failure::ended;
  return static_cast<std::uint32_t>(*count);
}

/// Writes all of `bytes` at `offset`, pwrite(2), in as many calls as it takes.
/// @returns Failure::system with ENOSPC when the disk is full, with EIO when a call takes nothing
///   and says nothing; then a part may be written.
inline Result<void> write(const OwnedDescriptor& file, Bytes bytes, std::uint64_t offset = here,
                          std::uint64_t deadline_nanoseconds = no_deadline) {
  while (!bytes.empty()) {
    const auto count =
        await(system::write(file.get(), std::span(bytes.data(), bytes.size()), offset),
              deadline_nanoseconds);
    if (!count) return count.error();
    if (*count == 0) return Error{Failure::system, EIO};
    const auto written = static_cast<std::uint32_t>(*count);
    bytes = bytes.part(written, bytes.size() - written);
    if (offset != here) offset += written;
  }
  return {};
}

/// Waits until the file's bytes and its inode are on the medium, fsync(2).
inline Result<void> sync(const OwnedDescriptor& file) {
  const auto result = await(system::fsync(file.get()));
  return result ? Result<void>() : result.error();
}

/// Waits until its bytes are on the medium, and what reading them back needs, fdatasync(2).
inline Result<void> data_sync(const OwnedDescriptor& file) {
  const auto result = await(system::fdatasync(file.get()));
  return result ? Result<void>() : result.error();
}

/// Closes the file and says what that found, close(2); it is closed whatever the result.
inline Result<void> close(OwnedDescriptor file) {
  const auto result = await(system::close(file.release()));
  return result ? Result<void>() : result.error();
}

}  // namespace loom::files

// perform() for Windows: the requests of files, each by the plain call, on a thread that may block.
// Folders have no descriptors there, so a path is absolute, or relative to the working directory.
#pragma once

#if defined(_WIN32)

#include <cerrno>
#include <cstdint>

#include "../request.hpp"
#include "file_calls.hpp"

namespace loom::system {

/// Whether the request moves bytes.
constexpr bool is_transfer(Opcode opcode) noexcept {
  switch (opcode) {
    case Opcode::read:
    case Opcode::read_fixed:
    case Opcode::write:
    case Opcode::write_fixed:
    case Opcode::readv:
    case Opcode::readv_fixed:
    case Opcode::writev:
    case Opcode::writev_fixed: return true;
    default: return false;
  }
}

/// Whether perform() knows the request at all.
constexpr bool is_carried_out(const Request& request) noexcept {
  if ((request.flags & ~request_flag::asynchronous) != 0) return false;
  switch (request.opcode) {
    case Opcode::nop:
    case Opcode::fsync:
    case Opcode::ftruncate:
    case Opcode::statx:
    case Opcode::unlinkat:
    case Opcode::renameat:
    case Opcode::mkdirat: return true;
    case Opcode::openat:
    case Opcode::close: return request.file_index == 0;
    default: return is_transfer(request.opcode);
  }
}

/// Whether a path begins where no folder's descriptor is needed.
constexpr bool is_found_without(std::int32_t folder, const char* path) noexcept {
  const bool is_absolute = path[0] == '/' || path[0] == '\\' || (path[0] != '\0' && path[1] == ':');
  return folder == AT_FDCWD || is_absolute;
}

/// perform() for what is about names.
inline std::int32_t perform_on_path(const Request& request) noexcept {
  const char* path = pointer_in<const char>(request.address);
  const bool is_open = request.opcode == Opcode::statx && path[0] == '\0';
  if (!is_open && !is_found_without(request.fd, path)) return -EBADF;
  if (request.opcode == Opcode::openat) {
    const auto flags = static_cast<int>(request.call_flags);
    const int fd = windows::open_path(path, flags, request.length);
    return fd < 0 ? -errno : fd;
  }
  if (request.opcode == Opcode::statx) {
    return windows::describe(request.fd, path, *pointer_in<struct statx>(request.offset));
  }
  const windows::WidePath wide(path);
  if (!wide.is_valid()) return -errno;
  if (request.opcode == Opcode::mkdirat) {
    return windows::result_of_call(CreateDirectoryW(wide.text, nullptr));
  }
  if (request.opcode == Opcode::unlinkat) {
    const bool is_folder = (request.call_flags & AT_REMOVEDIR) != 0;
    return windows::result_of_call(is_folder ? RemoveDirectoryW(wide.text)
                                             : DeleteFileW(wide.text));
  }
  if (request.call_flags != 0) return -EINVAL;  // of renameat2(2)
  const char* other = pointer_in<const char>(request.offset);
  if (!is_found_without(static_cast<std::int32_t>(request.length), other)) return -EBADF;
  const windows::WidePath target(other);
  if (!target.is_valid()) return -errno;
  return windows::result_of_call(MoveFileExW(wide.text, target.text, MOVEFILE_REPLACE_EXISTING));
}

/// Makes the call. May block for as long as it does. A transfer has none of preadv2(2)'s flags.
inline std::int32_t perform(const Request& request) noexcept {
  if (!is_carried_out(request)) return -ENOSYS;
  if (is_transfer(request.opcode) && request.call_flags != 0) return -EOPNOTSUPP;
  void* memory = pointer_in<void>(request.address);
  const auto* parts = pointer_in<const iovec>(request.address);
  const std::int32_t fd = request.fd;
  switch (request.opcode) {
    case Opcode::nop: return 0;
    case Opcode::read:
    case Opcode::read_fixed:
      return windows::transfer(fd, memory, request.length, request.offset, false);
    case Opcode::write:
    case Opcode::write_fixed:
      return windows::transfer(fd, memory, request.length, request.offset, true);
    case Opcode::readv:
    case Opcode::readv_fixed:
      return windows::transfer_parts(fd, parts, request.length, request.offset, false);
    case Opcode::writev:
    case Opcode::writev_fixed:
      return windows::transfer_parts(fd, parts, request.length, request.offset, true);
    case Opcode::fsync: return windows::flush(fd);
    case Opcode::ftruncate: return windows::set_length(fd, request.offset);
    case Opcode::close: return ::close(fd) == 0 ? 0 : -errno;
    default: return perform_on_path(request);
  }
}

}  // namespace loom::system

#endif

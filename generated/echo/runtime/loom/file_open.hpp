// How a file fd is opened at its reactor's start, and what can be wrong with it then. What is no
// file of bytes at offsets is refused: a folder, and a pipe, whose opening would wait for a peer.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "adopt_socket.hpp"
#include "error.hpp"
#include "file_shape.hpp"
#include "shortage.hpp"

namespace loom {

/// What O_DIRECT asks of memory and offsets where the kernel does not say: a page.
inline constexpr std::uint32_t usual_block_bytes = 4096;

/// The flags of open(2) for a file.
constexpr int open_flags(const FileShape& shape) noexcept {
  constexpr int access[] = {O_RDONLY, O_WRONLY, O_WRONLY | O_APPEND, O_RDWR};
  return access[static_cast<int>(shape.mode)] | (shape.create ? O_CREAT : 0) |
         (shape.truncate ? O_TRUNC : 0) | (shape.direct ? O_DIRECT : 0) | O_CLOEXEC | O_NOCTTY;
}

/// What to do about an errno of open(2).
constexpr const char* open_advice(const FileShape& shape, int error) noexcept {
  switch (error) {
    case ENOENT: return shape.create ? "Make its folder" : "Make the file, or set `create: true`";
    case EACCES:
    case EPERM: return "Give this user permission, or use another path";
    case EISDIR: return "Name a file, not a folder";
    case EMFILE:
    case ENFILE: return "Raise the limit of open files (ulimit -n)";
    case EROFS: return "Use a file system that can be written, or mode: 'read'";
    case ENOSPC:
    case EDQUOT: return "Make room on the disk";
    default: return "Correct the path, or override it with --address NAME=PATH";
  }
}

/// A duplicate of the descriptor that is open already, `fd:N`; -1 and errno when it does not serve.
inline int adopt_file(const FileShape& shape, const char* text) noexcept {
  const int number = descriptor_number(text);
  if (number < 0) {
    errno = EINVAL;
    return -1;
  }
  const int flags = fcntl(number, F_GETFL);
  if (flags < 0) return -1;
  const int wanted = open_flags(shape) & O_ACCMODE;
  const bool appends = (flags & O_APPEND) != 0;
  if (((flags & O_ACCMODE) != O_RDWR && (flags & O_ACCMODE) != wanted) ||
      appends != (shape.mode == FileMode::append) || ((flags & O_DIRECT) != 0) != shape.direct) {
    errno = EBADF;
    return -1;
  }
  return fcntl(number, F_DUPFD_CLOEXEC, 0);
}

/// Bytes that offsets, lengths and addresses of direct transfers are multiples of, statx(2).
inline std::uint32_t block_bytes_of(int fd) noexcept {
#ifdef STATX_DIOALIGN
  struct statx status {};
  if (::statx(fd, "", AT_EMPTY_PATH, STATX_DIOALIGN, &status) == 0 &&
      (status.stx_mask & STATX_DIOALIGN) != 0 && status.stx_dio_offset_align != 0) {
    const std::uint32_t memory = status.stx_dio_mem_align;
    return memory > status.stx_dio_offset_align ? memory : status.stx_dio_offset_align;
  }
#else
  static_cast<void>(fd);
#endif
  return usual_block_bytes;
}

/// Opens the file at `path`, which is the shape's or overrides it. O_NONBLOCK keeps open(2) from
/// waiting for a pipe's other end; a file is not to have it.
inline StartError open_file(const FileShape& shape, const char* path, int& fd) noexcept {
  fd = names_descriptor(path)
           ? adopt_file(shape, path)
           : system::open_path(path, open_flags(shape) | O_NONBLOCK, shape.permissions);
  const int error = errno;
  if (fd < 0 && shape.direct && error == EINVAL) {
    return StartError::make(start_code::no_direct_file, shape.name, error,
                            "fds.%s: the file system of '%s' has no O_DIRECT. Remove `direct`, or "
                            "use a file on a disk.",
                            shape.name, path);
  }
  if (fd < 0 && names_descriptor(path) && !is_shortage_of_descriptors(error)) {
    return StartError::make(start_code::cannot_adopt, shape.name, error,
                            "fds.%s: '%s' is no open descriptor for this `mode` and `direct`: %s. "
                            "Open it so before the start, or give a path.",
                            shape.name, path, std::strerror(error));
  }
  if (fd < 0) {
    return StartError::make(start_code::cannot_open_file, shape.name, error,
                            "fds.%s: '%s' cannot be opened: %s. %s.", shape.name, path,
                            std::strerror(error), open_advice(shape, error));
  }
  struct stat status {};
  ::fstat(fd, &status);
  if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode) && !S_ISCHR(status.st_mode)) {
    ::close(fd);
    fd = -1;
    return StartError::make(start_code::cannot_open_file, shape.name, 0,
                            "fds.%s: '%s' has no bytes at offsets. Name a file, or a device.",
                            shape.name, path);
  }
  if (!names_descriptor(path)) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  return {};
}

}  // namespace loom

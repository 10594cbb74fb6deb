// Linux's calls about files and memory for systems that lack them; see platform.hpp.
#pragma once

#if !defined(__linux__)

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>

#include "descriptors.hpp"

inline constexpr int RWF_NOWAIT = 8;
inline constexpr int O_TMPFILE = 0;
#if !defined(O_DIRECT)
inline constexpr int O_DIRECT = 0;  // Darwin: a config is refused that asks for it
#endif
inline constexpr int MAP_POPULATE = 0;
#if !defined(MAP_NORESERVE)
inline constexpr int MAP_NORESERVE = 0;
#endif
#if !defined(F_OFD_GETLK)
inline constexpr int F_OFD_GETLK = -1;  // EINVAL
inline constexpr int F_OFD_SETLK = -1;
#endif

/// open_how, openat2(2).
struct open_how {
  std::uint64_t flags;
  std::uint64_t mode;
  std::uint64_t resolve;
};

/// statx(2): the fields that there are.
struct statx {
  std::uint32_t stx_mask;
  std::uint32_t stx_mode;
  std::uint64_t stx_size;
};
inline constexpr unsigned STATX_SIZE = 0x200;
#if !defined(AT_EMPTY_PATH)
inline constexpr int AT_EMPTY_PATH = 0x1000;
#endif

/// Of `folder` itself with AT_EMPTY_PATH.
inline int statx(int folder, const char* path, int flags, unsigned mask,
                 struct statx* status) noexcept {
  struct stat found {};
  const bool itself = (flags & AT_EMPTY_PATH) != 0 && path[0] == '\0';
  const int result =
      itself ? ::fstat(folder, &found) : ::fstatat(folder, path, &found, flags & ~AT_EMPTY_PATH);
  if (result != 0) return result;
  *status = {mask, found.st_mode, static_cast<std::uint64_t>(found.st_size)};
  return 0;
}

/// Without flags; the offset -1 is the file's own.
inline ssize_t preadv2(int fd, const iovec* vectors, int count, off_t offset, int flags) noexcept {
  if (flags != 0) return errno = EOPNOTSUPP, -1;
  return offset == -1 ? ::readv(fd, vectors, count) : ::preadv(fd, vectors, count, offset);
}
inline ssize_t pwritev2(int fd, const iovec* vectors, int count, off_t offset, int flags) noexcept {
  if (flags != 0) return errno = EOPNOTSUPP, -1;
  return offset == -1 ? ::writev(fd, vectors, count) : ::pwritev(fd, vectors, count, offset);
}

inline int sync_file_range(int, off_t, off_t, unsigned) noexcept {
  return loom::system::elsewhere::no_such_call();
}
inline ssize_t splice(int, off_t*, int, off_t*, std::size_t, unsigned) noexcept {
  return loom::system::elsewhere::no_such_call();
}
inline ssize_t tee(int, int, std::size_t, unsigned) noexcept {
  return loom::system::elsewhere::no_such_call();
}
inline int renameat2(int old_folder, const char* old_path, int new_folder, const char* new_path,
                     unsigned flags) noexcept {
  if (flags != 0) return loom::system::elsewhere::no_such_call();
  return ::renameat(old_folder, old_path, new_folder, new_path);
}

#if defined(__APPLE__)
/// Declared in no header, and promises little: the data leaves the process.
extern "C" int fdatasync(int fd);
/// F_PREALLOCATE, fcntl(2). @returns an errno, as the real one does.
inline int posix_fallocate(int fd, off_t offset, off_t bytes) noexcept {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return errno;
  const off_t missing = offset + bytes - status.st_size;
  if (missing <= 0) return 0;
  fstore_t store{F_ALLOCATEALL, F_PEOFPOSMODE, 0, missing, 0};
  if (::fcntl(fd, F_PREALLOCATE, &store) != 0) return errno;
  return ::ftruncate(fd, offset + bytes) == 0 ? 0 : errno;
}
inline int posix_fadvise(int, off_t, off_t, int) noexcept { return ENOSYS; }
#endif

// Attributes have other calls there, and other names.
inline ssize_t getxattr(const char*, const char*, void*, std::size_t) noexcept {
  return loom::system::elsewhere::no_such_call();
}
inline int setxattr(const char*, const char*, const void*, std::size_t, int) noexcept {
  return loom::system::elsewhere::no_such_call();
}
inline ssize_t fgetxattr(int, const char*, void*, std::size_t) noexcept {
  return loom::system::elsewhere::no_such_call();
}
inline int fsetxattr(int, const char*, const void*, std::size_t, int) noexcept {
  return loom::system::elsewhere::no_such_call();
}

/// fallocate(2) of Linux, for mode 0.
inline int fallocate(int fd, int mode, off_t offset, off_t bytes) noexcept {
  const int error = mode == 0 ? ::posix_fallocate(fd, offset, bytes) : ENOSYS;
  if (error == 0) return 0;
  errno = error;
  return -1;
}

#endif

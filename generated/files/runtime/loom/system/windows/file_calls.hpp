// Files by the calls of open(2), pread(2) and their like, over Windows' own: the C library's keep
// an offset of their own and translate the ends of lines. A descriptor is one of the C library, so
// that its fstat() and close() take it. Every call may block.
#pragma once

#if defined(_WIN32)

#include <fcntl.h>
#include <io.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "files.hpp"
#include "sockets.hpp"

namespace loom::system::windows {

/// The longest path, in UTF-16's units, its end included.
inline constexpr int path_units = 1024;

/// A path as Windows takes it. What is not UTF-8 is of the process's code page, as a command line
/// is.
struct WidePath {
  /// errno is ENAMETOOLONG where is_valid() says no.
  explicit WidePath(const char* path) noexcept
      : units_(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, path, -1, text, path_units)) {
    if (units_ == 0 && GetLastError() == ERROR_NO_UNICODE_TRANSLATION) {
      units_ = MultiByteToWideChar(CP_ACP, 0, path, -1, text, path_units);
    }
    if (units_ == 0) errno = ENAMETOOLONG;
  }
  [[nodiscard]] bool is_valid() const noexcept { return units_ != 0; }

  wchar_t text[path_units];

 private:
  int units_;
};

/// The handle of a file's descriptor; INVALID_HANDLE_VALUE with EBADF for any other.
inline HANDLE file_of(int fd) noexcept {
  if (fd < 0 || fd >= first_pipe_name) return errno = EBADF, INVALID_HANDLE_VALUE;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a HANDLE is a number.
  return reinterpret_cast<HANDLE>(_get_osfhandle(fd));
}

/// How CreateFile is to make or find what open(2) has these flags for.
constexpr DWORD disposition_of(int flags) noexcept {
  const bool creates = (flags & O_CREAT) != 0;
  if (creates && (flags & O_EXCL) != 0) return CREATE_NEW;
  if ((flags & O_TRUNC) != 0) return creates ? CREATE_ALWAYS : TRUNCATE_EXISTING;
  return creates ? OPEN_ALWAYS : OPEN_EXISTING;
}

/// open(2). Of `mode` it is whether the owner may write. A file that is open can be renamed and
/// taken away, as elsewhere. @returns a descriptor, or -1 with errno; EINVAL: O_DIRECT, O_TMPFILE.
inline int open_path(const char* path, int flags, unsigned mode) noexcept {
  if ((flags & (O_DIRECT | O_TMPFILE)) != 0) return errno = EINVAL, -1;
  const WidePath wide(path);
  if (!wide.is_valid()) return -1;
  const int way = flags & O_ACCMODE;
  DWORD access = way == O_RDONLY ? 0 : DWORD{FILE_GENERIC_WRITE};
  // To append and not to write is what Windows keeps at the end of the file.
  if ((flags & O_APPEND) != 0) access &= ~DWORD{FILE_WRITE_DATA};
  if (way != O_WRONLY) access |= FILE_GENERIC_READ;
  constexpr DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
  constexpr unsigned owner_writes = 0200;
  const bool is_locked = (flags & O_CREAT) != 0 && (mode & owner_writes) == 0;
  const DWORD attributes = (is_locked ? FILE_ATTRIBUTE_READONLY : FILE_ATTRIBUTE_NORMAL) |
                           ((flags & O_DSYNC) != 0 ? FILE_FLAG_WRITE_THROUGH : 0);
  const HANDLE file =
      CreateFileW(wide.text, access, share, nullptr, disposition_of(flags), attributes, nullptr);
  if (file == INVALID_HANDLE_VALUE) return failed_call();
  const int fd = _open_osfhandle(reinterpret_cast<std::intptr_t>(file),
                                 (flags & (O_ACCMODE | O_APPEND)) | O_BINARY | O_NOINHERIT);
  if (fd < 0) CloseHandle(file);
  return fd;
}

/// "Where the file's own offset is", as requests have it.
inline constexpr std::uint64_t own_offset = UINT64_MAX;

/// pread(2) or pwrite(2), but for the file's own offset, which both move; with `own_offset` read(2)
/// or write(2). @returns bytes, 0 at the end, or a negative errno.
inline std::int32_t transfer(int fd, void* memory, std::uint32_t bytes, std::uint64_t offset,
                             bool writes) noexcept {
  const HANDLE file = file_of(fd);
  if (file == INVALID_HANDLE_VALUE) return -EBADF;
  OVERLAPPED place{};
  place.Offset = static_cast<DWORD>(offset);
  place.OffsetHigh = static_cast<DWORD>(offset >> 32U);
  OVERLAPPED* at = offset == own_offset ? nullptr : &place;
  const DWORD size = bytes < INT32_MAX ? bytes : INT32_MAX;
  DWORD moved = 0;
  const BOOL done =
      writes ? WriteFile(file, memory, size, &moved, at) : ReadFile(file, memory, size, &moved, at);
  if (done != 0) return static_cast<std::int32_t>(moved);
  const DWORD error = GetLastError();
  const bool has_ended = error == ERROR_HANDLE_EOF || error == ERROR_BROKEN_PIPE;
  return has_ended && !writes ? 0 : -errno_of(error);
}

/// readv(2) and its like, one transfer for each part; a short one is the last.
inline std::int32_t transfer_parts(int fd, const iovec* parts, std::uint32_t count,
                                   std::uint64_t offset, bool writes) noexcept {
  std::int32_t sum = 0;
  for (std::uint32_t n = 0; n < count; ++n) {
    const auto bytes = static_cast<std::uint32_t>(parts[n].iov_len);
    const std::uint64_t place =
        offset == own_offset ? offset : offset + static_cast<std::uint32_t>(sum);
    const std::int32_t moved = transfer(fd, parts[n].iov_base, bytes, place, writes);
    if (moved < 0) return sum != 0 ? sum : moved;
    sum += moved;
    if (static_cast<std::uint32_t>(moved) != bytes) break;
  }
  return sum;
}

/// 0, or the negative errno of the last error.
inline std::int32_t result_of_call(BOOL succeeded) noexcept {
  return succeeded != 0 ? 0 : -errno_of(GetLastError());
}

/// ftruncate(2). @returns 0 or a negative errno.
inline std::int32_t set_length(int fd, std::uint64_t bytes) noexcept {
  const HANDLE file = file_of(fd);
  if (file == INVALID_HANDLE_VALUE) return -EBADF;
  FILE_END_OF_FILE_INFO end{};
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(bytes);
  return result_of_call(SetFileInformationByHandle(file, FileEndOfFileInfo, &end, sizeof end));
}

/// fsync(2). @returns 0 or a negative errno.
inline std::int32_t flush(int fd) noexcept {
  const HANDLE file = file_of(fd);
  return file == INVALID_HANDLE_VALUE ? -EBADF : result_of_call(FlushFileBuffers(file));
}

/// What statx(2) says of a file that is open, when `path` is empty, or of a path: its length and
/// its kind. @returns 0 or a negative errno.
inline std::int32_t describe(int fd, const char* path, struct statx& status) noexcept {
  struct _stat64 found {};
  if (path[0] == '\0') {
    if (file_of(fd) == INVALID_HANDLE_VALUE || _fstat64(fd, &found) != 0) return -errno;
  } else {
    const WidePath wide(path);
    if (!wide.is_valid() || _wstat64(wide.text, &found) != 0) return -errno;
  }
  status = {};
  status.stx_mask = STATX_SIZE;
  status.stx_mode = found.st_mode;
  status.stx_size = static_cast<std::uint64_t>(found.st_size);
  return 0;
}

}  // namespace loom::system::windows

#endif

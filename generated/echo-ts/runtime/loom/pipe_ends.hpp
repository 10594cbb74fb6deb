// The two ends of a pipe fd: standard streams, FIFOs, terminals, files, or what a number from
// before the start refers to. O_NONBLOCK belongs to the open file description, which a shell and
// other programs share; so a pipe or a terminal is opened again by /proc/self/fd, and a socket is
// asked not to wait call by call. A regular file never waits.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "adopt_socket.hpp"
#include "operation.hpp"
#include "shortage.hpp"

namespace loom {

/// One end, open; -1 when the fd has none on that side.
struct PipeEnd {
  int fd = -1;
  Transfer transfer = Transfer::file;
};

/// Whether an address says that there is no such end.
inline bool is_no_end(const char* text) noexcept { return std::strcmp(text, "-") == 0; }

/// The number behind `stdin`, `stdout`, `stderr` or `fd:3`; -1 for a path.
inline int end_number(const char* text) noexcept {
  if (std::strcmp(text, "stdin") == 0) return STDIN_FILENO;
  if (std::strcmp(text, "stdout") == 0) return STDOUT_FILENO;
  if (std::strcmp(text, "stderr") == 0) return STDERR_FILENO;
  return names_descriptor(text) ? descriptor_number(text) : -1;
}

/// Opens what a number refers to once more, so that it can be read or written without waiting.
/// @returns the descriptor, or a negative errno.
inline int open_again(int number, bool is_written, PipeEnd& end) noexcept {
  struct stat status {};
  if (fstat(number, &status) != 0) return -errno;
  if (S_ISSOCK(status.st_mode)) end.transfer = Transfer::bytes;
  int fd = -1;
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", number);
    fd = ::open(path, (is_written ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0) return fd;
  }
  fd = fcntl(number, F_DUPFD_CLOEXEC, 0);
  if (fd < 0) return -errno;
  // Without /proc, or on a terminal of another user: then everybody who shares it does not wait.
  if (S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  return fd;
}

/// Opens one end. A FIFO that is read is held open for writing too, so that it does not end when a
/// writer leaves (fifo(7)); one that is written needs a reader (ENXIO). @returns 0 or an errno.
inline int open_end(const char* text, bool is_written, PipeEnd& end) noexcept {
  if (is_no_end(text)) return 0;
  if (const int number = end_number(text); number >= 0) {
    end.fd = open_again(number, is_written, end);
  } else {
    struct stat status {};
    const bool is_fifo = ::stat(text, &status) == 0 && S_ISFIFO(status.st_mode);
    const int mode = is_written ? O_WRONLY : is_fifo ? O_RDWR : O_RDONLY;
    end.fd = ::open(text, mode | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (end.fd < 0) end.fd = -errno;
  }
  if (end.fd >= 0) return 0;
  const int error = -end.fd;
  end.fd = -1;
  return error;
}

/// Both ends, from when they are opened until the backend has them.
struct PipeEnds {
  PipeEnd read;
  PipeEnd write;
  int error = 0;  ///< why one of them could not be opened
  bool opened = false;

  PipeEnds() noexcept = default;
  PipeEnds(const PipeEnds&) = delete;
  PipeEnds& operator=(const PipeEnds&) = delete;
  ~PipeEnds() { close(); }

  /// Opens both; after an error it may have only one of them.
  void open(const char* read_text, const char* write_text) noexcept {
    opened = true;
    error = open_end(read_text, false, read);
    if (error == 0) error = open_end(write_text, true, write);
  }
  /// Closes what nobody took; they may be opened again.
  void close() noexcept {
    if (read.fd >= 0) ::close(read.fd);
    if (write.fd >= 0) ::close(write.fd);
    read = write = {};
    opened = false;
  }
};

/// Opens the ends at start. A shortage of descriptors is the start's error; whatever else is wrong
/// is tried again like a connection.
inline StartError open_first_ends(const StreamShape& shape, const char* text,
                                  PipeEnds& ends) noexcept {
  ends.open(text, shape.write_address);
  if (!is_shortage_of_descriptors(ends.error)) return {};
  return StartError::make(start_code::cannot_open, shape.name, ends.error,
                          "fds.%s: its ends cannot be opened: %s. %s", shape.name,
                          std::strerror(ends.error), shortage_fix(ends.error));
}

/// Whether the numbers that the ends name are open, and in the right direction; at start.
inline StartError check_end(const StreamShape& shape, const char* text, bool is_written) noexcept {
  const int number = is_no_end(text) ? -1 : end_number(text);
  if (number < 0) return {};
  const int flags = fcntl(number, F_GETFL);
  const int other = is_written ? O_RDONLY : O_WRONLY;
  if (flags >= 0 && (flags & O_ACCMODE) != other) return {};
  return StartError::make(start_code::cannot_adopt, shape.name, flags < 0 ? errno : 0,
                          "fds.%s: descriptor %d is %s. Open it for %s before the start.",
                          shape.name, number,
                          flags < 0    ? "not open"
                          : is_written ? "open for reading only"
                                       : "open for writing only",
                          is_written ? "writing" : "reading");
}

}  // namespace loom

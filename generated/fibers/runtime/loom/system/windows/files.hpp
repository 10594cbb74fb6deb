// Types and calls of files, events and processes that Windows has not by these names. A call gives
// ENOSYS; what there is of files is in file_calls.hpp.
#pragma once

#if defined(_WIN32)

#include <sys/types.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "descriptors.hpp"

inline constexpr int O_NONBLOCK = 0x1000000;
inline constexpr int O_CLOEXEC = O_NOINHERIT;
inline constexpr int O_NOCTTY = 0;
inline constexpr int O_NOFOLLOW = 0;
inline constexpr int O_TMPFILE = 0x2000000;
inline constexpr int O_DIRECT = 0x4000000;
inline constexpr int O_DSYNC = 0x8000000;
inline constexpr int O_SYNC = 0x8000000;
inline constexpr int EDQUOT = WSAEDQUOT;  // which no call gives
inline constexpr int AT_FDCWD = -100;
inline constexpr int AT_SYMLINK_FOLLOW = 0x400;
inline constexpr int AT_REMOVEDIR = 0x200;
inline constexpr int AT_EMPTY_PATH = 0x1000;
inline constexpr short F_RDLCK = 0;
inline constexpr short F_WRLCK = 1;
inline constexpr int F_OFD_GETLK = 36;
inline constexpr int F_OFD_SETLK = 37;
inline constexpr unsigned STATX_SIZE = 0x200;
inline constexpr int EFD_CLOEXEC = 1;
inline constexpr int EFD_NONBLOCK = 2;
inline constexpr int EFD_SEMAPHORE = 4;

struct flock {
  short l_type;
  short l_whence;
};
struct open_how {
  std::uint64_t flags;
  std::uint64_t mode;
  std::uint64_t resolve;
};
struct statx {
  std::uint32_t stx_mask;
  std::uint16_t stx_mode;
  std::uint64_t stx_size;
  std::uint32_t stx_dio_mem_align;
  std::uint32_t stx_dio_offset_align;
};
struct epoll_event {
  std::uint32_t events;
  std::uint64_t data;
};
struct signalfd_siginfo {
  std::uint32_t ssi_signo;
  std::uint32_t ssi_pid;
  std::uint32_t ssi_uid;
  std::int32_t ssi_int;
};

inline int fcntl(int, int, flock*) noexcept { return loom::system::windows::no_such_call(); }
inline int posix_fallocate(int, off_t, off_t) noexcept { return ENOSYS; }
inline int eventfd(unsigned, int) noexcept { return loom::system::windows::no_such_call(); }
inline int eventfd_write(int, std::uint64_t) noexcept {
  return loom::system::windows::no_such_call();
}
inline int linkat(int, const char*, int, const char*, int) noexcept {
  return loom::system::windows::no_such_call();
}
inline int pipe2(int*, int) noexcept { return loom::system::windows::no_such_call(); }
struct iovec;

inline constexpr int RWF_NOWAIT = 8;
inline ssize_t preadv2(int, const iovec*, int, off_t, int) noexcept {
  return loom::system::windows::no_such_call();
}
inline ssize_t readlink(const char*, char*, std::size_t) noexcept {
  return loom::system::windows::no_such_call();
}
inline int statx(int, const char*, int, unsigned, struct statx*) noexcept {
  return loom::system::windows::no_such_call();
}

#endif

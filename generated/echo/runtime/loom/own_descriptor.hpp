// Descriptors of the runtime that must not be taken for somebody else's. Linux hands out the lowest
// free number, so a number that somebody closed by mistake is the next open()'s: then a write there
// is a write into a stranger's file. So they lie at high numbers, and each carries a mark of its
// open file description that costs one short system call to look at.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>

#include "system/platform.hpp"

namespace loom {

/// Where high numbers begin, at most: the kernel's table of a process grows to its highest number,
/// 8 bytes each.
inline constexpr int highest_place = 8192;

/// The number from which the runtime takes descriptors: three quarters of what the process may
/// have, getrlimit(2).
inline int high_place() noexcept {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  return static_cast<int>(std::min<rlim_t>(limit.rlim_cur / 4 * 3, highest_place));
}

/// A duplicate of `fd` at a high number, or wherever there is room; -1 with errno.
inline int duplicate_high(int fd) noexcept {
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, high_place());
  return high >= 0 ? high : fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/// Moves a descriptor that nobody else knows yet to a high number, if there is room.
inline int move_high(int fd) noexcept {
  if (fd < 0) return fd;
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, high_place());
  if (high < 0) return fd;
  ::close(fd);
  return high;
}

/// A mark of open file descriptions: the signal that they would send if they ever were asked to
/// send one (F_SETSIG, fcntl(2)). Nothing else uses it on such descriptors, duplicates share it,
/// and what a stranger opens has none. Others of the runtime have it in common with one in 60. Only
/// Linux has such a thing; elsewhere every open descriptor counts as marked.
class DescriptorMark {
 public:
  /// Chooses another mark than the last ones of this process.
  static DescriptorMark make() noexcept {
    static std::atomic<unsigned> next{0};
    DescriptorMark mark;
    if constexpr (!system::is_linux) return mark;
    // Alone: only that the values differ matters.
    mark.value_ = 1 + static_cast<int>(next.fetch_add(1, std::memory_order_relaxed) % 60);
    return mark;
  }

  /// Marks an open descriptor; false where that is refused. The default mark, on which is_on()
  /// merely says whether a descriptor is open, is on every one.
  bool put_on(int fd) const noexcept { return value_ == 0 || set(fd); }

  /// Whether `fd` is open and what was marked.
  [[nodiscard]] bool is_on(int fd) const noexcept {
#if defined(__linux__)
    return fd >= 0 && fcntl(fd, F_GETSIG) == value_;
#else
    return fd >= 0 && fcntl(fd, F_GETFD) >= 0;
#endif
  }

 private:
  [[nodiscard]] bool set([[maybe_unused]] int fd) const noexcept {
#if defined(__linux__)
    return fcntl(fd, F_SETSIG, value_) == 0;
#else
    return false;
#endif
  }

  int value_ = 0;
};

}  // namespace loom

// What to do about a system call that failed for want of something: the sentence behind an errno,
// for the errors of a start.
#pragma once

#include <cerrno>

namespace loom {

/// Whether an errno says that this process or the system has no descriptor left.
constexpr bool is_shortage_of_descriptors(int error) noexcept {
  return error == EMFILE || error == ENFILE;
}

/// The fix for a shortage, errno(3), as a sentence; "" for an `error` that is none.
constexpr const char* shortage_fix(int error) noexcept {
  switch (error) {
    case EMFILE: return "Raise the limit of open files (ulimit -n).";
    case ENFILE: return "Raise the system's limit of open files (sysctl fs.file-max).";
    case ENOMEM: return "Raise RLIMIT_MEMLOCK (ulimit -l) or the memory of its control group.";
    case ENOSPC: return "Raise the limit of watched descriptors (fs.epoll.max_user_watches).";
    default: return "";
  }
}

}  // namespace loom

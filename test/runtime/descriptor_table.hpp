// This process's descriptors, for tests that take some away, close others' or count what leaked.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>

namespace loom_test {

/// Every open descriptor and what /proc says that it is.
inline std::map<int, std::string> open_descriptors() {
  std::map<int, std::string> found;
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] == '.') continue;
    const int fd = std::atoi(entry->d_name);
    if (fd == ::dirfd(directory)) continue;
    char name[128] = {};
    const std::string path = "/proc/self/fd/" + std::to_string(fd);
    if (::readlink(path.c_str(), name, sizeof name - 1) > 0) found[fd] = name;
  }
  ::closedir(directory);
  return found;
}

/// Closes a descriptor of somebody else, as a mistaken close(2) does. By the bare system call: the
/// wrapper of ThreadSanitizer would rightly call it a race.
inline void close_by_mistake(int fd) { ::syscall(SYS_close, fd); }

}  // namespace loom_test

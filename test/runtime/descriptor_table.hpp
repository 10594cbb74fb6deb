// This process's descriptors, for tests that take some away, close others' or count what leaked.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "support.hpp"

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

/// Lowers this process's limit of descriptors for good, to enough for three small reactors: a
/// reactor raises the soft limit to the hard one. False where the kernel does not allow it.
inline bool limit_descriptors(rlim_t most = 256) {
  const rlimit limit{most, most};
  return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/// Takes all descriptors but `left` away while it lives.
class Scarcity {
 public:
  explicit Scarcity(std::size_t left) {
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken_.emplace_back(fd);
    while (left > 0 && !taken_.empty()) {
      taken_.pop_back();
      left -= 1;
    }
  }

 private:
  std::vector<Descriptor> taken_;
};

}  // namespace loom_test

// What the load generator knows of the server's process: how many system calls it made, by a
// tracepoint, and whether all of its threads sleep.
#pragma once

#include <dirent.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "socket.hpp"

namespace bench {

/// The numbers of a process's threads.
inline std::vector<int> threads_of(std::uint64_t process) {
  std::vector<int> threads;
  DIR* folder = opendir(("/proc/" + std::to_string(process) + "/task").c_str());
  if (folder == nullptr) return threads;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') threads.push_back(std::atoi(entry->d_name));
  }
  closedir(folder);
  return threads;
}

/// Counts system calls of a process by raw_syscalls:sys_enter, which takes root (or
/// kernel.perf_event_paranoid of -1) and a mounted tracefs.
class SystemCalls {
 public:
  /// Without a process, or where the machine does not allow it, nothing is counted.
  explicit SystemCalls(std::uint64_t process) {
    if (process == 0) return;
    const std::uint64_t tracepoint = tracepoint_number();
    if (tracepoint == 0) return;
    for (const int thread : threads_of(process)) {
      perf_event_attr attributes{};
      attributes.type = PERF_TYPE_TRACEPOINT;
      attributes.size = sizeof attributes;
      attributes.config = tracepoint;
      attributes.inherit = 1;
      const long event = syscall(SYS_perf_event_open, &attributes, thread, -1, -1, 0);
      if (event < 0) {
        counters_.clear();
        return;
      }
      counters_.push_back(static_cast<int>(event));
    }
  }

  /// Calls so far; -1 where they are not counted.
  [[nodiscard]] std::int64_t read() const noexcept {
    if (counters_.empty()) return -1;
    std::int64_t sum = 0;
    for (const int counter : counters_) {
      std::int64_t value = 0;
      if (::read(counter, &value, sizeof value) != sizeof value) return -1;
      sum += value;
    }
    return sum;
  }

 private:
  static std::uint64_t tracepoint_number() noexcept {
    for (const char* folder : {"/sys/kernel/tracing", "/sys/kernel/debug/tracing"}) {
      const std::string path = std::string(folder) + "/events/raw_syscalls/sys_enter/id";
      std::FILE* file = std::fopen(path.c_str(), "r");
      if (file == nullptr) continue;
      unsigned long long number = 0;
      const int read = std::fscanf(file, "%llu", &number);
      std::fclose(file);
      if (read == 1) return number;
    }
    return 0;
  }

  std::vector<int> counters_;
};

/// Whether every thread of the process sleeps in the kernel; so it has done what there was to do.
inline bool sleeps(const std::vector<int>& threads, std::uint64_t process) noexcept {
  for (const int thread : threads) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/task/%d/stat", static_cast<int>(process), thread);
    std::FILE* file = std::fopen(path, "r");
    if (file == nullptr) fail("the server is gone");
    char text[256] = {};
    const std::size_t size = std::fread(text, 1, sizeof text - 1, file);
    std::fclose(file);
    // proc(5): the state follows the name, which stands in parentheses.
    const char* end = std::strrchr(text, ')');
    if (size == 0 || end == nullptr || end[1] == '\0' || end[2] != 'S') return false;
  }
  return true;
}

/// Waits until the process sleeps, seen twice with a pause between.
inline void wait_until_asleep(const std::vector<int>& threads, std::uint64_t process) noexcept {
  constexpr std::uint64_t patience_nanoseconds = 5'000'000'000;
  const std::uint64_t limit = now_nanoseconds() + patience_nanoseconds;
  for (int seen = 0; seen < 2;) {
    seen = sleeps(threads, process) ? seen + 1 : 0;
    if (now_nanoseconds() > limit)
      fail("--lockstep: the server never sleeps; take one that blocks");
    usleep(50);
  }
}

}  // namespace bench

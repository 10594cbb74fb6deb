// Which threads take a signal. One that a signalfd is to read must be blocked in every thread, else
// the kernel gives it to one that does not block it and its default action ends the process. A
// program blocks its own threads; threads that were there before keep their mask, and no thread can
// change another's, so a start beside them is refused with a sentence (Node has such threads).
#pragma once

#include <dirent.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "system/signal_number.hpp"

namespace loom {

/// The set with signal n for each bit n - 1.
inline sigset_t signal_set(std::uint64_t signals) noexcept {
  sigset_t set;
  sigemptyset(&set);
  for (int number = 1; number <= 64; ++number) {
    if ((signals >> static_cast<unsigned>(number - 1) & 1U) == 0) continue;
    if (const int native = system::native_signal(number); native != 0) sigaddset(&set, native);
  }
  return set;
}

/// Blocks signals in the calling thread and in all that it starts from now on.
inline void block_in_this_thread(std::uint64_t signals) noexcept {
  const sigset_t set = signal_set(signals);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

/// A thread of this process that does not block all of `signals`.
struct OpenThread {
  long id = 0;  ///< 0: there is none
  char name[32] = {};
};

/// Looks at one thread's name and mask, proc_pid_status(5).
inline OpenThread look_at_thread(long id, std::uint64_t signals) noexcept {
  OpenThread thread;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/self/task/%ld/status", id);
  std::FILE* status = std::fopen(path, "re");
  if (status == nullptr) return thread;
  char line[128];
  while (std::fgets(line, sizeof line, status) != nullptr) {
    line[std::strcspn(line, "\n")] = '\0';
    if (std::strncmp(line, "Name:\t", 6) == 0) {
      std::snprintf(thread.name, sizeof thread.name, "%.31s", line + 6);
    } else if (std::strncmp(line, "SigBlk:\t", 8) == 0) {
      const std::uint64_t blocked = std::strtoull(line + 8, nullptr, 16);
      if ((blocked & signals) != signals) thread.id = id;
    }
  }
  std::fclose(status);
  return thread;
}

/// The first thread that does not block all of `signals`; none where there is no /proc.
inline OpenThread thread_that_takes(std::uint64_t signals) noexcept {
  OpenThread found;
  DIR* tasks = signals == 0 ? nullptr : ::opendir("/proc/self/task");
  if (tasks == nullptr) return found;
  while (const dirent* entry = ::readdir(tasks)) {
    const long id = std::strtol(entry->d_name, nullptr, 10);
    if (id == 0) continue;
    found = look_at_thread(id, signals);
    if (found.id != 0) break;
  }
  ::closedir(tasks);
  return found;
}

}  // namespace loom

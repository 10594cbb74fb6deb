// Threads for work that blocks or computes: a queue, and workers that take jobs from it and send
// each home to the reactor that it came from. The program starts them before its reactors and joins
// them after, when every job has come home.
#pragma once

#include <pthread.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <system_error>
#include <thread>

#include "affinity.hpp"
#include "error.hpp"
#include "pool_queue.hpp"
#include "signals.hpp"
#include "system/platform.hpp"
#include "system/semaphore.hpp"

namespace loom {

/// Bounds of a program's pools.
inline constexpr std::uint32_t maximum_pools = 16;
inline constexpr std::uint32_t maximum_pool_threads = 64;

/// One pool of the emitted program: `pools.<name>` of the config.
struct PoolEntry {
  const char* name = "";
  std::uint32_t threads = 1;          ///< 1 to maximum_pool_threads
  std::uint32_t queue_entries = 256;  ///< 2^n
  const int* cores = nullptr;         ///< one a thread; nullptr: no pinning
};

/// The workers and the queue of one pool.
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { stop(); }

  /// Starts every worker and waits until each is pinned. After an error none runs.
  StartError start(const PoolEntry& entry) noexcept {
    LOOM_ASSERT(entry.threads >= 1 && entry.threads <= maximum_pool_threads,
                "a pool has 1 to 64 threads");
    entry_ = &entry;
    if (!queue_.open(entry.queue_entries)) {
      return StartError::make(start_code::out_of_memory, "", ENOMEM,
                              "no memory for %u jobs of pools.%s. Declare a shorter queue.",
                              entry.queue_entries, entry.name);
    }
    for (std::uint32_t index = 0; index < entry.threads; ++index) {
      StartError error = launch(index);
      if (!error) continue;
      stop();
      return error;
    }
    return {};
  }

  /// Ends and joins the workers; every job has come home before. Harmless when nothing runs.
  void stop() noexcept {
    queue_.stop(running_);
    for (std::uint32_t index = 0; index < running_; ++index) threads_[index].join();
    running_ = 0;
  }

  /// Where reactors submit their jobs.
  [[nodiscard]] PoolQueue& queue() noexcept { return queue_; }

 private:
  /// What a worker's thread and the starting one share while the latter waits.
  struct Launch {
    system::Semaphore started;
    StartError error;
  };

  StartError launch(std::uint32_t index) noexcept {
    Launch launching;
    try {
      threads_[index] = std::thread([this, index, &launching] { work(index, launching); });
    } catch (const std::system_error& error) {
      return StartError::make(start_code::cannot_start_worker, "", error.code().value(),
                              "no thread for worker %u of pools.%s. Raise the limit of processes "
                              "(ulimit -u) or declare fewer threads.",
                              index, entry_->name);
    }
    launching.started.wait();
    if (launching.error) {
      threads_[index].join();
    } else {
      running_ += 1;
    }
    return launching.error;
  }

  void work(std::uint32_t index, Launch& launching) noexcept {
    block_signals();
    char name[16];
    std::snprintf(name, sizeof name, "%.11s/%u", entry_->name, index);
    system::name_thread(name);
    if (entry_->cores != nullptr) launching.error = pin_worker(entry_->name, entry_->cores[index]);
    const bool usable = !launching.error;
    // `launching` is gone after this.
    launching.started.post();
    if (!usable) return;
    while (Job* job = queue_.wait()) {
      Inbox& home = *job->home;
      if (home.cancels_jobs()) {
        job->result = -ECANCELED;
      } else {
        job->run(*job);
      }
      // From here on the record is its reactor's.
      home.come_home(*job);
    }
  }

  const PoolEntry* entry_ = nullptr;
  PoolQueue queue_;
  std::uint32_t running_ = 0;
  std::thread threads_[maximum_pool_threads];
};

}  // namespace loom

// A counting semaphore that a signal handler may post: sem_init(3), and on Darwin, which has none
// without a name, one of Mach's.
#pragma once

#if defined(__APPLE__)
#include <mach/mach_init.h>
#include <mach/semaphore.h>
#include <mach/task.h>
#else
#include <semaphore.h>
#endif

namespace loom::system {

/// Begins at 0. Lives longer than whoever waits or posts.
class Semaphore {
 public:
#if defined(__APPLE__)
  Semaphore() noexcept { semaphore_create(mach_task_self(), &semaphore_, SYNC_POLICY_FIFO, 0); }
  ~Semaphore() { semaphore_destroy(mach_task_self(), semaphore_); }
#else
  Semaphore() noexcept { sem_init(&semaphore_, 0, 0); }
  ~Semaphore() { sem_destroy(&semaphore_); }
#endif
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  /// Any thread, and a signal handler: one more may pass. What was written before it is visible to
  /// who passes by it.
  void post() noexcept {
#if defined(__APPLE__)
    semaphore_signal(semaphore_);
#else
    sem_post(&semaphore_);
#endif
  }

  /// Waits until one may pass; a signal does not end it.
  void wait() noexcept {
#if defined(__APPLE__)
    while (semaphore_wait(semaphore_) == KERN_ABORTED) {
    }
#else
    while (sem_wait(&semaphore_) != 0) {
    }
#endif
  }

 private:
#if defined(__APPLE__)
  semaphore_t semaphore_{};
#else
  sem_t semaphore_;
#endif
};

}  // namespace loom::system

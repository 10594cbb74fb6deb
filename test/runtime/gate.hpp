// A gate that holds up the jobs of a pool, so that its workers are busy for as long as a test
// wants.
#pragma once

#include <semaphore.h>

namespace loom_test {

/// Blocks jobs until the test opens it.
struct Gate {
  sem_t arrived;
  sem_t open;
  Gate() {
    sem_init(&arrived, 0, 0);
    sem_init(&open, 0, 0);
  }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() {
    sem_destroy(&arrived);
    sem_destroy(&open);
  }
  void pass() {
    sem_post(&arrived);
    sem_wait(&open);
  }
};

}  // namespace loom_test

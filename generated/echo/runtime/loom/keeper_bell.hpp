// How reactor threads tell the keeper of elastic groups that there is something to decide: one
// eventfd, written at most once until the keeper has looked.
#pragma once

#include <unistd.h>

#include <atomic>
#include <cstdint>

#include "system/bell.hpp"

namespace loom {

/// Belongs to the program, which opens it before any reactor runs.
class KeeperBell {
 public:
  KeeperBell() = default;
  KeeperBell(const KeeperBell&) = delete;
  KeeperBell& operator=(const KeeperBell&) = delete;
  ~KeeperBell() {
    if (fd_ >= 0) ::close(fd_);
  }

  /// Makes the eventfd, eventfd(2). False with errno set when there is none.
  [[nodiscard]] bool open() noexcept {
    if (fd_ < 0) fd_ = system::make_bell(false);
    return fd_ >= 0;
  }

  /// What the keeper polls; -1 in a program without elastic groups.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// Any thread, after it published what the keeper shall see.
  void ring() noexcept {
    if (fd_ < 0) return;
    // Partner: take(). Both exchange with acquire and release: of two that meet, either this one
    // writes, or take() came later and the keeper looks after it.
    if (rung_.exchange(true, std::memory_order_acq_rel)) return;
    static_cast<void>(system::ring_bell(fd_));
  }

  /// The keeper, before it looks: whatever rings from now on writes again.
  void take() noexcept {
    system::silence_bell(fd_);
    rung_.exchange(false, std::memory_order_acq_rel);
  }

 private:
  int fd_ = -1;
  /// Partners: ring and take.
  std::atomic<bool> rung_{false};
};

}  // namespace loom

// Wakes a reactor that sleeps, and costs a poster one load when it does not. The reactor announces
// its sleep, looks at everything once more, and waits. Whoever leaves something for it publishes
// that first and looks at the announcement then. All four are sequentially consistent, so that of
// two threads that pass each other at least one notices.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <utility>

namespace loom {

/// How the calling thread wakes an io_uring reactor without a system call of its own: a message
/// from its ring, which leaves with its next submission (io_uring_prep_msg_ring(3)).
class RingMessenger {
 public:
  /// `send` gives `self`'s ring a message for the ring `target_ring_fd`; false when it has no room,
  /// then an eventfd is written instead. Called on the thread that this was made on.
  using Send = bool (*)(void* self, int target_ring_fd) noexcept;

  /// From now on doorbells of io_uring reactors are rung by `send` on this thread.
  static void begin(void* self, Send send) noexcept { current() = {self, send}; }
  /// The end of that; before the ring goes away.
  static void end() noexcept { current() = {}; }

  /// False when this thread has no messenger, or that has no room.
  static bool send_to(int target_ring_fd) noexcept {
    const Current& mine = current();
    return mine.send != nullptr && mine.send(mine.self, target_ring_fd);
  }

 private:
  struct Current {
    void* self = nullptr;
    Send send = nullptr;
  };
  static Current& current() noexcept {
    static thread_local Current value;
    return value;
  }
};

/// One reactor's doorbell. It owns the eventfd that ends the reactor's wait.
class Doorbell {
 public:
  Doorbell() = default;
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  ~Doorbell() {
    if (wake_fd_ >= 0) ::close(wake_fd_);
  }

  /// Makes the eventfd, eventfd(2). False with errno set when there is none.
  [[nodiscard]] bool open() noexcept {
    // Blocking: io_uring answers a read of a non-blocking one with EAGAIN instead of waiting.
    if (wake_fd_ < 0) wake_fd_ = eventfd(0, EFD_CLOEXEC);
    return wake_fd_ >= 0;
  }

  /// The eventfd; -1 before open().
  [[nodiscard]] int wake_fd() const noexcept { return wake_fd_; }

  /// The reactor runs on the ring `ring_fd` from now on; -1: no longer.
  void answer_messages_at(int ring_fd) noexcept {
    // Partner: ring(). Relaxed: a message to a ring that is gone wakes nobody, and nobody sleeps
    // there.
    ring_fd_.store(ring_fd, std::memory_order_relaxed);
  }

  /// The reactor, before it waits. It must look at everything once more after this call.
  void announce_sleep() noexcept { sleeping_.exchange(1, std::memory_order_seq_cst); }

  /// The reactor, after it waited or decided not to.
  void withdraw_sleep() noexcept { sleeping_.store(0, std::memory_order_relaxed); }

  /// Any thread, after it published something with sequential consistency: wakes the reactor if it
  /// announced a sleep, once per sleep.
  void ring_if_asleep() noexcept {
    // A load first: it leaves the cache line with everybody who looks.
    if (sleeping_.load(std::memory_order_seq_cst) == 0) return;
    if (sleeping_.exchange(0, std::memory_order_seq_cst) == 1) ring();
  }

  /// Any thread: ends the reactor's wait, or its next one.
  void ring() noexcept {
    const int ring_fd = ring_fd_.load(std::memory_order_relaxed);
    if (ring_fd >= 0 && RingMessenger::send_to(ring_fd)) return;
    write_eventfd();
  }

  /// The same from any thread at any time, without a messenger.
  void write_eventfd() noexcept {
    const std::uint64_t one = 1;
    // Would block only with 2^64 - 2 rings that nobody answered.
    static_cast<void>(::write(wake_fd_, &one, sizeof one));
  }

 private:
  int wake_fd_ = -1;
  /// Partner: answer_messages_at and ring.
  std::atomic<int> ring_fd_{-1};
  /// 1: the reactor is about to wait. Partners: announce_sleep and ring_if_asleep.
  alignas(64) std::atomic<std::uint32_t> sleeping_{0};
};

}  // namespace loom

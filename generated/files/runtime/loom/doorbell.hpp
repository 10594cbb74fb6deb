// Wakes a reactor that sleeps, and costs a poster one load when it does not. The reactor announces
// its sleep, looks at everything once more, and waits. Whoever leaves something for it publishes
// that first and looks at the announcement then. All four are sequentially consistent, so that of
// two threads that pass each other at least one notices.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <utility>

#include "own_descriptor.hpp"
#include "system/bell.hpp"

namespace loom {

class Doorbell;

/// How the calling thread wakes an io_uring reactor without a system call of its own: a message
/// from its ring, which leaves with its next submission (io_uring_prep_msg_ring(3)).
class RingMessenger {
 public:
  /// `send` gives `self`'s ring a message for the ring `ring_fd`, which answers `target`; false
  /// when it cannot, then the eventfd is written instead. Called on the thread that this was made
  /// on. A message that fails later is the messenger's to make good.
  using Send = bool (*)(void* self, const Doorbell& target, int ring_fd) noexcept;

  /// From now on doorbells of io_uring reactors are rung by `send` on this thread.
  static void begin(void* self, Send send) noexcept { current() = {self, send}; }
  /// The end of that; before the ring goes away.
  static void end() noexcept { current() = {}; }

  /// False when this thread has no messenger, or that has no room.
  static bool send_to(const Doorbell& target, int ring_fd) noexcept {
    const Current& mine = current();
    return mine.send != nullptr && mine.send(mine.self, target, ring_fd);
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

/// What is left of a doorbell after somebody closed descriptors that it did not open.
enum class DoorbellState : std::uint8_t {
  whole,
  duplicate,  ///< one of the two descriptors is gone; the other one rings
  deaf,       ///< both are: nobody can end the reactor's wait
};

/// One reactor's doorbell. It owns the eventfd that ends the reactor's wait, by two descriptors at
/// high numbers, so that a close(2) of the wrong number takes nothing away. Each is looked at
/// before it is used: a number that somebody closed is somebody else's file by now.
class Doorbell {
 public:
  Doorbell() = default;
  Doorbell(const Doorbell&) = delete;
  Doorbell& operator=(const Doorbell&) = delete;
  ~Doorbell() {
    for (const int fd : {wake_fd_, spare_fd_}) {
      if (mark_.is_on(fd)) ::close(fd);
    }
  }

  /// Makes the eventfd, eventfd(2). False with errno set when there is none.
  [[nodiscard]] bool open() noexcept {
    if (wake_fd_ < 0) {
      // Blocking: io_uring answers a read of a non-blocking one with EAGAIN instead of waiting.
      wake_fd_ = move_high(system::make_bell(true));
      if (wake_fd_ < 0) return false;
      mark_ = DescriptorMark::make();
      if (!mark_.put_on(wake_fd_)) mark_ = DescriptorMark();
    }
    if (spare_fd_ < 0) spare_fd_ = duplicate_high(wake_fd_);
    return spare_fd_ >= 0;
  }

  /// The eventfd; -1 before open().
  [[nodiscard]] int wake_fd() const noexcept { return wake_fd_; }
  /// Its duplicate, for the day on which somebody closes the eventfd; -1 before open().
  [[nodiscard]] int spare_fd() const noexcept { return spare_fd_; }
  /// The one of the two that a backend is to watch from now on.
  [[nodiscard]] int fd_to_watch() const noexcept {
    return mark_.is_on(wake_fd_) || !mark_.is_on(spare_fd_) ? wake_fd_ : spare_fd_;
  }

  /// What those who rang and look() found; the reactor asks before each wait.
  [[nodiscard]] DoorbellState state() const noexcept {
    const std::uint32_t lost = lost_.load(std::memory_order_relaxed);
    if (lost == 0) return DoorbellState::whole;
    if (!system::watch_outlives_descriptor && (lost & lost_wake_fd) != 0) {
      return DoorbellState::deaf;
    }
    return lost == (lost_wake_fd | lost_spare_fd) ? DoorbellState::deaf : DoorbellState::duplicate;
  }

  /// The first descriptor that was found closed; -1 while none was.
  [[nodiscard]] int lost_fd() const noexcept {
    const std::uint32_t lost = lost_.load(std::memory_order_relaxed);
    if (lost == 0) return -1;
    return (lost & lost_wake_fd) != 0 ? wake_fd_ : spare_fd_;
  }

  /// The reactor, now and then: finds what was closed before anybody rings in vain.
  void look() noexcept {
    if (!mark_.is_on(wake_fd_)) lose(lost_wake_fd);
    if (!mark_.is_on(spare_fd_)) lose(lost_spare_fd);
    const int ring_fd = ring_fd_.load(std::memory_order_relaxed);
    if (ring_fd >= 0 && !mark_.is_on(ring_fd)) refuse_messages_at(ring_fd);
  }

  /// The reactor runs on the ring `ring_fd` from now on; -1: no longer.
  void answer_messages_at(int ring_fd) noexcept {
    if (ring_fd >= 0) mark_.put_on(ring_fd);
    // Partner: ring(). Relaxed: a message to a ring that is gone wakes nobody, and nobody sleeps
    // there.
    ring_fd_.store(ring_fd, std::memory_order_relaxed);
  }

  /// Any thread that found that no ring is at `ring_fd` any more: rings by the eventfd from now on.
  /// @returns whether it was the first to find that.
  bool refuse_messages_at(int ring_fd) noexcept {
    // Partner: ring(). Relaxed: who still sends a message there finds the same.
    return ring_fd_.compare_exchange_strong(ring_fd, -1, std::memory_order_relaxed);
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
    if (ring_fd >= 0 && RingMessenger::send_to(*this, ring_fd)) return;
    write_eventfd();
  }

  /// The same from any thread at any time, without a messenger.
  void write_eventfd() noexcept {
    if (!write_to(wake_fd_, lost_wake_fd)) write_to(spare_fd_, lost_spare_fd);
  }

  /// The reactor, where no backend waits for it: until the next ring or `milliseconds` are over,
  /// and answers it.
  void wait(int milliseconds) noexcept {
    const int fd = fd_to_watch();
    // Without any, nothing but time ends a wait.
    if (!mark_.is_on(fd)) milliseconds = 1;
    pollfd entry{mark_.is_on(fd) ? fd : -1, POLLIN, 0};
    ::poll(&entry, 1, milliseconds);
    if ((entry.revents & POLLIN) != 0) system::silence_bell(fd);
  }

 private:
  static constexpr std::uint32_t lost_wake_fd = 1;
  static constexpr std::uint32_t lost_spare_fd = 2;

  bool write_to(int fd, std::uint32_t bit) noexcept {
    if (mark_.is_on(fd) && system::ring_bell(fd)) return true;
    lose(bit);
    return false;
  }

  void lose(std::uint32_t bit) noexcept { lost_.fetch_or(bit, std::memory_order_relaxed); }

  DescriptorMark mark_;  ///< of the eventfd, and of the ring that answers messages
  int wake_fd_ = -1;
  int spare_fd_ = -1;
  /// Bits of the descriptors that were found closed. Partners: lose and state. Relaxed: the reactor
  /// sees it after a wait, which has a limit.
  std::atomic<std::uint32_t> lost_{0};
  /// Where messages go. Partners: answer_messages_at, refuse_messages_at and ring.
  std::atomic<int> ring_fd_{-1};
  /// 1: the reactor is about to wait. Partners: announce_sleep and ring_if_asleep.
  alignas(64) std::atomic<std::uint32_t> sleeping_{0};
};

}  // namespace loom

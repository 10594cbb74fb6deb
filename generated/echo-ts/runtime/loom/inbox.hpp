// Everything that other threads leave for one reactor: mail, records that come home, and the bell
// that tells of them. It belongs to the program, is made before any reactor runs and outlives all
// of them, so that posting is safe at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstring>
#include <type_traits>

#include "doorbell.hpp"
#include "homecoming.hpp"
#include "mailbox.hpp"

namespace loom {

/// One reactor's inbox. open(), take() and has_any() belong to the program and the reactor.
class Inbox {
 public:
  /// Any thread: gives the reactor an item of mail and wakes it if it sleeps.
  PostResult post(const Mail& mail) noexcept {
    const PostResult result = mailbox_.post(mail);
    if (result) doorbell_.ring_if_asleep();
    return result;
  }

  /// Any thread that has a record of this reactor: gives it back and wakes the reactor if it
  /// sleeps. Never full; the reactor waits for its records before it ends.
  void come_home(HomecomingNode& node) noexcept {
    homecoming_.come_home(node);
    doorbell_.ring_if_asleep();
  }

  /// Whether the reactor has anything to take; looks sequentially consistent.
  [[nodiscard]] bool has_any() const noexcept {
    return homecoming_.has_arrivals() || mailbox_.has_mail();
  }

  /// The reactor, while it stops: jobs that no worker has begun come home with -ECANCELED.
  void cancel_jobs() noexcept { cancels_jobs_.store(true, std::memory_order_relaxed); }

  /// A worker before it begins a job, and the reactor before it submits one. Relaxed: a worker that
  /// sees it late merely does the work.
  [[nodiscard]] bool cancels_jobs() const noexcept {
    return cancels_jobs_.load(std::memory_order_relaxed);
  }

  /// For the next life of its reactor, by whoever has joined the thread of the last one.
  void reopen() noexcept {
    LOOM_ASSERT(!homecoming_.has_arrivals(), "a reactor ends when its records have come home");
    cancels_jobs_.store(false, std::memory_order_relaxed);
    mailbox_.reopen();
  }

  [[nodiscard]] Mailbox& mailbox() noexcept { return mailbox_; }
  [[nodiscard]] Homecoming& homecoming() noexcept { return homecoming_; }
  [[nodiscard]] Doorbell& doorbell() noexcept { return doorbell_; }

 private:
  Mailbox mailbox_;
  Homecoming homecoming_;
  Doorbell doorbell_;
  /// Partner: cancel_jobs and cancels_jobs.
  std::atomic<bool> cancels_jobs_{false};
};

/// The way to a reactor from other threads: a small value that may be copied anywhere. It is valid
/// as long as the program that the reactor belongs to exists (RunningProgram; in Node: the object
/// that open() gave), also after the reactor ended: then posts say `closed`.
class ReactorHandle {
 public:
  /// Refers to no reactor; posts say `closed`.
  constexpr ReactorHandle() noexcept = default;
  /// Refers to the reactor that takes from `inbox`.
  constexpr explicit ReactorHandle(Inbox& inbox) noexcept : inbox_(&inbox) {}

  /// Any thread: runs `callable` on the reactor's thread, after what this thread posted before. It
  /// holds at most 40 trivially copyable bytes and is called with loom::ReactorCore& or nothing.
  template <class Callable>
  PostResult post(const Callable& callable) const noexcept {
    if (inbox_ == nullptr) return PostResult::closed;
    return inbox_->post(Mail::calling(callable));
  }

  /// Any thread: runs `callable` with the reactor's handler of type `Handler`, else as above:
  /// `this->reactors.audit.post<Totals>([n](Totals& totals) { totals.add(n); })`.
  template <class Handler, class Callable>
  PostResult post(const Callable& callable) const noexcept {
    return post([callable](auto& core) -> void { core.template call_handler<Handler>(callable); });
  }

  /// For the runtime: where records of this reactor come home to; nullptr for no reactor.
  [[nodiscard]] Inbox* inbox() const noexcept { return inbox_; }

 private:
  Inbox* inbox_ = nullptr;
};

/// For the emitted code: fills the struct of ReactorHandles that handlers have, one for each
/// reactor, in the order of their indices.
template <class Handles>
void attach_peers(Handles& handles, Inbox* inboxes) noexcept {
  static_assert(std::is_trivially_copyable_v<Handles> &&
                sizeof(Handles) % sizeof(ReactorHandle) == 0);
  std::array<ReactorHandle, sizeof(Handles) / sizeof(ReactorHandle)> list;
  for (ReactorHandle& handle : list) handle = ReactorHandle(*inboxes++);
  std::memcpy(static_cast<void*>(&handles), list.data(), sizeof handles);
}

}  // namespace loom

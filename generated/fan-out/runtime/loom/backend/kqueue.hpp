// The kqueue backend: each descriptor is watched for reading once, with EV_CLEAR unless the config
// says level; for room only while somebody waits for it. What is to be watched is noted and told to
// the kernel together, in the next look (kqueue_watch.hpp); what is ready is served as
// readiness.hpp says.
//
// A look is one kevent(2). While there are changes it makes these and nothing else: each has
// EV_RECEIPT, so that its error comes back by its number instead of hiding behind another's, and
// the kernel reports no event in the same call. Where nothing is to be changed, which is every turn
// of connections that just talk, the call takes events.
#pragma once

#include <sys/event.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "kqueue_request_watch.hpp"
#include "readiness.hpp"

namespace loom {

/// What the kqueue is told of one descriptor.
struct KqueueEntry : ReadinessEntry {
  bool reads = false;        ///< watched for reading, or to be from the next look on
  bool awaits_room = false;  ///< watched for room, once
  bool unwatched = false;    ///< direct datagrams: not watched yet; see watch_direct
  std::int64_t unread = 0;   ///< what the last event said of bytes, less what was received since
};

/// `Shape` is the reactor's emitted shape.
template <class Shape>
class Kqueue : public Readiness<Kqueue<Shape>, Shape, KqueueEntry, KqueueRequestWatch> {
  using Base = Readiness<Kqueue<Shape>, Shape, KqueueEntry, KqueueRequestWatch>;
  friend Base;

 public:
  static constexpr const char* name = "kqueue";
  static constexpr std::uint64_t stat_value = 3;
  /// Changes of one kevent(2); more are made in several. As many events have room, so that each
  /// change's receipt has.
  static constexpr int maximum_changes = Base::maximum_events;

  Kqueue() noexcept = default;
  ~Kqueue() { close(); }

  static StartError probe() noexcept { return {}; }  ///< it is part of every BSD and Darwin
  /// Makes the kqueue. The caller's doorbell `wake_fd` ends a wait.
  StartError open(ReactorCore& core, int wake_fd) noexcept {
    this->begin(core);
    kqueue_fd_ = system::make_kqueue();
    if (kqueue_fd_ < 0) return unavailable(errno, "cannot be created");
    const int requests_fd = requests_.open(core, name, inline_);
    if (requests_fd < 0) return unavailable(-requests_fd, "cannot watch for requests");
    // A ring is an edge, answered where it is noted; requests are there until look().
    struct kevent changes[2] = {
        change_of(wake_fd, EVFILT_READ, EV_ADD | EV_CLEAR | EV_RECEIPT, wake_event),
        change_of(requests_fd, EVFILT_READ, EV_ADD | EV_RECEIPT, requests_event),
    };
    const int error = apply_changes(kqueue_fd_, changes, 2);
    if (error != 0) return unavailable(error, "cannot watch its doorbell and requests");
    return {};
  }

  /// Watches a non-blocking socket. @returns its handle, or a negative errno; then it is closed.
  std::int32_t adopt(int fd, FdTraits traits = {}) noexcept;

  [[nodiscard]] int poll_fd() const noexcept { return kqueue_fd_; }  ///< readable: some fd is ready

  /// Waits up to `nanoseconds` for readiness or a wake-up.
  void wait(std::uint64_t nanoseconds) noexcept;

  /// Closes everything that is still watched.
  void close() noexcept {
    requests_.close();
    if (kqueue_fd_ >= 0) make_changes();
    for (KqueueEntry& entry : entries_) {
      if (entry.fd >= 0) ::close(entry.fd);
      entry.fd = -1;
    }
    if (kqueue_fd_ >= 0) ::close(kqueue_fd_);
    kqueue_fd_ = -1;
  }

 private:
  static constexpr std::uint32_t wake_event = UINT32_MAX;
  static constexpr std::uint32_t requests_event = UINT32_MAX - 1;
  /// Of the removal of a filter, whose error says that it is gone already.
  static constexpr std::uint32_t removal_event = UINT32_MAX - 2;

  /// A descriptor that is closed once the kqueue was told to forget it.
  struct Closing {
    int fd = -1;
    Operation* operation = nullptr;  ///< the close that asked for it, or nullptr
  };

  using Base::core_;
  using Base::direct_;
  using Base::direct_count_;
  using Base::entries_;
  using Base::inline_;
  using Base::requests_;

  static StartError unavailable(int error, const char* why) noexcept {
    return StartError::make(start_code::backend_unavailable, "", error, "kqueue %s: %s. %s", why,
                            std::strerror(error), shortage_fix(error));
  }

  static struct kevent change_of(int fd, int filter, unsigned flags,
                                 std::uint32_t number) noexcept {
    struct kevent change {};
    change.ident = static_cast<std::uintptr_t>(fd);
    change.filter = static_cast<decltype(change.filter)>(filter);
    change.flags = static_cast<decltype(change.flags)>(flags);
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives it back and follows it nowhere.
    change.udata = reinterpret_cast<void*>(std::uintptr_t{number});
    return change;
  }

  void add_change(int fd, int filter, unsigned flags, std::uint32_t number) noexcept;
  void make_changes() noexcept;
  void watch_reading(KqueueEntry& entry) noexcept;
  bool forget_filters(const KqueueEntry& entry) noexcept;
  void close_now(const Closing& closing) noexcept;
  void watch_direct() noexcept;
  void take_events(std::uint64_t wait_nanoseconds) noexcept;
  void note(const struct kevent& event) noexcept;
  void note_receipt(const struct kevent& receipt, std::uint32_t number) noexcept;
  void fail(KqueueEntry& entry, int filter, int error) noexcept;

  // What readiness.hpp asks of a backend.

  void await_room(KqueueEntry& entry) noexcept;
  void await_connection(KqueueEntry& entry) noexcept { await_room(entry); }
  void watch(std::int32_t handle) noexcept;
  void close_unused(KqueueEntry& entry) noexcept { close_entry(entry, nullptr); }
  void close_for(KqueueEntry& entry, Operation& operation) noexcept {
    close_entry(entry, &operation);
  }
  void close_entry(KqueueEntry& entry, Operation* operation) noexcept;
  void poll(std::uint64_t wait_nanoseconds) noexcept;

  /// Notes a receive of `size` bytes. @returns whether nothing is left that no event would tell of:
  /// the last event said how much there was, and what came since then is news. A short receive says
  /// less, for urgent data and descriptors cut one short too.
  bool emptied(KqueueEntry& entry, const Operation& receive, ssize_t size,
               std::uint32_t /*room*/) const noexcept {
    entry.unread -= size;
    return !entry.ended && receive.transfer == Transfer::bytes && entry.unread <= 0;
  }

  int kqueue_fd_ = -1;
  int change_count_ = 0;
  std::uint32_t closing_count_ = 0;
  struct kevent changes_[maximum_changes];
  struct kevent events_[maximum_changes];
  /// Each has a change among changes_.
  Closing closing_[maximum_changes];
};

}  // namespace loom

#include "kqueue_watch.hpp"

// What the backends of readiness have in common, epoll and kqueue: a descriptor is ready, so the
// call is tried, and what it gives is the same completion that io_uring gives. A receive stops
// where the kernel is known to have nothing more instead of reading to EAGAIN (the extra call is
// the dearest thing in such a loop), unless the peer's FIN was announced with the data: then no
// further edge would come, so it reads on. Acts that finish at once (most sends) are queued and
// never completed from submit(), so that a handler is never entered twice.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "../buffer_pool.hpp"
#include "../core.hpp"
#include "../error.hpp"
#include "../operation.hpp"
#include "../shortage.hpp"
#include "free_buffers.hpp"
#include "loop_requests.hpp"

namespace loom {

/// What is known of one descriptor, and the operations that wait for it. A backend adds its own.
struct ReadinessEntry {
  int fd = -1;
  bool readable = false;
  bool writable = false;
  bool ended = false;      ///< read to the end, no further edge comes
  bool listed = false;     ///< in the ready ring
  bool direct = false;     ///< its receive is tried in every turn
  bool level = false;      ///< level-triggered: watched only for what an operation waits for
  bool changed = false;    ///< level-triggered: in the list of those to be watched anew
  bool forgotten = false;  ///< to be given back once it is off the ready ring
  Operation* accept = nullptr;
  Operation* receive = nullptr;
  Operation* send = nullptr;
  Operation* connect = nullptr;
};

/// The members that a backend of readiness shares with the others. `Derived` is the backend, which
/// watches: it has adopt, poll, await_room, await_connection, watch, close_for, close_unused and
/// emptied; `Shape` is the reactor's emitted shape, `Entry` a ReadinessEntry and what it adds,
/// `RequestWatch` watches for requests.
template <class Derived, class Shape, class Entry, class RequestWatch>
class Readiness {
 public:
  static constexpr bool operations_outlive_close = false;
  static constexpr int maximum_events = 256;  ///< taken by one look
  /// Turns without a look for new readiness, while completions are at hand.
  static constexpr std::uint32_t maximum_looks_left_out = 4;

  Readiness() noexcept = default;
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  /// Takes a group of receive buffers; the most recently returned is used first.
  StartError add_group(std::uint16_t group, const BufferGroup& buffers,
                       ReceiveStrategy = ReceiveStrategy::multishot) noexcept {
    LOOM_ASSERT(group < Shape::buffer_groups, "the reactor's shape counts its buffer groups");
    groups_[group].fill(buffers);
    return {};
  }

  /// The handle of the connection that `accept` completed with, or a negative errno; then the
  /// connection is closed.
  [[nodiscard]] std::int32_t accepted(const Operation& accept, std::int32_t result) noexcept {
    return accept.traits.hands_over ? derived().adopt(result, accept.traits) : result;
  }

  /// Closes the connection that `accept` completed with.
  void refuse(const Operation& accept, std::int32_t result) noexcept {
    if (!accept.traits.hands_over) return discard(result);
    ::close(result);
  }

  /// Closes a handle that no operation uses, at once.
  void discard(std::int32_t handle) noexcept {
    Entry& entry = entries_[handle];
    leave_direct(handle);
    if (entry.fd >= 0) derived().close_unused(entry);
    entry.fd = -1;
    entry.forgotten = true;
    if (!entry.listed) release_handle(handle);
  }

  /// The handle was closed by an operation and may be given again.
  void forget(std::int32_t handle) noexcept {
    if (handle >= 0) discard(handle);
  }

  /// Starts an operation; see the head of this file.
  void submit(Operation& operation) noexcept;

  /// Whether send_at_once() can send on this handle at all.
  static constexpr bool sends_at_once(std::int32_t /*handle*/) noexcept { return true; }

  /// Tries a send that is not in flight. @returns bytes taken or a negative errno; -EAGAIN: submit.
  std::int32_t send_at_once(const Operation& operation) noexcept;

  /// Nothing waits for a submission queue, for there is none.
  [[nodiscard]] bool has_overflow() const noexcept { return false; }

  /// A receive here fills one buffer.
  [[nodiscard]] static std::uint16_t next_buffer(std::uint16_t /*group*/, std::uint16_t) noexcept {
    return 0;
  }

  /// Gives a receive buffer back.
  void release_buffer(std::uint16_t group, std::uint16_t id) noexcept {
    groups_[group].give_back(id);
  }

  /// Whether results, ready descriptors or receives that are to be tried are at hand.
  [[nodiscard]] bool completions_wait() const noexcept {
    return !inline_.empty() || ready_count_ != 0 || direct_untried_ || requests_.has_ready();
  }

  /// Looks for readiness. With completions at hand or direct sockets to try only now and then, for
  /// each look is a system call, but often enough that no socket waits long behind busy ones.
  void enter() noexcept {
    looks_left_out_ += 1;
    const bool busy = completions_wait() || direct_count_ != 0;
    if (busy && looks_left_out_ < maximum_looks_left_out) return;
    if constexpr (Shape::level_triggered) watch_changed();
    derived().poll(0);
  }

  /// Completes at most `maximum` operations through `sink`, or up to maximum_accepts_per_turn more,
  /// and tries each direct receive once. Finished acts and ready descriptors take turns in coming
  /// first. Returns how many.
  template <class Sink>
  std::uint32_t dispatch(std::uint32_t maximum, Sink&& sink) noexcept;

  /// Completes at most `maximum` acts that finished at once, as most sends do. Returns how many.
  template <class Sink>
  std::uint32_t complete_finished(std::uint32_t maximum, Sink&& sink) noexcept;

  /// Whether a wake-up came since the last call.
  bool take_wake_up() noexcept { return std::exchange(woken_, false); }

 protected:
  /// All handles are free.
  void begin(ReactorCore& core) noexcept {
    core_ = &core;
    for (std::uint32_t index = 0; index < Shape::handles; ++index) {
      free_[index] = static_cast<std::int32_t>(Shape::handles - 1 - index);
    }
    free_count_ = Shape::handles;
  }

  /// The handle that take_handle() takes next; -ENFILE when none is free.
  [[nodiscard]] std::int32_t next_handle() const noexcept {
    return free_count_ == 0 ? -ENFILE : free_[free_count_ - 1];
  }

  /// Takes the handle that next_handle() gave for `fd`. @returns its record, all else as it begins
  Entry& take_handle(std::int32_t handle, int fd) noexcept {
    free_count_ -= 1;
    Entry& entry = entries_[handle];
    const bool changed = entry.changed;
    entry = Entry{};
    entry.fd = fd;
    entry.changed = changed;
    return entry;
  }

  void release_handle(std::int32_t handle) noexcept {
    entries_[handle].forgotten = false;
    free_[free_count_] = handle;
    free_count_ += 1;
  }

  void complete(Operation& operation, std::int32_t result) noexcept {
    operation.result = result;
    inline_.push(operation);
  }

  void cancel(Operation*& operation) noexcept {
    if (operation != nullptr) complete(*operation, -ECANCELED);
    operation = nullptr;
  }

  void list(std::int32_t handle) noexcept {
    if (entries_[handle].listed) return;
    entries_[handle].listed = true;
    ready_[(ready_first_ + ready_count_) % Shape::handles] = handle;
    ready_count_ += 1;
  }

  [[nodiscard]] std::int32_t handle_of(const Entry& entry) const noexcept {
    return static_cast<std::int32_t>(&entry - entries_);
  }

  /// Notes that a level-triggered descriptor may have to be watched for something else.
  void change(std::int32_t handle) noexcept {
    if constexpr (Shape::level_triggered) {
      Entry& entry = entries_[handle];
      if (!entry.level || entry.changed) return;
      entry.changed = true;
      changed_[changed_count_] = handle;
      changed_count_ += 1;
    }
  }

  /// Watches what changed, all of a turn together: most changes cancel out.
  void watch_changed() noexcept {
    const std::uint32_t count = changed_count_;
    changed_count_ = 0;
    for (std::uint32_t n = 0; n < count; ++n) {
      entries_[changed_[n]].changed = false;
      derived().watch(changed_[n]);  // may note it again, at a place before this one
    }
  }

  /// Logs once that somebody closed the kernel's side of the backend, which ends every wait at
  /// once: without it nothing can be served any more, so the program is asked to stop, and the
  /// turns until then are 1 ms apart. `what` is its descriptor `fd`.
  void lost(const char* what, int fd, int error) noexcept;

  void leave_direct(std::int32_t handle) noexcept;

  bool woken_ = false;
  bool direct_untried_ = false;  ///< a direct receive is to be tried before the loop may sleep
  ReactorCore* core_ = nullptr;
  OperationQueue inline_;
  LoopRequests<RequestWatch> requests_;
  std::uint32_t looks_left_out_ = 0;
  std::uint32_t direct_count_ = 0;
  std::uint32_t changed_count_ = 0;
  Entry entries_[Shape::handles];
  std::int32_t direct_[Shape::direct_sockets == 0 ? 1 : Shape::direct_sockets];

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  std::int32_t take_ready() noexcept {
    const std::int32_t handle = ready_[ready_first_];
    ready_first_ = (ready_first_ + 1) % Shape::handles;
    ready_count_ -= 1;
    entries_[handle].listed = false;
    return handle;
  }

  void try_send(Entry& entry, Operation& operation) noexcept;
  void begin_receive(Operation& operation) noexcept;
  void begin_connect(Entry& entry, Operation& operation) noexcept;
  void serve_record(Entry& entry) noexcept;
  template <class Sink>
  std::uint32_t serve_direct(Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve_ready(std::uint32_t maximum, Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve(std::int32_t handle, Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve_accept(std::int32_t handle, Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve_receive(std::int32_t handle, Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve_datagrams(std::int32_t handle, Sink&& sink) noexcept;
  void try_send_datagrams(Entry& entry, Operation& operation) noexcept;

  bool requests_owed_ = false;  ///< a turn was over before requests were served
  bool is_lost_ = false;        ///< lost() has said so
  bool ready_first_turn_ = false;
  std::uint32_t ready_first_ = 0;
  std::uint32_t ready_count_ = 0;
  std::uint32_t free_count_ = 0;
  std::int32_t ready_[Shape::handles];
  std::int32_t free_[Shape::handles];
  std::int32_t changed_[Shape::level_triggered ? Shape::handles : 1];
  FreeBuffers<Shape::maximum_buffers> groups_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
};

}  // namespace loom

#include "readiness_datagram.hpp"
#include "readiness_direct.hpp"
#include "readiness_serve.hpp"

// The epoll backend: readiness turned into the same completions that io_uring gives. Each
// descriptor is registered once, edge-triggered unless the config says otherwise. A receive stops
// at a short read instead of reading to EAGAIN, unless the peer's FIN was announced with the data:
// then no further edge would come, so it reads on. What finishes at once is queued and never
// completed from submit(), so that a handler is never entered twice.
#pragma once

#include <sys/epoll.h>
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
#include "epoll_call.hpp"
#include "epoll_requests.hpp"
#include "free_buffers.hpp"

namespace loom {

/// `Shape` is the reactor's emitted shape.
template <class Shape>
class Epoll {
 public:
  static constexpr const char* name = "epoll";
  static constexpr std::uint64_t stat_value = 2;
  static constexpr bool operations_outlive_close = false;
  static constexpr int maximum_events = 256;  ///< taken by one epoll_wait
  /// Turns without a look for new readiness, while completions are at hand.
  static constexpr std::uint32_t maximum_looks_left_out = 4;

  Epoll() noexcept = default;
  Epoll(const Epoll&) = delete;
  Epoll& operator=(const Epoll&) = delete;
  ~Epoll() { close(); }

  static StartError probe() noexcept { return {}; }  ///< it is part of every Linux this runs on
  /// Makes the epoll instance. A write to the caller's eventfd `wake_fd` ends a wait.
  StartError open(ReactorCore& core, int wake_fd) noexcept {
    core_ = &core;
    epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd_ < 0) return unavailable(errno, "cannot be created");
    epoll_event event{};
    // Each write is an edge, so that nobody must read the counter, and none whose number somebody
    // closed keeps the loop awake.
    event.events = EPOLLIN | EPOLLET;
    event.data.u32 = wake_event;
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd, &event) != 0) {
      return unavailable(errno, "cannot watch its eventfd");
    }
    const int error = requests_.open(core, epoll_fd_, requests_event, inline_);
    if (error != 0) return unavailable(-error, "cannot watch for requests");
    for (std::uint32_t index = 0; index < Shape::handles; ++index) {
      free_[index] = static_cast<std::int32_t>(Shape::handles - 1 - index);
    }
    free_count_ = Shape::handles;
    return {};
  }

  /// Takes a group of receive buffers; the most recently returned is used first.
  StartError add_group(std::uint16_t group, const BufferGroup& buffers,
                       ReceiveStrategy = ReceiveStrategy::multishot) noexcept {
    LOOM_ASSERT(group < Shape::buffer_groups, "the reactor's shape counts its buffer groups");
    groups_[group].fill(buffers);
    return {};
  }

  /// Watches a non-blocking socket. @returns its handle, or a negative errno; then it is closed.
  std::int32_t adopt(int fd, FdTraits traits = {}) noexcept;

  /// The handle of the connection that `accept` completed with, or a negative errno; then the
  /// connection is closed.
  [[nodiscard]] std::int32_t accepted(const Operation& accept, std::int32_t result) noexcept {
    return accept.traits.hands_over ? adopt(result, accept.traits) : result;
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
    if (entry.fd >= 0) ::close(entry.fd);
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

  [[nodiscard]] int poll_fd() const noexcept { return epoll_fd_; }  ///< readable: some fd is ready
  /// epoll has no submission queue, so nothing waits for one.
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
    poll(0);
  }

  /// Waits up to `nanoseconds` for readiness or a wake-up.
  void wait(std::uint64_t nanoseconds) noexcept;

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
  /// Closes everything that is still watched.
  void close() noexcept {
    requests_.close();
    for (Entry& entry : entries_) {
      if (entry.fd >= 0) ::close(entry.fd);
      entry.fd = -1;
    }
    if (epoll_fd_ >= 0) ::close(epoll_fd_);
    epoll_fd_ = -1;
  }

 private:
  static constexpr std::uint32_t wake_event = UINT32_MAX;
  static constexpr std::uint32_t requests_event = UINT32_MAX - 1;

  /// What is known of one descriptor, and the operations that wait for it.
  struct Entry {
    int fd = -1;
    bool readable = false;
    bool writable = false;
    bool ended = false;      ///< EPOLLRDHUP: read to the end, no further edge comes
    bool listed = false;     ///< in the ready ring
    bool direct = false;     ///< its receive is tried in every turn
    bool unwatched = false;  ///< direct datagrams: not registered yet; see watch_direct
    bool level = false;      ///< level-triggered: watched only for what an operation waits for
    bool quiet = false;      ///< not watched for room yet; see await_room
    bool changed = false;    ///< level-triggered: in the list of those to be watched anew
    bool forgotten = false;  ///< to be given back once it is off the ready ring
    Operation* accept = nullptr;
    Operation* receive = nullptr;
    Operation* send = nullptr;
    Operation* connect = nullptr;
    std::uint32_t watched = 0;  ///< level-triggered: the events that epoll knows of
  };

  static StartError unavailable(int error, const char* why) noexcept {
    return StartError::make(start_code::backend_unavailable, "", error, "epoll %s: %s. %s", why,
                            std::strerror(error), shortage_fix(error));
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

  std::int32_t take_ready() noexcept {
    const std::int32_t handle = ready_[ready_first_];
    ready_first_ = (ready_first_ + 1) % Shape::handles;
    ready_count_ -= 1;
    entries_[handle].listed = false;
    return handle;
  }

  void watch(std::int32_t handle) noexcept;
  void watch_changed() noexcept;
  bool watch_direct() noexcept;
  void lost(int error) noexcept;
  void change(std::int32_t handle) noexcept;
  void await_room(Entry& entry) noexcept;
  void leave_direct(std::int32_t handle) noexcept;
  void try_send(Entry& entry, Operation& operation) noexcept;
  void begin_receive(Operation& operation) noexcept;
  void begin_connect(Entry& entry, Operation& operation) noexcept;
  void serve_record(Entry& entry) noexcept;

  void poll(std::uint64_t wait_nanoseconds) noexcept {
    looks_left_out_ = 0;
    core_->stats().add(Stat::kernel_entries);
    const timespec timeout = to_timespec(wait_nanoseconds);
    int count = wait_precisely(epoll_fd_, events_, maximum_events, timeout);
    // Filters that are older than the call refuse it with EPERM.
    if (count < 0 && (errno == ENOSYS || errno == EPERM)) {
      const std::uint64_t milliseconds =
          (wait_nanoseconds + nanoseconds_per_millisecond - 1) / nanoseconds_per_millisecond;
      count = epoll_wait(epoll_fd_, events_, maximum_events, static_cast<int>(milliseconds));
    }
    if (count < 0 && errno != EINTR) return lost(errno);
    for (int index = 0; index < count; ++index) note(events_[index]);
  }

  void note(const epoll_event& event) noexcept;

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

  int epoll_fd_ = -1;
  bool woken_ = false;
  bool requests_owed_ = false;  ///< a turn was over before requests were served
  bool is_lost_ = false;        ///< somebody closed the epoll instance
  ReactorCore* core_ = nullptr;
  OperationQueue inline_;
  EpollRequests requests_;
  std::uint32_t ready_first_ = 0;
  std::uint32_t ready_count_ = 0;
  std::uint32_t free_count_ = 0;
  std::uint32_t looks_left_out_ = 0;
  bool ready_first_turn_ = false;
  bool direct_untried_ = false;  ///< a direct receive is to be tried before the loop may sleep
  std::uint32_t direct_count_ = 0;
  std::uint32_t changed_count_ = 0;
  epoll_event events_[maximum_events];
  std::int32_t ready_[Shape::handles];
  std::int32_t free_[Shape::handles];
  Entry entries_[Shape::handles];
  std::int32_t direct_[Shape::direct_sockets == 0 ? 1 : Shape::direct_sockets];
  std::int32_t changed_[Shape::level_triggered ? Shape::handles : 1];
  FreeBuffers<Shape::maximum_buffers> groups_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
};

}  // namespace loom

#include "epoll_datagram.hpp"
#include "epoll_serve.hpp"
#include "epoll_watch.hpp"

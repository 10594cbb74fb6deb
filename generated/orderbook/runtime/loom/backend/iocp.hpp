// The IOCP backend, for Windows. The kernel carries operations out and queues their completions at
// a port, many of which one GetQueuedCompletionStatusEx takes; what is over at once is not queued
// (FILE_SKIP_COMPLETION_PORT_ON_SUCCESS). The port is the reactor's bell: a ring is a packet.
//
// Accepts (AcceptEx, several at once for each listener), connects (ConnectEx) and sends that did
// not go at once (WSASend) are the kernel's. A receive is two steps: a WSARecv of no bytes, which
// completes when there is something, and then a recv() into a buffer that is taken for it at that
// moment. So an idle connection has no buffer, as with io_uring's provided ones, and a pool may
// have fewer buffers than there are connections.
//
// A socket of datagrams has several WSARecvMsg under way, each with a buffer of its group.
//
// What the kernel has of an entry are its OVERLAPPEDs. A socket is closed at once, and its handle
// is given again when all of these have come back.
#pragma once

#if defined(_WIN32)

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "../buffer_pool.hpp"
#include "../clock.hpp"
#include "../core.hpp"
#include "../error.hpp"
#include "../operation.hpp"
#include "../request_operation.hpp"
#include "../request_pool.hpp"
#include "../shortage.hpp"
#include "../system/platform.hpp"
#include "../unsupported_log.hpp"
#include "free_buffers.hpp"
#include "iocp_entry.hpp"

namespace loom {

/// `Shape` is the reactor's emitted shape.
template <class Shape>
class Iocp {
 public:
  static constexpr const char* name = "iocp";
  static constexpr std::uint64_t stat_value = 4;
  /// close() waits for what is in flight.
  static constexpr bool operations_outlive_close = false;
  static constexpr int maximum_events = 256;  ///< taken by one look
  /// AcceptEx that a listener has outstanding while it accepts.
  static constexpr std::uint32_t maximum_accepts = 4;
  /// WSARecvMsg that a socket of datagrams has outstanding: a record is for either.
  static constexpr std::uint32_t maximum_datagram_receives = maximum_accepts;
  /// Connections handed out from one listener before others have their turn.
  static constexpr std::uint32_t maximum_accepts_per_turn = 64;
  /// Turns without a look at the port, while completions are at hand.
  static constexpr std::uint32_t maximum_looks_left_out = 4;

  Iocp() noexcept = default;
  Iocp(const Iocp&) = delete;
  Iocp& operator=(const Iocp&) = delete;
  ~Iocp() { close(); }

  static StartError probe() noexcept { return {}; }  ///< it is part of every Windows
  /// Takes the caller's bell `wake_fd` for its port. It stays the caller's.
  StartError open(ReactorCore& core, int wake_fd) noexcept;

  /// Takes a group of receive buffers; the most recently returned is used first.
  StartError add_group(std::uint16_t group, const BufferGroup& buffers,
                       ReceiveStrategy = ReceiveStrategy::multishot) noexcept {
    LOOM_ASSERT(group < Shape::buffer_groups, "the reactor's shape counts its buffer groups");
    groups_[group].fill(buffers);
    return {};
  }

  /// Binds a non-blocking socket to the port. What is no socket is a named pipe, which is bound to
  /// it when there is one. @returns its handle, or a negative errno; then it is closed.
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
    IocpEntry& entry = entries_[handle];
    if (entry.fd >= 0) close_socket(entry);
    entry.forgotten = true;
    release_if_free(handle);
  }

  /// The handle was closed by an operation and may be given again.
  void forget(std::int32_t handle) noexcept {
    if (handle >= 0) discard(handle);
  }

  /// Starts an operation; see the head of this file.
  void submit(Operation& operation) noexcept;

  /// Whether send_at_once() can send on this handle at all.
  [[nodiscard]] bool sends_at_once(std::int32_t handle) const noexcept {
    return !entries_[handle].is_pipe;
  }

  /// Tries a send that is not in flight. @returns bytes taken or a negative errno; -EAGAIN: submit.
  std::int32_t send_at_once(const Operation& operation) noexcept {
    if (!sends_at_once(operation.handle)) return -EAGAIN;
    core_->stats().add(Stat::kernel_entries);
    return send_without_waiting(entries_[operation.handle].fd, operation);
  }

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

  /// Whether results or sockets that are ready are at hand.
  [[nodiscard]] bool completions_wait() const noexcept {
    return !finished_.empty() || ready_count_ != 0;
  }

  /// Looks at the port; with completions at hand only now and then, for each look is a system call.
  void enter() noexcept {
    looks_left_out_ += 1;
    if (completions_wait() && looks_left_out_ < maximum_looks_left_out) return;
    look(0);
  }

  /// Waits up to `nanoseconds` for a completion or a wake-up; the port counts in milliseconds, so
  /// it may take up to one of them longer.
  void wait(std::uint64_t nanoseconds) noexcept {
    constexpr std::uint64_t longest = INFINITE - 1;
    const std::uint64_t rounded = nanoseconds / nanoseconds_per_millisecond +
                                  (nanoseconds % nanoseconds_per_millisecond != 0 ? 1 : 0);
    look(completions_wait() ? 0 : static_cast<DWORD>(rounded < longest ? rounded : longest));
  }

  /// Completes at most `maximum` operations through `sink`, or up to maximum_accepts_per_turn more.
  /// Returns how many.
  template <class Sink>
  std::uint32_t dispatch(std::uint32_t maximum, Sink&& sink) noexcept;

  /// Completes at most `maximum` acts that are over. Returns how many.
  template <class Sink>
  std::uint32_t complete_finished(std::uint32_t maximum, Sink&& sink) noexcept {
    return finished_.complete(maximum, sink);
  }

  /// Whether a wake-up came since the last call.
  bool take_wake_up() noexcept { return std::exchange(woken_, false); }

  /// No other event loop waits for a port.
  [[nodiscard]] static int poll_fd() noexcept { return -ENOSYS; }

  /// Closes every socket, and waits until the kernel has given back what it had of them.
  void close() noexcept;

 private:
  /// A listener and a socket of datagrams are each one of our own handles.
  static constexpr std::uint32_t arrival_records =
      maximum_accepts * (Shape::own_handles == 0 ? 1 : Shape::own_handles);
  /// How often close() waits, and for how long each time, before something is wrong for good.
  static constexpr int maximum_close_rounds = 100;
  static constexpr DWORD close_round_milliseconds = 100;

  static StartError unavailable(int error, const char* why) noexcept {
    return StartError::make(start_code::backend_unavailable, "", error, "iocp %s: %s. %s", why,
                            std::strerror(error), shortage_fix(error));
  }

  void complete(Operation& operation, std::int32_t result) noexcept {
    operation.result = result;
    finished_.push(operation);
  }

  void list(std::int32_t handle) noexcept {
    if (entries_[handle].listed) return;
    entries_[handle].listed = true;
    ready_[(ready_first_ + ready_count_) % Shape::handles] = handle;
    ready_count_ += 1;
  }

  void release_if_free(std::int32_t handle) noexcept {
    IocpEntry& entry = entries_[handle];
    if (!entry.forgotten || entry.listed || entry.flights != 0 || entry.arrivals != 0) return;
    entry.forgotten = false;
    free_[free_count_] = handle;
    free_count_ += 1;
  }

  /// The kernel may have `flight` from here on.
  void begin_flight(IocpFlight& flight, std::int32_t handle, IocpAct act) noexcept;
  /// What the call that began it gave. @returns whether the kernel has it; else it is over
  /// already, or never began, with `error`.
  bool has_begun(IocpFlight& flight, bool succeeded, int& error) noexcept;
  void end_flight(IocpFlight& flight) noexcept;

  StartError find_calls() noexcept;
  void look(DWORD milliseconds) noexcept;
  void note(const OVERLAPPED_ENTRY& packet) noexcept;
  [[nodiscard]] int error_of(IocpFlight& flight, DWORD& bytes) const noexcept;
  void lost(int error) noexcept;

  void await_bytes(std::int32_t handle) noexcept;
  void note_readable(std::int32_t handle, int error) noexcept;
  void begin_send(Operation& operation) noexcept;
  void begin_connect(Operation& operation) noexcept;
  void end_write(std::int32_t handle, IocpAct act, int error, DWORD bytes) noexcept;
  void begin_accepts(std::int32_t handle) noexcept;
  [[nodiscard]] int begin_accept(std::int32_t handle) noexcept;
  void end_accept(IocpArrival& record, int error) noexcept;
  void give_back(IocpArrival& record) noexcept;
  void drop_arrivals(IocpEntry& entry) noexcept;
  [[nodiscard]] int bind_to_port(HANDLE handle) noexcept;
  [[nodiscard]] int begin_pipe_accept(std::int32_t handle) noexcept;
  void cancel_pipe_accepts(std::int32_t handle) noexcept;
  void connect_pipe(Operation& operation) noexcept;
  void finish_pipe(Operation& operation) noexcept;
  bool receive_from_pipe(IocpEntry& entry, const Operation& operation,
                         Completion& completion) noexcept;
  void begin_datagrams(std::int32_t handle) noexcept;
  void begin_datagram(std::int32_t handle) noexcept;
  void end_datagram_in(IocpArrival& record, int error, DWORD bytes) noexcept;
  void begin_send_datagrams(Operation& operation) noexcept;
  void send_datagrams_left(std::int32_t handle, int error) noexcept;
  void end_datagram_out(std::int32_t handle, int error) noexcept;
  void cancel_all(Operation& operation) noexcept;
  void begin_close(Operation& operation) noexcept;
  void close_socket(IocpEntry& entry) noexcept;

  template <class Sink>
  std::uint32_t serve_ready(std::uint32_t maximum, Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve_accept(std::int32_t handle, Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve_receive(std::int32_t handle, Sink&& sink) noexcept;
  template <class Sink>
  std::uint32_t serve_datagrams(std::int32_t handle, Sink&& sink) noexcept;

  ReactorCore* core_ = nullptr;
  HANDLE port_ = nullptr;
  LPFN_ACCEPTEX accept_ex_ = nullptr;
  LPFN_CONNECTEX connect_ex_ = nullptr;
  LPFN_WSARECVMSG receive_message_ = nullptr;
  bool open_ = false;
  bool woken_ = false;
  bool is_lost_ = false;
  bool told_of_pipes_ = false;  ///< the log says that a client connects to a pipe
  std::uint32_t flights_ = 0;   ///< of all entries
  std::uint32_t looks_left_out_ = 0;
  OperationQueue finished_;  ///< over, and to be completed in the next dispatch
  UnsupportedLog unsupported_;
  RequestPool pool_;
  std::uint32_t ready_first_ = 0;
  std::uint32_t ready_count_ = 0;
  std::uint32_t free_count_ = 0;
  IocpArrival* free_arrivals_ = nullptr;
  OVERLAPPED_ENTRY packets_[maximum_events];
  IocpArrival arrivals_[arrival_records];
  IocpEntry entries_[Shape::handles];
  std::int32_t ready_[Shape::handles];
  std::int32_t free_[Shape::handles];
  FreeBuffers<Shape::maximum_buffers> groups_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
};

}  // namespace loom

#include "iocp_accept.hpp"
#include "iocp_datagram.hpp"
#include "iocp_pipe.hpp"
#include "iocp_start.hpp"
#include "iocp_turn.hpp"

#endif

// Fiber style on a stream fd: each connection has a fiber of its own that runs the handler's
// `run(connection)` as straight-line code. This adapter stands where a callback handler would and
// turns the engine's calls into wake-ups; the bytes of a message stay in their receive buffer
// until the fiber reads again.
#pragma once

#include <concepts>
#include <cstdint>
#include <exception>
#include <utility>

#include "connection.hpp"
#include "fiber/tools.hpp"
#include "handler.hpp"
#include "result.hpp"

namespace loom {

template <class Fd>
class FiberConnection;

/// The handler of a stream fd in fiber style: `User` is the user's struct, `stack_class` the
/// position of its class in the reactor's Fibers.
template <class Fd, class User, std::uint16_t stack_class>
class FiberStream {
 public:
  /// What one connection's fiber and the engine tell each other.
  struct State {
    Fiber* fiber = nullptr;
    std::uint32_t fiber_generation = 0;
    Fiber* reads = nullptr;    ///< who waits in read(): the fiber, or a child of its scopes
    Fiber* writes = nullptr;   ///< who waits for room in the write queue, or in flush()
    bool has_message = false;  ///< `message` is the fiber's until it reads again
    bool peer_ended = false;   ///< everything before the peer's FIN was read
    std::uint32_t wanted_room = 0;
    Bytes message;
    CloseReason why;
    [[no_unique_address]] typename User::State user{};

    /// Whether the connection's fiber has not ended yet.
    [[nodiscard]] bool has_fiber() const noexcept {
      return fiber != nullptr && fiber->generation == fiber_generation;
    }
  };

  void on_start() noexcept {}

  /// For the emitted code: which handler the fibers run.
  void attach(ReactorCore& core, User& user) noexcept {
    core_ = &core;
    user_ = &user;
  }

  /// A connection was established: it gets its fiber, or ends for want of a stack.
  void on_open(Connection<Fd>& connection) noexcept {
    StreamSlot<Fd>& slot = connection.slot();
    State& state = slot.user;
    const auto fiber =
        core_->fibers().spawn(stack_class, fiber_name.text, slot.index, &body, &slot);
    if (!fiber) {
      slot.failure = {CloseKind::exhausted, 0};
      return;
    }
    state.fiber = *fiber;
    state.fiber_generation = (*fiber)->generation;
  }

  /// Whether the fiber waits for a message.
  [[nodiscard]] bool ready(Connection<Fd>& connection, std::uint32_t /*bytes*/) const noexcept {
    const State& state = connection.slot().user;
    return state.reads != nullptr && !state.has_message;
  }

  /// Hands the message over; the engine runs the fiber next.
  void on_data(Connection<Fd>& connection, Bytes bytes) noexcept {
    State& state = connection.slot().user;
    state.message = bytes;
    state.has_message = true;
  }

  /// Whether the fiber still uses the message's bytes.
  [[nodiscard]] static bool holds_message(const StreamSlot<Fd>& slot) noexcept {
    return slot.user.has_message && slot.user.has_fiber();
  }

  /// `sent` more bytes have left the queue: a fiber that waits for that room runs again.
  void on_sent(Connection<Fd>& connection, std::uint32_t /*sent*/, std::uint32_t queued) noexcept {
    State& state = connection.slot().user;
    if (state.writes == nullptr || Fd::shape.write_queue_bytes - queued < state.wanted_room) return;
    wake(state.writes);
  }

  void on_drain(Connection<Fd>& /*connection*/) noexcept {}

  /// The peer sent FIN and everything before it was read. The connection ends with its fiber.
  bool on_end(Connection<Fd>& connection) noexcept {
    State& state = connection.slot().user;
    state.peer_ended = true;
    if (!state.has_fiber()) connection.close();
    wake(state.reads);
    return true;
  }

  /// The connection is over: whatever its fiber waits for fails with `why`.
  void on_close(Connection<Fd>& connection, CloseReason why) noexcept {
    State& state = connection.slot().user;
    state.why = why;
    wake(state.reads);
    wake(state.writes);
    if constexpr (requires { user_->on_close(connection, why); }) user_->on_close(connection, why);
  }

  /// Whether the slot may be used again: not before the fiber ended.
  [[nodiscard]] bool flush(Connection<Fd>& connection) const noexcept {
    const StreamSlot<Fd>& slot = connection.slot();
    return slot.state == SlotState::open || !slot.user.has_fiber();
  }

 private:
  /// "fds.<name>", for people.
  static constexpr FiberName fiber_name{"fds.", Fd::shape.name};

  void wake(Fiber*& waiting) noexcept {
    Fiber* fiber = std::exchange(waiting, nullptr);
    if (fiber != nullptr) core_->fibers().make_ready(*fiber, FiberWake::event);
  }

  /// The body of a connection's fiber.
  static void body(void* argument) {
    auto& slot = *static_cast<StreamSlot<Fd>*>(argument);
    const AtEnd at_end{slot, slot.generation};
    if (slot.state != SlotState::open) return;
    FiberConnection<Fd> connection(slot);
    try {
      slot.family->handler->user_->run(connection);
    } catch (const FiberUnwind&) {
      throw;
    } catch (const std::exception& error) {
      at_end.threw(error.what());
    } catch (...) {
      at_end.threw("something that is no std::exception");
    }
  }

  /// Whichever way the body ends, its connection ends with it and its slot is looked at again.
  struct AtEnd {
    StreamSlot<Fd>& slot;
    std::uint32_t generation;

    void threw(const char* what) const noexcept {
      char line[200];
      std::snprintf(line, sizeof line, "loom: fds.%s: a fiber threw: %.120s (handler_threw)",
                    Fd::shape.name, what);
      slot.family->core->log(line);
      if (slot.generation == generation && slot.state == SlotState::open) {
        slot.failure = {CloseKind::handler_threw, 0};
      }
    }
    ~AtEnd() {
      slot.user.has_message = false;
      if (slot.state == SlotState::open) slot.close_requested = true;
      slot.resumed = true;
      slot.family->mark_dirty(slot);
    }
  };

  ReactorCore* core_ = nullptr;
  User* user_ = nullptr;
};

/// A connection as its fiber sees it, and the children of scopes in that fiber: one of them may
/// read while another writes. Everything that waits throws FiberUnwind when the reactor stops.
template <class Fd>
class FiberConnection {
 public:
  /// The constants of the fd, for `if constexpr` in handlers that serve several.
  using Descriptor = Fd;

  explicit FiberConnection(StreamSlot<Fd>& slot) noexcept : connection_(slot), slot_(&slot) {}

  /// Waits for the next message of the fd's framing, until `deadline_nanoseconds` on the monotonic
  /// clock. The bytes are valid until the next read().
  /// @returns Failure::ended after the peer's FIN, closed when the connection is over, timed_out,
  ///   cancelled.
  Result<Bytes> read(std::uint64_t deadline_nanoseconds = no_deadline) {
    auto& state = slot_->user;
    state.has_message = false;
    if (!connection_.alive()) return over();
    if (state.peer_ended) return Failure::ended;
    LOOM_ASSERT(state.reads == nullptr, "one fiber reads from a connection at a time");
    state.reads = fibers().current();
    if (slot_->held_first != StreamFamily<Fd>::no_held_buffer || slot_->peer_ended) go_on();
    const FiberWake why = Waiting(state.reads).suspend(fibers(), deadline_nanoseconds);
    if (state.has_message) return state.message;
    if (!connection_.alive()) return over();
    if (why == FiberWake::timed_out) return Failure::timed_out;
    if (why == FiberWake::cancelled) return Failure::cancelled;
    return Failure::ended;
  }

  /// Queues a copy of `bytes`, in order, and waits for room where the queue is full.
  /// @returns Failure::closed when the connection ended first; then a part may have been sent.
  Result<void> write(Bytes bytes) {
    while (!bytes.empty()) {
      const std::uint32_t whole = bytes.size() < queue_bytes ? bytes.size() : queue_bytes;
      const Result<void> room = wait_for_room(whole);
      if (!room) return room;
      if (!connection_.write(bytes.part(0, whole))) return over();
      bytes = bytes.part(whole, bytes.size() - whole);
    }
    return connection_.writable() ? Result<void>() : over();
  }

  /// Queues `message` with the fd's framing around it, and waits for room where the queue is full.
  /// @returns Failure::exhausted when it can never fit, closed as write().
  Result<void> write_frame(Bytes message) {
    using Framing = typename Fd::Framing;
    const std::uint64_t bytes = std::uint64_t{message.size()} + Framing::overhead_bytes;
    if (message.size() > Framing::longest_bytes || bytes > queue_bytes) return Failure::exhausted;
    const Result<void> room = wait_for_room(static_cast<std::uint32_t>(bytes));
    if (!room) return room;
    if (!connection_.write_frame(message)) return over();
    return {};
  }

  /// Waits until everything written was taken by the kernel.
  Result<void> flush() { return wait_for_room(queue_bytes); }

  /// Sends FIN once everything queued was sent; reading goes on.
  void finish() noexcept { connection_.finish(); }
  /// Ends the connection once everything queued was sent.
  void close() noexcept { connection_.close(); }
  /// Ends the connection at once; a TCP peer sees a reset.
  void abort() noexcept { connection_.abort(); }

  /// The user's State of this connection; it lives as long as its fiber.
  [[nodiscard]] auto& state() noexcept { return slot_->user.user; }
  /// Why the connection ended; `none` while it lives.
  [[nodiscard]] CloseReason close_reason() const noexcept { return slot_->user.why; }
  /// Whether the connection lives.
  [[nodiscard]] bool alive() const noexcept { return connection_.alive(); }
  /// 0 to connections - 1, within its fd.
  [[nodiscard]] std::uint32_t index() const noexcept { return slot_->index; }
  /// The fd's name in the config.
  [[nodiscard]] static constexpr const char* fd_name() noexcept { return Fd::shape.name; }
  /// The same connection for callbacks and other fibers: its writes do not wait.
  [[nodiscard]] const Connection<Fd>& handle() const noexcept { return connection_; }

 private:
  /// Whichever way the wait ends, nobody waits any more.
  struct Waiting {
    Fiber*& who;
    explicit Waiting(Fiber*& fiber) noexcept : who(fiber) {}
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;
    ~Waiting() { who = nullptr; }
    FiberWake suspend(FiberScheduler& fibers, std::uint64_t deadline_nanoseconds) {
      return fibers.suspend(nullptr, deadline_nanoseconds);
    }
  };

  static constexpr std::uint32_t queue_bytes = StreamFamily<Fd>::queue_bytes;

  [[nodiscard]] FiberScheduler& fibers() noexcept { return slot_->family->core->fibers(); }

  /// Held data or the peer's FIN wait in the slot: the engine looks at it again.
  void go_on() noexcept {
    slot_->resumed = true;
    slot_->family->mark_dirty(*slot_);
  }

  [[nodiscard]] Error over() const noexcept {
    return {Failure::closed, slot_->user.why.system_error};
  }

  Result<void> wait_for_room(std::uint32_t bytes) {
    auto& state = slot_->user;
    while (connection_.writable() && connection_.writable_bytes() < bytes) {
      state.wanted_room = bytes;
      LOOM_ASSERT(state.writes == nullptr, "one fiber writes to a connection at a time");
      state.writes = fibers().current();
      const FiberWake why = Waiting(state.writes).suspend(fibers(), no_deadline);
      if (why == FiberWake::cancelled) return Failure::cancelled;
    }
    return connection_.writable() ? Result<void>() : over();
  }

  Connection<Fd> connection_;
  StreamSlot<Fd>* slot_;
};

/// A handler that runs each connection on a fiber.
template <class Handler>
concept RunsFibers = requires { &Handler::holds_message; };

}  // namespace loom

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
#include "fiber_connection.hpp"
#include "handler.hpp"
#include "result.hpp"
#include "thrown.hpp"

namespace loom {

/// The handler of a stream fd in fiber style: `User` is the user's struct, `stack_class` the
/// position of its class in the reactor's Fibers.
template <class Fd, class User, std::uint16_t stack_class>
class FiberStream {
 public:
  using UserHandler = User;

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
    Bytes rest;  ///< behind the message, while the engine waits for the fiber that it handed it to
    std::uint32_t taken_bytes = 0;  ///< of that, by reads in place
    CloseReason why;
    [[no_unique_address]] typename User::State user{};

    /// The engine, before it runs the fiber: what the fiber may read without it.
    void offer(Bytes behind) noexcept {
      rest = behind;
      taken_bytes = 0;
    }
    /// The engine, after it: how much of that was read.
    std::uint32_t end_offer() noexcept {
      rest = Bytes();
      return taken_bytes;
    }

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
    (*fiber)->of_connection = true;
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

  /// What the user's hooks and fiber know as the connection's State.
  [[nodiscard]] static auto& user_state(StreamSlot<Fd>& slot) noexcept { return slot.user.user; }

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

  /// The connection is over: whatever its fiber waits for fails with `why`. What the user's hook
  /// throws goes to the engine, which logs it.
  void on_close(Connection<Fd>& connection, CloseReason why) {
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
    } catch (...) {
      at_end.threw();
    }
  }

  /// Whichever way the body ends, its connection ends with it and its slot is looked at again.
  struct AtEnd {
    StreamSlot<Fd>& slot;
    std::uint32_t generation;

    void threw() const noexcept {
      report_thrown(*slot.family->core, thrown_by<Fd>("run"),
                    "its connection is closed (handler_threw)");
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

/// `handler.run(connection)` can be called, and may be left by an exception: a stop unwinds it.
template <class Handler, class Fd>
concept HasRun = requires(Handler& handler, FiberConnection<Fd>& connection) {
                   { handler.run(connection) } -> std::same_as<void>;
                   requires !noexcept(handler.run(connection));
                 };

/// A handler that runs each connection on a fiber.
template <class Handler>
concept RunsFibers = requires { &Handler::holds_message; };

}  // namespace loom

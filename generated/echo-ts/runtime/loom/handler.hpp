// What a handler derives from, and the questions that the emitted code asks of it. The bases hold
// hooks that do nothing, so that a handler writes down only those it needs; a hook with a wrong
// signature hides its base's and fails a static_assert that says what was expected.
#pragma once

#include <concepts>
#include <cstdint>

#include "connection.hpp"
#include "core.hpp"
#include "event_source.hpp"
#include "request_slots.hpp"
#include "result.hpp"
#include "signal_source.hpp"
#include "system/requests.hpp"
#include "timer.hpp"

namespace loom {

/// Common to all handlers: the way to the reactor. `Self` is the user's struct (CRTP).
template <class Self>
class HandlerBase {
 public:
  /// Per-connection state; a handler may declare its own. It is made anew for each connection and
  /// destroyed when that ends; its default constructor must not throw.
  struct State {};

  /// Runs once on the reactor's thread, before the first event.
  void on_start() noexcept {}
  /// A connection was established. For clients also after each reconnect. Datagram fds: the socket
  /// is bound, once at the start.
  void on_open(auto& /*connection*/) noexcept {}
  /// After a refused write, once half of the queue is free.
  void on_drain(auto& /*connection*/) noexcept {}
  /// A descriptor came, at the latest right before the bytes that it was sent with: on a stream the
  /// kernel may hand it over ahead of bytes sent earlier, on packets never. Closed unless the
  /// handler keeps it. For fds that declare `descriptors`.
  void on_descriptor(auto& /*connection*/, ReceivedDescriptor /*descriptor*/) noexcept {}
  /// The connection ended, or a client's attempt failed (then no on_open came before).
  void on_close(auto& /*connection*/, CloseReason /*why*/) noexcept {}

  /// Datagram fds: a send failed, or the network reported what became of an earlier datagram
  /// (ECONNREFUSED and others of udp(7)). The socket goes on.
  void on_error(auto& /*socket*/, Error /*error*/) noexcept {}
  /// Datagram fds: after the last on_datagram of a turn.
  void on_batch_end(auto& /*socket*/) noexcept {}
  /// After a channel refused a message (`full: 'block'`): half of it is free again.
  void on_room(auto& /*channel*/) noexcept {}
  /// Reading an eventfd or a signalfd failed: no further event comes from it.
  void on_error(Error /*error*/) noexcept {}

  /// A request of this handler's completed.
  void on_complete(Completed /*done*/) noexcept {}

  /// Asks the system for something, on the reactor's thread: `request` comes from a function of
  /// `loom/system`, and what its pointers name must stay until its completion. It is begun when
  /// the hook has returned, and completes through on_complete({token, result}).
  /// @returns a ticket to cancel it by; Failure::exhausted when as many are in flight as
  /// `reactors.<name>.requests` says; Failure::closed when the reactor stops.
  Result<Ticket> submit(const system::Request& request, std::uint64_t token) noexcept {
    core_->dirty_ = true;
    return core_->desk_->submit(this, request, token);
  }

  /// Ends a request: it completes with -ECANCELED, unless it is past that.
  void cancel(Ticket ticket) noexcept {
    core_->dirty_ = true;
    core_->desk_->cancel(ticket);
  }

  /// Tells JavaScript that something is missing in what came by `source` (a connection or a socket
  /// of this handler): `program.on('gap', …)` there. Nothing where nobody listens.
  template <template <class> class Source, class Fd>
  void notify_gap(const Source<Fd>& source, const Gap& gap) noexcept {
    core_->tell(DeliveryEvent::gap, Fd::shape.index, source.index(), GapPayload{gap});
  }

  /// Tells JavaScript that what comes by `source` is whole again: `program.on('resynced', …)`.
  template <template <class> class Source, class Fd>
  void notify_resynced(const Source<Fd>& source, const Resynced& resynced) noexcept {
    core_->tell(DeliveryEvent::resynced, Fd::shape.index, source.index(), resynced);
  }

  /// For the runtime: whether a request is of this handler.
  [[nodiscard]] bool is_owner(const void* owner) const noexcept { return owner == this; }

  /// The clock, the counters and stop() of this handler's reactor.
  [[nodiscard]] ReactorCore& reactor() noexcept { return *core_; }

  /// For the emitted code: binds the handler to its reactor.
  void attach_reactor(ReactorCore& core) noexcept {
    core_ = &core;
    node_.key = &handler_key<Self>;
    node_.handler = static_cast<Self*>(this);
    core.add_handler(node_);
  }

 private:
  ReactorCore* core_ = nullptr;
  ReactorCore::HandlerNode node_;
};

/// `Handler` is defined and not only declared.
template <class Handler>
concept IsDefined = requires { sizeof(Handler); };
/// `handler.on_data(connection, bytes)` can be called.
template <class Handler, class Fd>
concept HasOnData = requires(Handler& handler, Connection<Fd>& connection, Bytes bytes) {
                      { handler.on_data(connection, bytes) } -> std::same_as<void>;
                    };
/// `handler.on_open(connection)` can be called.
template <class Handler, class Fd>
concept HasOnOpen = requires(Handler& handler, Connection<Fd>& connection) {
                      { handler.on_open(connection) } -> std::same_as<void>;
                    };
/// `handler.on_drain(connection)` can be called.
template <class Handler, class Fd>
concept HasOnDrain = requires(Handler& handler, Connection<Fd>& connection) {
                       { handler.on_drain(connection) } -> std::same_as<void>;
                     };
/// `handler.on_close(connection, why)` can be called.
template <class Handler, class Fd>
concept HasOnClose = requires(Handler& handler, Connection<Fd>& connection, CloseReason why) {
                       { handler.on_close(connection, why) } -> std::same_as<void>;
                     };
/// `handler.on_descriptor(connection, descriptor)` can be called.
template <class Handler, class Fd>
concept HasOnDescriptor = requires(Handler& handler, Connection<Fd>& connection) {
                            {
                              handler.on_descriptor(connection, ReceivedDescriptor())
                              } -> std::same_as<void>;
                          };
/// `handler.on_tick(tick)` can be called.
template <class Handler>
concept HasOnTick = requires(Handler& handler, Tick tick) {
                      { handler.on_tick(tick) } -> std::same_as<void>;
                    };

/// `handler.on_event(count)` can be called.
template <class Handler>
concept HasOnEvent = requires(Handler& handler, EventCount count) {
                       { handler.on_event(count) } -> std::same_as<void>;
                     };
/// `handler.on_signal(info)` can be called.
template <class Handler>
concept HasOnSignal = requires(Handler& handler, const SignalInfo& info) {
                        { handler.on_signal(info) } -> std::same_as<void>;
                      };
/// `handler.on_error(error)` can be called.
template <class Handler>
concept HasOnSourceError = requires(Handler& handler, Error error) {
                             { handler.on_error(error) } -> std::same_as<void>;
                           };

}  // namespace loom

// What a fiber holds of its connection: reads and writes that wait, as straight-line code. Bytes of
// a message are a lease that lasts until the next read.
#pragma once

#include <cstdint>
#include <utility>

#include "connection.hpp"
#include "fiber/this_fiber.hpp"
#include "framing.hpp"
#include "result.hpp"

namespace loom {

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
    if (take_in_place()) return state.message;
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

  /// Takes the next message when it lies whole behind the last one: without a switch to the loop
  /// and back, and under the conditions under which the loop would hand it over.
  bool take_in_place() noexcept {
    auto& state = slot_->user;
    if (state.rest.empty() || slot_->paused || !slot_->wants_data()) return false;
    const Fiber& fiber = *fibers().current();
    if (fiber.cancelled || fiber.unwinding) return false;
    const Cut cut = Fd::Framing::cut(state.rest);
    if (cut.bytes == 0) return false;
    slot_->family->core->stats().add(Stat::messages_received);
    state.message = cut.message;
    state.has_message = true;
    state.taken_bytes += cut.bytes;
    state.rest = rest_of(state.rest, cut.bytes);
    return true;
  }

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

}  // namespace loom

// The life of a connection: opened, settled after every event, ended, closed, and for clients
// connected again. A hook or a completion only notes what happened; `settle` looks at the slot as
// a whole and starts what follows from it, so there is one place that decides.
#pragma once

#include <cstdint>

#include "socket.hpp"
#include "stream_send.hpp"

namespace loom {

/// Time a listener rests after accept(2) failed for lack of descriptors or memory.
inline constexpr std::uint64_t accept_retry_pause_nanoseconds = 10 * nanoseconds_per_millisecond;

/// CRTP: `Derived` offers `deliver_held(family, slot)`; `Backend` turns operations into
/// completions.
template <class Derived, class Backend>
class StreamLifecycle : public StreamSend<Derived, Backend> {
  using Base = StreamSend<Derived, Backend>;

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

  /// A connection exists: gives it a fresh State and tells the handler.
  template <class Fd>
  void opened(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    slot.state = SlotState::open;
    core_.wheel().disarm(slot.deadline);
    tell_client(slot, DeliveryEvent::up, {});
    slot.attempts = 0;
    core_.stats().add(Stat::open_connections);
    Connection<Fd> connection(slot);
    this->guard(slot, "on_open", [&] { family.handler->on_open(connection); });
    family.mark_dirty(slot);
  }

  /// Makes a vacant slot ready for `handle`.
  template <class Fd>
  void prepare_slot(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, std::int32_t handle) noexcept {
    LOOM_ASSERT(slot.state == SlotState::vacant && !slot.busy(), "only vacant slots are reused");
    slot.handle = handle;
    slot.receive.handle = slot.send.handle = slot.control.handle = handle;
    slot.close.handle = slot.cancel.handle = handle;
    slot.framing = {};
    slot.queue.clear();
    slot.failure = {};
    slot.paused = slot.resumed = slot.close_requested = slot.abort_requested = false;
    slot.finish_requested = slot.finish_sent = slot.peer_ended = slot.write_refused = false;
    slot.starved = slot.send_cancelled = slot.cancelled = slot.receive_cancelled = slot.retry =
        false;
    family.retag(slot);
  }

  /// Settles every slot on the family's list, and those that settling adds, up to a bound.
  template <class Fd>
  void settle_dirty(StreamFamily<Fd>& family) noexcept {
    for (std::uint32_t count = 0; count < family.slot_count * 2; ++count) {
      StreamSlot<Fd>* slot = family.take_dirty();
      if (slot == nullptr) return;
      settle(family, *slot);
    }
  }

  /// Starts whatever follows from the slot's state.
  template <class Fd>
  void settle(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    if (slot.state == SlotState::open) settle_open(family, slot);
    if (slot.state == SlotState::connecting) {
      if (slot.failure.kind != CloseKind::none && slot.control.in_flight) this->cancel_all(slot);
    }
    if (slot.state == SlotState::ending) settle_ending(family, slot);
  }

  /// Calls on_close and ends what is in flight.
  template <class Fd>
  void begin_ending(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, CloseReason why) noexcept {
    LOOM_ASSERT(slot.state == SlotState::open || slot.state == SlotState::connecting,
                "a connection ends once");
    if (slot.state == SlotState::open) {
      core_.stats().subtract(Stat::open_connections);
      core_.stats().add(Stat::closed);
    }
    slot.state = SlotState::ending;
    slot.failure = why;
    core_.wheel().disarm(slot.deadline);
    if (!lends(slot)) release_held(family, slot);
    Connection<Fd> connection(slot);
    if (!slot.try_next) {
      tell_client(slot, DeliveryEvent::down, why);
      const Watched<typename Base::Shape> watched(core_, family.shape.close_operation);
      this->guard(slot, "on_close", [&] { family.handler->on_close(connection, why); });
    }
    const bool reset = why.kind == CloseKind::aborted || why.kind == CloseKind::handler_threw;
    if (reset && family.shape.is_tcp() && !slot.control.in_flight) {
      // connect(2) to AF_UNSPEC resets a TCP connection; it works on direct descriptors, where
      // SO_LINGER cannot be set.
      static constexpr sockaddr disconnect = unspecified_address();
      control(family, slot, OperationKind::connect, &disconnect, sizeof disconnect);
    }
  }

  /// Starts the slot's control operation. Its completion comes as connected() while the slot is
  /// connecting, else as shut_down().
  template <class Fd>
  void control(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, OperationKind kind,
               const void* pointer, std::uint32_t size) noexcept {
    slot.control.kind = kind;
    slot.control.pointer = pointer;
    slot.control.size = size;
    const std::uint16_t operation = slot.state == SlotState::connecting
                                        ? family.shape.open_operation
                                        : family.shape.shutdown_operation;
    slot.control.tag = Tag(family.shape.first_slot + slot.index, operation, slot.generation);
    this->start(slot.control);
  }

  /// Whether a fiber still reads a message of this slot in place: its buffer stays where it is.
  template <class Fd>
  static bool lends([[maybe_unused]] const StreamSlot<Fd>& slot) noexcept {
    if constexpr (RunsFibers<typename Fd::Handler>) return Fd::Handler::holds_message(slot);
    return false;
  }

  /// Gives back every buffer that the slot holds.
  template <class Fd>
  void release_held(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    while (slot.held_first != family.no_held_buffer) release_first_held(family, slot);
  }

  /// Gives back the oldest held buffer, and wakes connections that starved for one.
  template <class Fd>
  void release_first_held(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    const std::uint16_t id = slot.held_first;
    slot.held_first = family.buffers.held(id).next;
    const bool was_exhausted = family.buffers.held_count == family.shape.buffer_count;
    family.buffers.held_count -= 1;
    backend_.release_buffer(family.shape.buffer_group, id);
    if (!was_exhausted) return;
    for (StreamSlot<Fd>& other : family.slots) {
      if (other.starved) {
        other.starved = false;
        family.mark_dirty(other);
      }
    }
  }

  /// Keeps the family's listener accepting as its policy says.
  template <class Fd>
  void arm_accept(StreamFamily<Fd>& family) noexcept {
    if (stopping_ || family.listener < 0 || family.accept.in_flight || family.parked >= 0) return;
    if (family.shape.full == WhenFull::wait && family.free_count == 0) return;
    if (family.accept_retry.armed()) return;
    family.accept.handle = family.listener;
    this->start(family.accept);
  }

  /// When a client may try again: the initial pause doubled per failure up to the maximum, less
  /// up to half of it at random, so that clients cut off together do not return together.
  template <class Fd>
  void schedule_reconnect(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    const std::uint64_t initial = family.shape.reconnect_initial_nanoseconds;
    // Without an address it was adopted, and stays lost.
    if (stopping_ || initial == 0 || family.addresses.count == 0) return;
    std::uint64_t pause = initial;
    for (std::uint8_t n = 0;
         n < slot.attempts && pause < family.shape.reconnect_maximum_nanoseconds; ++n) {
      pause *= 2;
    }
    if (pause > family.shape.reconnect_maximum_nanoseconds) {
      pause = family.shape.reconnect_maximum_nanoseconds;
    }
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;  // Knuth, MMIX
    pause -= (random_ >> 11U) % (pause / 2 + 1);  // the upper bits are the random ones
    if (slot.attempts < 63) slot.attempts = static_cast<std::uint8_t>(slot.attempts + 1);
    family.arm_deadline(slot, core_.now_nanoseconds() + pause);
  }

  std::uint64_t random_ = 0x9e3779b97f4a7c15ULL;

 private:
  /// Tells JavaScript of a client's connection.
  template <class Fd>
  void tell_client(const StreamSlot<Fd>& slot, DeliveryEvent event, CloseReason why) noexcept {
    if constexpr (Fd::shape.is_client()) {
      const ClientPayload payload{static_cast<std::uint16_t>(why.kind), slot.attempts,
                                  why.system_error};
      core_.tell(event, Fd::shape.index, slot.index, payload);
    }
  }

  template <class Fd>
  void settle_open(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    bool resumed = slot.resumed;
    if constexpr (KeepsData<typename Fd::Handler>) {
      Connection<Fd> connection(slot);
      resumed = resumed || slot.retry;
      slot.retry = !family.handler->flush(connection);
    }
    if (slot.failure.kind != CloseKind::none) return begin_ending(family, slot, slot.failure);
    if (slot.abort_requested) return begin_ending(family, slot, {CloseKind::aborted, 0});
    if (!slot.paused && !slot.retry && (slot.held_first != family.no_held_buffer || resumed)) {
      slot.resumed = false;
      static_cast<Derived&>(*this).deliver_held(family, slot);
      if (slot.failure.kind != CloseKind::none) return begin_ending(family, slot, slot.failure);
      if (slot.abort_requested) return begin_ending(family, slot, {CloseKind::aborted, 0});
    }
    // After close() nothing more is delivered: the buffers go back before the queue has drained.
    if (slot.close_requested && !lends(slot)) release_held(family, slot);
    const bool holding = slot.held_first != family.no_held_buffer;
    if (!slot.receive.in_flight && !slot.paused && !holding && !slot.peer_ended &&
        !slot.close_requested && !slot.starved && slot.receive.handle >= 0) {
      slot.receive_cancelled = false;
      if constexpr (Fd::shape.descriptors != 0) {
        slot.receive.pointer = slot.message.incoming(Fd::shape.buffer_bytes);
      }
      this->start(slot.receive);
    }
    if (slot.queue.queued() != 0 && !slot.queue.sending()) this->send_next(family, slot);
    if (slot.queue.queued() != 0) return;
    if (slot.close_requested) {
      // JavaScript closes in answer to the end; a C++ handler's close() is its own.
      const bool answers_end = KeepsData<typename Fd::Handler> && slot.peer_ended;
      const CloseKind kind = stopping_     ? CloseKind::stopped
                             : answers_end ? CloseKind::ended
                                           : CloseKind::local;
      begin_ending(family, slot, {kind, 0});
    } else if (slot.peer_ended && !holding && !slot.paused && !slot.retry) {
      if constexpr (KeepsData<typename Fd::Handler>) {
        // JavaScript has yet to read, and may answer; it closes when it has read to the end.
        Connection<Fd> connection(slot);
        slot.retry = !family.handler->on_end(connection);
      } else {
        begin_ending(family, slot, {CloseKind::ended, 0});
      }
    } else if (slot.finish_requested && !slot.finish_sent && !slot.control.in_flight) {
      slot.finish_sent = true;
      if constexpr (Fd::shape.is_pipe()) {
        // Nothing is read either: there is nothing left to wait for.
        if (!this->close_written_end(slot)) begin_ending(family, slot, {CloseKind::local, 0});
        return;
      }
      control(family, slot, OperationKind::shutdown_sending, nullptr, 0);
    }
  }

  template <class Fd>
  void settle_ending(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    if (slot.busy()) {
      if (slot.receive.in_flight || slot.send.in_flight) this->cancel_all(slot);
      return;
    }
    if constexpr (KeepsData<typename Fd::Handler>) {
      // The slot may not be used again before JavaScript was told of its end, or before its fiber
      // ended.
      Connection<Fd> connection(slot);
      const bool gives_up = stopping_ && !RunsFibers<typename Fd::Handler>;
      if (!family.handler->flush(connection) && !gives_up) {
        slot.retry = true;
        return;
      }
    }
    release_held(family, slot);
    if constexpr (Fd::shape.is_pipe()) {
      if (this->close_written_end(slot)) return;
    }
    slot.state = SlotState::closing;
    if (slot.handle >= 0) {
      this->start(slot.close);
    } else {
      static_cast<Derived&>(*this).vacate(family, slot);
    }
  }
};

}  // namespace loom

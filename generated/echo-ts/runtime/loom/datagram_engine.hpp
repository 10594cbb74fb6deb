// What follows from each completion of a datagram operation, and from what hooks wished. The
// emitted `dispatch` calls received_datagram, sent_datagrams, closed_datagram, cancelled_datagram
// and retry_datagrams. An error never ends a socket: it is told to the handler, and receiving goes
// on.
#pragma once

#include <cerrno>
#include <cstdint>

#include "datagram_socket.hpp"
#include "stream_start.hpp"
#include "thrown.hpp"

namespace loom {

/// Until a send that the kernel refused for lack of room is tried again, where no event tells of
/// room: ENOBUFS, and a full peer of an unconnected unix socket.
inline constexpr std::uint64_t datagram_retry_nanoseconds = nanoseconds_per_millisecond;

/// Adds datagram fds to the streams. A reactor that has some offers `each_datagram(visit)`.
template <class Derived, class Backend>
class DatagramEngine : public StreamStart<Derived, Backend> {
  using Base = StreamStart<Derived, Backend>;

 public:
  /// recvmsg(2): a receive buffer with one datagram, or a negative errno.
  template <class Fd>
  void received_datagram(DatagramFamily<Fd>& family, const Completion& completion) noexcept {
    DatagramSlot<Fd>& slot = family.slot_of(completion.tag);
    if (!completion.more) this->finish(slot.receive);
    family.mark_dirty(slot);
    if (completion.has_buffer) {
      if (completion.result < 0 || slot.state != DatagramState::open) {
        backend_.release_buffer(family.shape.buffer_group, completion.buffer);
        return;
      }
      const auto bytes = static_cast<std::uint32_t>(completion.result);
      if (slot.paused || slot.held_count != 0) return hold(family, slot, completion.buffer, bytes);
      deliver(family, slot, completion.buffer, bytes);
      backend_.release_buffer(family.shape.buffer_group, completion.buffer);
    } else if (completion.result == -ENOBUFS) {
      core_.stats().add(Stat::buffers_exhausted);
      slot.starved = family.held_count == family.shape.receive_count;
    } else if (completion.result < 0 && completion.result != -ECANCELED) {
      core_.stats().add(Stat::receive_errors);
      tell_error(family, slot, -completion.result);
    }
  }

  /// A batch of sends; see DatagramSend for what the completion says.
  template <class Fd>
  void sent_datagrams(DatagramFamily<Fd>& family, const Completion& completion) noexcept {
    DatagramSlot<Fd>& slot = family.slot_of(completion.tag);
    this->finish(slot.send);
    family.mark_dirty(slot);
    const std::uint32_t sent = completion.tag.generation() + (completion.result >= 0 ? 1 : 0);
    const int error = completion.result < 0 ? -completion.result : 0;
    if (sent != 0) slot.error_repeated = false;
    std::uint32_t failed = 0;
    const bool told = error != 0 && error != ECANCELED && error != EINTR && !is_full(error);
    slot.found_no_room = error == EAGAIN && room_is_announced(slot);
    if (is_full(error) && !slot.found_no_room) {
      core_.wheel().arm(slot.retry, core_.now_nanoseconds() + datagram_retry_nanoseconds);
    } else if (told) {
      // A connected socket's send may report what an earlier datagram met, ECONNREFUSED of
      // udp(7), and has not sent this one: it is tried once more.
      slot.error_repeated = family.shape.is_udp() && error == ECONNREFUSED && !slot.error_repeated;
      failed = slot.error_repeated ? 0 : 1;
    }
    core_.stats().add(Stat::datagrams_sent, sent);
    core_.stats().add(Stat::send_errors, failed);
    core_.stats().add(Stat::bytes_sent, slot.queue.end_send(sent, failed));
    if (told) tell_error(family, slot, error);
    if (slot.send_refused && slot.queue.queued() <= family.shape.send_count / 2) {
      slot.send_refused = false;
      DatagramSocket<Fd> socket(slot);
      if (slot.state == DatagramState::open)
        guard<Fd>("on_drain", [&] { family.handler->on_drain(socket); });
    }
  }

  /// A cancellation was carried out; what it cancelled completes on its own.
  template <class Fd>
  void cancelled_datagram(DatagramFamily<Fd>& family, const Completion& completion) noexcept {
    DatagramSlot<Fd>& slot = family.slot_of(completion.tag);
    this->finish(slot.cancel);
    family.mark_dirty(slot);
  }

  /// close(2): the socket is gone.
  template <class Fd>
  void closed_datagram(DatagramFamily<Fd>& family, const Completion& completion) noexcept {
    DatagramSlot<Fd>& slot = family.slot_of(completion.tag);
    this->finish(slot.close);
    backend_.forget(slot.handle);
    slot.handle = -1;
    slot.state = DatagramState::vacant;
  }

  /// A refused send is tried again.
  template <class Fd>
  void retry_datagrams(DatagramFamily<Fd>& family, const Completion& completion) noexcept {
    family.mark_dirty(family.slot_of(completion.tag));
  }

  /// For reactors without datagram fds; the emitted reactor hides it with its own.
  template <class Visit>
  void each_datagram(Visit&& /*visit*/) noexcept {}

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

  /// Runs the hook of this name; what it throws is logged and the socket goes on.
  template <class Fd, class Hook>
  void guard(const char* name, Hook&& hook) noexcept {
    try {
      hook();
    } catch (...) {
      report_thrown(core_, thrown_by<Fd>(name), "its socket goes on (handler_threw)");
    }
  }

  /// Starts whatever follows from the state of the family's sockets.
  template <class Fd>
  void settle_datagrams(DatagramFamily<Fd>& family) noexcept {
    for (DatagramSlot<Fd>& slot : family.slots) {
      if (!slot.dirty) continue;
      slot.dirty = false;
      if (slot.state == DatagramState::open) settle_open(family, slot);
      if (slot.state == DatagramState::ending) settle_ending(family, slot);
    }
  }

  /// Gives back every receive buffer that the socket holds.
  template <class Fd>
  void release_held(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot) noexcept {
    while (slot.held_count != 0) release_first_held(family, slot);
  }

 private:
  template <class Fd>
  static bool room_is_announced(const DatagramSlot<Fd>& slot) noexcept {
    return Fd::shape.is_udp() || slot.family->addresses.peer.bytes != 0;
  }

  /// No room in the socket, its device or its peer: not the datagram's fault.
  static constexpr bool is_full(int error) noexcept { return error == EAGAIN || error == ENOBUFS; }

  template <class Fd>
  void tell_error(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot, int error) noexcept {
    if (slot.state != DatagramState::open) return;
    DatagramSocket<Fd> socket(slot);
    guard<Fd>("on_error", [&] { family.handler->on_error(socket, Error{Failure::system, error}); });
  }

  template <class Fd>
  void deliver(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot, std::uint16_t buffer,
               std::uint32_t bytes) noexcept {
    DatagramControl control;
    Datagram datagram = read_datagram(family.buffers.data(buffer), bytes, family.layout, control);
    if (control.has_dropped) {
      datagram.dropped_before = control.dropped_total - slot.dropped_total;
      slot.dropped_total = control.dropped_total;
      core_.stats().add(Stat::datagrams_dropped, datagram.dropped_before);
      if (datagram.dropped_before != 0) {
        const GapPayload payload{{.received = datagram.dropped_before}, GapCause::dropped};
        core_.tell(DeliveryEvent::gap, Fd::shape.index, slot.index, payload);
      }
    }
    core_.stats().add(Stat::datagrams_received);
    core_.stats().add(Stat::bytes_received, datagram.bytes.size());
    if (datagram.truncated()) core_.stats().add(Stat::datagrams_truncated);
    slot.received = true;
    DatagramSocket<Fd> socket(slot);
    guard<Fd>("on_datagram", [&] { family.handler->on_datagram(socket, datagram); });
  }

  template <class Fd>
  void hold(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot, std::uint16_t buffer,
            std::uint32_t bytes) noexcept {
    LOOM_ASSERT(slot.held_count < family.shape.receive_count, "a buffer is held once");
    slot.held[(slot.held_first + slot.held_count) % family.shape.receive_count] = {buffer, bytes};
    slot.held_count += 1;
    family.held_count += 1;
  }

  /// Gives back the oldest held buffer, and wakes sockets that starved for one.
  template <class Fd>
  void release_first_held(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot) noexcept {
    const std::uint16_t buffer = slot.held[slot.held_first].buffer;
    slot.held_first = (slot.held_first + 1) % family.shape.receive_count;
    slot.held_count -= 1;
    family.held_count -= 1;
    backend_.release_buffer(family.shape.buffer_group, buffer);
    for (DatagramSlot<Fd>& other : family.slots) {
      if (!other.starved) continue;
      other.starved = false;
      family.mark_dirty(other);
    }
  }

  template <class Fd>
  void settle_open(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot) noexcept {
    deliver_held_datagrams(family, slot);
    if (slot.paused) {
      cancel_receive(slot);
    } else if (!slot.receive.in_flight && !slot.starved) {
      slot.receive_cancelled = false;
      this->start(slot.receive);
    }
    send_next(slot);
  }

  /// Hands held datagrams to the handler, oldest first, and ends the batch.
  template <class Fd>
  void deliver_held_datagrams(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot) noexcept {
    if (!slot.received && (slot.held_count == 0 || slot.paused)) return;
    // Settling is no completion, which would say whose hooks run.
    const Watched<typename Base::Shape> watched(core_, family.shape.receive_operation);
    while (slot.held_count != 0 && !slot.paused) {
      const auto held = slot.held[slot.held_first];
      deliver(family, slot, held.buffer, held.bytes);
      release_first_held(family, slot);
    }
    if (slot.received) {
      slot.received = false;
      DatagramSocket<Fd> socket(slot);
      guard<Fd>("on_batch_end", [&] { family.handler->on_batch_end(socket); });
    }
  }

  template <class Fd>
  void cancel_receive(DatagramSlot<Fd>& slot) noexcept {
    if (!slot.receive.in_flight || slot.receive_cancelled || slot.cancel.in_flight) return;
    slot.receive_cancelled = true;
    slot.cancel.kind = OperationKind::cancel_receive;
    slot.cancel.pointer = &slot.receive;
    this->start(slot.cancel);
  }

  template <class Fd>
  void send_next(DatagramSlot<Fd>& slot) noexcept {
    if (slot.queue.queued() == 0 || slot.send.in_flight) return;
    if (slot.retry.armed()) return;
    slot.send_request = slot.queue.begin_send();
    slot.send_request.room_is_announced = room_is_announced(slot);
    slot.send_request.waits_for_room = slot.found_no_room;
    slot.found_no_room = false;
    this->start(slot.send);
  }

  /// While the reactor stops: sends what is queued, then ends what is in flight, then closes.
  template <class Fd>
  void settle_ending(DatagramFamily<Fd>& family, DatagramSlot<Fd>& slot) noexcept {
    release_held(family, slot);
    if (slot.queue.queued() != 0 && !slot.send_cancelled) send_next(slot);
    const bool draining = slot.queue.queued() != 0 && !slot.send_cancelled;
    if (!draining && slot.send.in_flight && !slot.cancel.in_flight) {
      slot.cancel.kind = OperationKind::cancel_all;
      this->start(slot.cancel);
      slot.receive_cancelled = true;
    }
    cancel_receive(slot);
    if (draining || slot.busy()) return;
    core_.wheel().disarm(slot.retry);
    slot.state = DatagramState::closing;
    this->start(slot.close);
  }
};

}  // namespace loom

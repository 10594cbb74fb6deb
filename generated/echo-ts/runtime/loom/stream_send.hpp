// How what a connection wrote leaves it. A backend that can send without waiting is asked to while
// the connection settles, which takes no completion; what the kernel does not take then, and every
// send on other backends, is an operation. What a hook writes of the very bytes that it was given
// is not even copied: it is sent from the receive buffer.
#pragma once

#include <cerrno>
#include <cstdint>

#include "fiber_stream.hpp"
#include "handler.hpp"
#include "js_delivery.hpp"
#include "stream_ends.hpp"
#include "thrown.hpp"
#include "watched.hpp"

namespace loom {

/// The layer between the ends of a connection and its life (CRTP).
template <class Derived, class Backend>
class StreamSend : public StreamEnds<Derived, Backend> {
  using Base = StreamEnds<Derived, Backend>;

 protected:
  using Base::backend_;
  using Base::core_;

  /// Runs the hook of this name; an exception that escapes it ends the connection, never the
  /// process.
  template <class Fd, class Hook>
  void guard(StreamSlot<Fd>& slot, const char* name, Hook&& hook) noexcept {
    try {
      hook();
    } catch (...) {
      report_thrown(core_, thrown_by<Fd>(name), "its connection is closed (handler_threw)");
      if (slot.state == SlotState::open) slot.failure = {CloseKind::handler_threw, 0};
    }
  }

  /// Notes the first failure; settling ends the connection.
  template <class Fd>
  static void fail(StreamSlot<Fd>& slot, CloseReason why) noexcept {
    if (slot.state == SlotState::open && slot.failure.kind == CloseKind::none) slot.failure = why;
  }

  /// Sends the next run of what waits in the slot's queue. Not while a send is in flight.
  template <class Fd>
  void send_next(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    std::byte* storage = family.queue_storage(slot);
    if constexpr (Fd::shape.sends_messages()) {
      slot.send.pointer = slot.message.next(slot.queue, storage, family.queue_bytes);
      this->start(slot.send);
    } else {
      const Bytes bytes = slot.queue.begin_send(storage, family.queue_bytes);
      slot.send.pointer = bytes.data();
      slot.send.size = bytes.size();
      const std::int32_t result = backend_.send_at_once(slot.send);
      if (result == -EAGAIN) return this->start(slot.send);
      const Watched<typename Base::Shape> watched(core_, family.shape.send_operation);
      take_sent(family, slot, result);
      // It failed, or more waits: what the kernel had no room for, or from the start of the ring.
      if (slot.queue.queued() != 0) family.mark_dirty(slot);
    }
  }

  /// A send of the slot's queue came to `result`: bytes that the kernel took, or a negative errno.
  template <class Fd>
  void take_sent(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, std::int32_t result) noexcept {
    std::uint32_t bytes = result > 0 ? static_cast<std::uint32_t>(result) : 0;
    core_.stats().add(Stat::bytes_sent, bytes);
    // A packet leaves whole, and with it the length before it.
    if (Fd::shape.packets && bytes != 0) bytes += Fd::Framing::overhead_bytes;
    slot.queue.end_send(bytes);
    if constexpr (Fd::shape.descriptors != 0) {
      if (bytes != 0) slot.message.outgoing.sent(bytes);
    }
    end_sent(family, slot, result, bytes);
  }

  /// Sends what a hook wrote of the receive buffer that it was given; the kernel has it, or the
  /// queue has a copy of the rest, when this returns.
  template <class Fd>
  void send_lent(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    const Bytes lent = family.lending.end();
    if (lent.empty() || !slot.may_send()) return;
    slot.send.pointer = lent.data();
    slot.send.size = lent.size();
    const std::int32_t result = backend_.send_at_once(slot.send);
    const std::uint32_t bytes = result > 0 ? static_cast<std::uint32_t>(result) : 0;
    core_.stats().add(Stat::bytes_sent, bytes);
    slot.queue.append(family.queue_storage(slot), family.queue_bytes, rest_of(lent, bytes));
    if (result != -EAGAIN) end_sent(family, slot, result, bytes);
  }

 private:
  /// Tells whoever waits for room that `bytes` have left the queue, or ends the connection.
  template <class Fd>
  void end_sent(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, std::int32_t result,
                std::uint32_t bytes) noexcept {
    if (result < 0 && result != -ECANCELED) {
      core_.stats().add(Stat::send_errors);
      fail(slot, CloseReason::from_errno(-result));
    }
    if (slot.state != SlotState::open || bytes == 0) return;
    core_.made_room_ = true;
    Connection<Fd> connection(slot);
    if constexpr (KeepsData<typename Fd::Handler>) {
      family.handler->on_sent(connection, bytes, slot.queue.queued());
    }
    if (slot.write_refused && slot.queue.queued() <= family.queue_bytes / 2) {
      slot.write_refused = false;
      guard(slot, "on_drain", [&] { family.handler->on_drain(connection); });
    }
  }
};

}  // namespace loom

// From a receive buffer to the handler's messages: cut by the framing, handed over, and held back
// while a connection is paused or JavaScript has no room.
#pragma once

#include <cstdint>

#include "framing.hpp"
#include "stream_lifecycle.hpp"

namespace loom {

/// Adds the way of received bytes to StreamLifecycle.
template <class Derived, class Backend>
class StreamReceive : public StreamLifecycle<Derived, Backend> {
  using Base = StreamLifecycle<Derived, Backend>;

 public:
  /// Hands held data to the handler, oldest first, until it is not ready or nothing is left.
  template <class Fd>
  void deliver_held(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    // Settling is no completion, which would say whose hooks run.
    const Watched<typename Base::Shape> watched(core_, family.shape.receive_operation);
    if (slot.held_first == family.no_held_buffer) {
      // A message of length zero may have been stopped after its prefix.
      feed(family, slot, Bytes());
      return;
    }
    deliver_descriptors(family, slot);
    while (slot.held_first != family.no_held_buffer && !slot.paused) {
      const std::uint16_t id = slot.held_first;
      auto& held = family.buffers.held(id);
      const std::uint32_t taken =
          feed(family, slot, Bytes(family.buffers.data(id) + held.offset, held.size));
      if ((taken < held.size && slot.wants_data()) || this->lends(slot)) {
        held.offset += taken;
        held.size -= taken;
        return;
      }
      this->release_first_held(family, slot);
    }
  }

 protected:
  using Base::backend_;
  using Base::core_;

  /// Takes what a receive filled: one buffer, or several where it was a bundle.
  template <class Fd>
  void take_buffers(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, std::uint16_t id,
                    std::uint32_t bytes) noexcept {
    if constexpr (Fd::shape.traits.receive == ReceiveStrategy::bundle) {
      while (bytes > Fd::shape.buffer_bytes) {
        const std::uint16_t next = backend_.next_buffer(family.shape.buffer_group, id);
        take_buffer(family, slot, id, Fd::shape.buffer_bytes);
        id = next;
        bytes -= Fd::shape.buffer_bytes;
      }
    }
    take_buffer(family, slot, id, bytes);
  }

  /// Takes a received buffer: hands it to the handler or holds it, and gives it back when done.
  template <class Fd>
  void take_buffer(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, std::uint16_t id,
                   std::uint32_t bytes) noexcept {
    core_.stats().add(Stat::bytes_received, bytes);
    if (!slot.wants_data()) {
      backend_.release_buffer(family.shape.buffer_group, id);
      return;
    }
    std::uint32_t taken = 0;
    if (slot.held_first == family.no_held_buffer) deliver_descriptors(family, slot);
    if (!slot.paused && slot.held_first == family.no_held_buffer) {
      taken = feed_lent(family, slot, Bytes(family.buffers.data(id), bytes));
      if (!this->lends(slot) && (taken == bytes || !slot.wants_data())) {
        backend_.release_buffer(family.shape.buffer_group, id);
        return;
      }
    }
    hold(family, slot, id, taken, bytes - taken);
    // A fiber is mostly back before the pool runs low; ending its receive each time would cost two
    // operations a message.
    if (RunsFibers<typename Fd::Handler> &&
        family.buffers.held_count <= family.shape.buffer_count / 2) {
      return;
    }
    if (slot.receive.in_flight && !slot.receive_cancelled && !slot.cancel.in_flight) {
      slot.receive_cancelled = true;
      slot.cancel.kind = OperationKind::cancel_receive;
      slot.cancel.pointer = &slot.receive;
      this->start(slot.cancel);
    }
  }

  /// Takes what recvmsg(2) brought beside the bytes. Receives are started one by one, so all that
  /// wait belong before the first byte of one buffer.
  template <class Fd>
  void take_descriptors(StreamSlot<Fd>& slot, std::int32_t result) noexcept {
    if (result < 0) return;
    if (!slot.message.take_incoming()) {
      this->fail(slot, {CloseKind::descriptors_lost, 0});
    }
    if (!slot.wants_data()) slot.message.drop_received();
  }

 private:
  /// Hands over the descriptors that wait, until the connection is paused or ends.
  template <class Fd>
  void deliver_descriptors([[maybe_unused]] StreamFamily<Fd>& family,
                           [[maybe_unused]] StreamSlot<Fd>& slot) noexcept {
    if constexpr (Fd::shape.descriptors != 0) {
      while (slot.message.waiting() != 0 && !slot.paused && slot.wants_data()) {
        Connection<Fd> connection(slot);
        this->guard(slot, "on_descriptor",
                    [&] { family.handler->on_descriptor(connection, slot.message.pop()); });
      }
    }
  }

  /// What a framing hands its messages to.
  template <class Fd>
  struct Sink {
    StreamReceive& receiver;
    StreamFamily<Fd>& family;
    StreamSlot<Fd>& slot;
    std::uint32_t messages = 0;  ///< handed over

    bool ready([[maybe_unused]] std::uint32_t bytes) noexcept {
      if (slot.paused || !slot.wants_data()) return false;
      if constexpr (KeepsData<typename Fd::Handler>) {
        Connection<Fd> connection(slot);
        if (!family.handler->ready(connection, bytes)) {
          slot.retry = true;
          return false;
        }
      }
      return true;
    }

    /// Whether the slab is free to take a part of the next message.
    [[nodiscard]] bool stores() const noexcept { return !receiver.lends(slot); }

    std::uint32_t message(Bytes bytes, [[maybe_unused]] Bytes rest) noexcept {
      messages += 1;
      Connection<Fd> connection(slot);
      if constexpr (TakesRuns<typename Fd::Handler>) {
        return family.handler->on_run(connection, bytes, rest, messages);
      }
      receiver.guard(slot, "on_data", [&] { family.handler->on_data(connection, bytes); });
      if constexpr (RunsFibers<typename Fd::Handler>) {
        Fiber& fiber = *slot.user.reads;
        slot.user.offer(rest);
        if (fiber.state == FiberState::waiting) receiver.run_waiting_fiber(fiber);
        return slot.user.end_offer();
      }
      return 0;
    }
  };

  template <class Fd>
  void hold(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, std::uint16_t id, std::uint32_t offset,
            std::uint32_t size) noexcept {
    constexpr std::uint16_t none = StreamFamily<Fd>::no_held_buffer;
    family.buffers.held(id) = {none, offset, size};
    if (slot.held_first == none) {
      slot.held_first = id;
    } else {
      family.buffers.held(slot.held_last).next = id;
    }
    slot.held_last = id;
    family.buffers.held_count += 1;
  }

  /// As feed(); what the hooks write of `bytes` is sent from where it is, and sent on return.
  template <class Fd>
  std::uint32_t feed_lent(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, Bytes bytes) noexcept {
    if constexpr (StreamFamily<Fd>::lends) {
      if (backend_.sends_at_once(slot.send.handle)) {
        family.lending.begin(&slot, bytes);
        const std::uint32_t taken = feed(family, slot, bytes);
        this->send_lent(family, slot);
        return taken;
      }
    }
    return feed(family, slot, bytes);
  }

  /// Cuts `bytes` into messages for the handler; returns how many were consumed.
  template <class Fd>
  std::uint32_t feed(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, Bytes bytes) noexcept {
    Sink<Fd> sink{*this, family, slot};
    const FeedResult result = Fd::Framing::feed(slot.framing, family.slab(slot), bytes, sink);
    core_.stats().add(Stat::messages_received, sink.messages);
    if (result.too_large) {
      core_.stats().add(Stat::frames_too_large);
      this->fail(slot, {CloseKind::frame_too_large, 0});
    }
    return result.consumed;
  }
};

}  // namespace loom

// What follows from each completion of a stream operation. The emitted `dispatch` calls exactly
// these: accepted, connected, received, sent, shut_down, cancelled, closed, deadline_passed. None
// of them calls a backend's wait, and none recurses: results that come inline are queued by the
// backend.
#pragma once

#include <cstdint>
#include <memory>

#include "stream_receive.hpp"

namespace loom {

template <class Derived, class Backend>
class StreamEngine : public StreamReceive<Derived, Backend> {
  using Base = StreamReceive<Derived, Backend>;

 public:
  /// accept(2): what the backend's accepted() makes a handle of, or a negative errno.
  template <class Fd>
  void accepted(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    if (!completion.more) this->finish(family.accept);
    if (completion.result >= 0) {
      take_accepted(family, completion.result);
    } else if (completion.result != -ECANCELED && completion.result != -ECONNABORTED) {
      core_.wheel().arm(family.accept_retry,
                        core_.batch_nanoseconds_ + accept_retry_pause_nanoseconds);
    }
    this->arm_accept(family);
    this->settle_dirty(family);
  }

  /// connect(2): 0 or a negative errno.
  template <class Fd>
  void connected(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    StreamSlot<Fd>* slot = current(family, completion);
    if (slot == nullptr) return;
    this->finish(slot->control);
    if (slot->state == SlotState::connecting) {
      if (completion.result == 0 && slot->failure.kind == CloseKind::none) {
        core_.stats().add(Stat::connected);
        this->opened(family, *slot);
      } else {
        CloseReason why = slot->failure;
        if (why.kind == CloseKind::none) why = {CloseKind::refused, -completion.result};
        connect_failed(family, *slot, why);
      }
    }
    family.mark_dirty(*slot);
    this->settle_dirty(family);
  }

  /// recv(2): bytes in a buffer, 0 at the end, or a negative errno.
  template <class Fd>
  void received(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    StreamSlot<Fd>* slot = current(family, completion);
    if (slot == nullptr) {
      if (completion.has_buffer) {
        backend_.release_buffer(family.shape.buffer_group, completion.buffer);
      }
      return;
    }
    if (!completion.more) this->finish(slot->receive);
    if (completion.result <= 0 && completion.has_buffer) {
      backend_.release_buffer(family.shape.buffer_group, completion.buffer);
    }
    if constexpr (Fd::shape.descriptors != 0) this->take_descriptors(*slot, completion.result);
    if (is_cut(*slot, completion)) {
      backend_.release_buffer(family.shape.buffer_group, completion.buffer);
      core_.stats().add(Stat::frames_too_large);
      this->fail(*slot, {CloseKind::frame_too_large, 0});
    } else if (completion.result > 0) {
      this->take_buffers(family, *slot, completion.buffer,
                         static_cast<std::uint32_t>(completion.result));
    } else if (completion.result == 0) {
      slot->peer_ended = true;
    } else if (completion.result == -ENOBUFS) {
      core_.stats().add(Stat::buffers_exhausted);
      slot->starved = family.buffers.held_count == family.shape.buffer_count;
    } else if (completion.result != -ECANCELED) {
      core_.stats().add(Stat::receive_errors);
      this->fail(*slot, CloseReason::from_errno(-completion.result));
    }
    family.mark_dirty(*slot);
    this->settle_dirty(family);
  }

  /// send(2): bytes taken, or a negative errno.
  template <class Fd>
  void sent(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    StreamSlot<Fd>* slot = current(family, completion);
    if (slot == nullptr) return;
    this->finish(slot->send);
    this->take_sent(family, *slot, completion.result);
    family.mark_dirty(*slot);
    this->settle_dirty(family);
  }

  /// shutdown(2), or the disconnect of an aborted connection.
  template <class Fd>
  void shut_down(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    StreamSlot<Fd>* slot = current(family, completion);
    if (slot == nullptr) return;
    this->finish(slot->control);
    if constexpr (Fd::shape.is_pipe()) {
      backend_.forget(slot->send.handle);
      slot->send.handle = -1;
    }
    family.mark_dirty(*slot);
    this->settle_dirty(family);
  }

  /// A cancellation was carried out; what it cancelled completes on its own.
  template <class Fd>
  void cancelled(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    if (completion.tag.generation() == family.listener_generation) {
      this->finish(family.accept_cancel);
      return;
    }
    StreamSlot<Fd>* slot = current(family, completion);
    if (slot == nullptr) return;
    this->finish(slot->cancel);
    family.mark_dirty(*slot);
    this->settle_dirty(family);
  }

  /// close(2): the slot is vacant again.
  template <class Fd>
  void closed(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    StreamSlot<Fd>* slot = current(family, completion);
    if (slot == nullptr) return;
    this->finish(slot->close);
    backend_.forget(slot->handle);
    vacate(family, *slot);
    this->settle_dirty(family);
  }

  /// A pause or a time limit is over: a server accepts again; a client tries again, or its attempt
  /// has failed.
  template <class Fd>
  void deadline_passed(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    if (family.shape.is_server()) return this->arm_accept(family);
    StreamSlot<Fd>* slot = current(family, completion);
    if (slot == nullptr) return;
    if (slot->state == SlotState::vacant && !stopping_) {
      open_client(family, *slot);
    } else if (slot->state == SlotState::connecting) {
      slot->failure = {CloseKind::timed_out, ETIMEDOUT};
      family.mark_dirty(*slot);
    }
    this->settle_dirty(family);
  }

  /// Begins a client's connect(2), or schedules the next attempt when even that fails.
  template <class Fd>
  void open_client(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    if constexpr (Fd::shape.is_pipe()) {
      return static_cast<Derived&>(*this).open_pipe(family, slot);
    }
    const SocketAddress& address = family.addresses.items[slot.address];
    const int fd = make_socket(family.shape, address);
    const std::int32_t handle = fd < 0 ? fd : backend_.adopt(fd, family.shape.traits);
    this->prepare_slot(family, slot, handle < 0 ? -1 : handle);
    slot.state = SlotState::connecting;
    if (handle < 0) {
      connect_failed(family, slot, {CloseKind::refused, -handle});
    } else {
      this->control(family, slot, OperationKind::connect, &address.storage, address.bytes);
      if (family.shape.connect_timeout_nanoseconds != 0) {
        const std::uint64_t now = core_.now_nanoseconds();
        family.arm_deadline(slot, now + family.shape.connect_timeout_nanoseconds);
      }
    }
    family.mark_dirty(slot);
  }

  /// Returns a slot to the free list, or schedules a client's next attempt.
  template <class Fd>
  void vacate(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    slot.state = SlotState::vacant;
    slot.handle = -1;
    if constexpr (Fd::shape.descriptors != 0) slot.message.clear();
    renew(slot);
    slot.generation += 1;
    if (slot.generation == family.listener_generation) slot.generation = 1;
    if (family.shape.is_server()) {
      family.free_slots[family.free_count] = slot.index;
      family.free_count += 1;
      family.count_taken(-1);
      this->arm_accept(family);
    } else if (slot.try_next && !stopping_) {
      slot.try_next = false;
      slot.address = static_cast<std::uint8_t>(slot.address + 1);
      open_client(family, slot);
    } else {
      slot.address = 0;
      this->schedule_reconnect(family, slot);
    }
  }

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

  /// Gives a server's connection a free slot, which there must be.
  template <class Fd>
  void begin_accepted(StreamFamily<Fd>& family, std::int32_t handle) noexcept {
    family.free_count -= 1;
    StreamSlot<Fd>& slot = family.slots[family.free_slots[family.free_count]];
    this->prepare_slot(family, slot, handle);
    this->opened(family, slot);
  }

  /// Gives an accepted connection a slot of this instance, or refuses it.
  template <class Fd>
  void take_accepted(StreamFamily<Fd>& family, std::int32_t result) noexcept {
    if (family.free_count == 0 || stopping_) {
      core_.stats().add(Stat::refused);
      backend_.refuse(family.accept, result);
      return;
    }
    const std::int32_t handle = backend_.accepted(family.accept, result);
    if (handle < 0) return core_.stats().add(Stat::refused);
    core_.stats().add(Stat::accepted);
    family.count_taken(1);
    begin_accepted(family, handle);
  }

  /// An attempt failed: the name's next address is tried at once, and only the last failure ends
  /// the attempt with on_close.
  template <class Fd>
  void connect_failed(StreamFamily<Fd>& family, StreamSlot<Fd>& slot, CloseReason why) noexcept {
    core_.stats().add(Stat::connect_failures);
    slot.try_next = why.kind != CloseKind::stopped && slot.address + 1U < family.addresses.count;
    this->begin_ending(family, slot, why);
  }

  /// Whether a packet was longer than its receive buffer: MSG_TRUNC gives the packet's length, or
  /// is set in the msghdr.
  template <class Fd>
  static bool is_cut(const StreamSlot<Fd>& slot, const Completion& completion) noexcept {
    if constexpr (Fd::shape.descriptors != 0) return completion.result > 0 && slot.message.is_cut();
    return Fd::shape.packets && completion.result > 0 &&
           static_cast<std::uint32_t>(completion.result) > Fd::shape.buffer_bytes;
  }

 private:
  /// Gives back what the ended connection's State owns. In place: a State may be large.
  template <class Fd>
  static void renew(StreamSlot<Fd>& slot) noexcept {
    std::destroy_at(&slot.user);
    std::construct_at(&slot.user);
  }

  /// The completion's slot, or nullptr when it has been recycled since.
  template <class Fd>
  StreamSlot<Fd>* current(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    StreamSlot<Fd>& slot = family.slot_of(completion.tag);
    if (slot.generation == completion.tag.generation()) return &slot;
    core_.stats().add(Stat::stale_completions);
    return nullptr;
  }
};

}  // namespace loom

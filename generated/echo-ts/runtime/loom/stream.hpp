// The tables of one stream fd: a slot for each connection, the free list, the receive buffers and
// the write queues. Everything is an array inside the reactor, sized at build time; nothing here
// knows a backend.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <type_traits>

#include "buffer_pool.hpp"
#include "core.hpp"
#include "error.hpp"
#include "lending.hpp"
#include "operation.hpp"
#include "pipe_ends.hpp"
#include "shapes.hpp"
#include "socket.hpp"
#include "spread.hpp"
#include "stream_message.hpp"
#include "timer_wheel.hpp"
#include "write_queue.hpp"

namespace loom {

template <class Fd>
struct StreamFamily;

/// Where a connection stands. Transitions happen in StreamEngine alone.
enum class SlotState : std::uint8_t {
  vacant,      ///< no connection; a client may wait for its next attempt
  connecting,  ///< connect(2) is in flight
  open,        ///< between on_open and on_close
  ending,      ///< on_close was called; operations in flight are being cancelled
  closing,     ///< close(2) is in flight
};

/// One connection.
template <class Fd>
struct StreamSlot {
  using State = typename Fd::Handler::State;
  static_assert(std::is_nothrow_default_constructible_v<State>,
                "A handler's State is made while a connection opens: its default constructor must "
                "be noexcept.");

  SlotState state = SlotState::vacant;
  bool dirty = false;             ///< waits in the family's list to be settled
  bool paused = false;            ///< pause() holds back on_data
  bool resumed = false;           ///< resume() was called since the last settling
  bool close_requested = false;   ///< close(): end once the queue is empty
  bool abort_requested = false;   ///< abort(): end now, with a reset
  bool finish_requested = false;  ///< finish(): FIN once the queue is empty
  bool finish_sent = false;
  bool peer_ended = false;     ///< the peer's FIN was received
  bool write_refused = false;  ///< a write was refused; on_drain is owed
  bool starved = false;        ///< waits for a receive buffer that a paused connection holds
  bool cancelled = false;      ///< cancel_all was started for this ending
  bool retry = false;          ///< waits for room towards JavaScript
  bool receive_cancelled = false;
  bool send_cancelled = false;  ///< pipes: as `cancelled`, of the end that is written
  bool try_next = false;        ///< clients: this address failed, the next is tried before on_close
  std::uint8_t address = 0;     ///< clients: which of the family's addresses is tried
  std::uint8_t attempts = 0;    ///< clients: failed attempts since the last success, saturating
  std::uint16_t held_first = 0xffff;  ///< buffers held while paused, oldest first
  std::uint16_t held_last = 0xffff;
  std::uint32_t generation = 1;
  std::uint32_t index = 0;   ///< within its fd
  std::int32_t handle = -1;  ///< the backend's
  WriteQueue queue;
  CloseReason failure;  ///< set by whatever goes wrong; settling acts on it
  TimerEntry deadline;  ///< clients: connect timeout or next attempt
  StreamSlot* next_dirty = nullptr;
  StreamFamily<Fd>* family = nullptr;

  Operation receive;
  Operation send;
  Operation control;  ///< connect, then shutdown, then disconnect: never two at once
  Operation close;
  Operation cancel;
  typename Fd::Framing::State framing;
  [[no_unique_address]] StreamMessage<Fd::shape.packets, Fd::shape.descriptors> message;
  State user{};

  /// Whether hooks may still receive messages.
  [[nodiscard]] bool wants_data() const noexcept {
    return state == SlotState::open && !close_requested && !abort_requested &&
           failure.kind == CloseKind::none;
  }
  /// Whether what was written may still leave.
  [[nodiscard]] bool may_send() const noexcept {
    return state == SlotState::open && !abort_requested && failure.kind == CloseKind::none;
  }
  /// Whether the kernel still works for this connection.
  [[nodiscard]] bool busy() const noexcept {
    return receive.in_flight || send.in_flight || control.in_flight || close.in_flight ||
           cancel.in_flight;
  }
};

/// All connections of one fd.
template <class Fd>
struct StreamFamily {
  using Handler = typename Fd::Handler;
  using Framing = typename Fd::Framing;
  static constexpr const StreamShape& shape = Fd::shape;
  static constexpr std::uint32_t slot_count = Fd::shape.slots;
  static constexpr std::uint32_t queue_bytes = Fd::shape.write_queue_bytes;
  static constexpr std::size_t slab_bytes = Framing::slab_bytes == 0 ? 1 : Framing::slab_bytes;
  static_assert((queue_bytes & (queue_bytes - 1)) == 0, "a write queue holds 2^n bytes");
  static_assert(Fd::shape.first_slot + slot_count <= Tag::slot_limit);

  ReactorCore* core = nullptr;
  Handler* handler = nullptr;

  StreamFamily() noexcept = default;
  StreamFamily(const StreamFamily&) = delete;
  StreamFamily& operator=(const StreamFamily&) = delete;
  ~StreamFamily() {
    if (adopted >= 0) ::close(adopted);
    if (parked >= 0) ::close(parked);
  }

  /// Binds slots and operations to their numbers; once.
  void attach(ReactorCore& reactor_core, Handler& fd_handler) noexcept {
    core = &reactor_core;
    handler = &fd_handler;
    for (std::uint32_t index = 0; index < slot_count; ++index) {
      StreamSlot<Fd>& slot = slots[index];
      slot.index = index;
      slot.family = this;
      slot.receive.kind = OperationKind::receive;
      slot.receive.group = shape.buffer_group;
      slot.receive.bundle = transfer == Transfer::bytes && !shape.is_pipe() &&
                            shape.traits.receive == ReceiveStrategy::bundle;
      slot.receive.multishot = shape.descriptors == 0 && !shape.is_pipe() &&
                               (shape.traits.receive == ReceiveStrategy::multishot ||
                                shape.traits.receive == ReceiveStrategy::bundle);
      slot.receive.transfer = slot.send.transfer = transfer;
      slot.send.kind = OperationKind::send;
      slot.close.kind = OperationKind::close;
      retag(slot);
      free_slots[index] = slot_count - 1 - index;
    }
    free_count = slot_count;
    accept.kind = OperationKind::accept;
    // One by one where a connection may have to wait for another instance.
    accept.multishot = shape.full == WhenFull::refuse && !shape.is_elastic();
    accept.traits = shape.traits;
    accept.traits.hands_over = shape.hands_over();
    accept.tag = Tag(shape.first_slot, shape.open_operation, 0);
    accept_cancel.kind = OperationKind::cancel_all;
    accept_cancel.tag = Tag(shape.first_slot, shape.cancel_operation, listener_generation);
    accept_retry.tag = Tag(shape.first_slot, shape.deadline_operation, listener_generation);
  }

  /// Gives the slot's operations tags of its current generation.
  void retag(StreamSlot<Fd>& slot) noexcept {
    const std::uint32_t place = shape.first_slot + slot.index;
    slot.receive.tag = Tag(place, shape.receive_operation, slot.generation);
    slot.send.tag = Tag(place, shape.send_operation, slot.generation);
    slot.close.tag = Tag(place, shape.close_operation, slot.generation);
    slot.cancel.tag = Tag(place, shape.cancel_operation, slot.generation);
  }

  /// The slot's deadline passes at `due`, on the reactor's clock.
  void arm_deadline(StreamSlot<Fd>& slot, std::uint64_t due_nanoseconds) noexcept {
    slot.deadline.tag =
        Tag(shape.first_slot + slot.index, shape.deadline_operation, slot.generation);
    core->wheel().arm(slot.deadline, due_nanoseconds);
  }

  /// The slot a completion belongs to.
  [[nodiscard]] StreamSlot<Fd>& slot_of(Tag tag) noexcept {
    LOOM_ASSERT(tag.slot() - shape.first_slot < slot_count, "a tag of another fd");
    return slots[tag.slot() - shape.first_slot];
  }

  /// Puts the slot on the list of those to be settled, once.
  void mark_dirty(StreamSlot<Fd>& slot) noexcept {
    core->dirty_ = true;
    if (slot.dirty) return;
    slot.dirty = true;
    slot.next_dirty = nullptr;
    if (dirty_last == nullptr) {
      dirty_first = &slot;
    } else {
      dirty_last->next_dirty = &slot;
    }
    dirty_last = &slot;
  }

  /// The oldest slot on that list, taken off; nullptr when empty.
  StreamSlot<Fd>* take_dirty() noexcept {
    StreamSlot<Fd>* slot = dirty_first;
    if (slot == nullptr) return nullptr;
    dirty_first = slot->next_dirty;
    if (dirty_first == nullptr) dirty_last = nullptr;
    slot->dirty = false;
    return slot;
  }

  /// Servers of a group: this instance begins or ends to take connections that instance 0 accepts.
  void take_part(bool takes) noexcept {
    if constexpr (Fd::shape.hands_over()) {
      if (share == nullptr) return;
      share->member(instance).takes_part.store(takes, std::memory_order_relaxed);
    }
  }

  /// The same: slots were taken, or are free again.
  void count_taken(std::int32_t change) noexcept {
    if constexpr (Fd::shape.hands_over()) {
      share->member(instance).taken.fetch_add(static_cast<std::uint32_t>(change),
                                              std::memory_order_relaxed);
    }
  }

  /// The same: slots that are taken, or promised by instance 0; see SpreadShare::promise.
  [[nodiscard]] std::uint32_t taken() const noexcept {
    if constexpr (!Fd::shape.hands_over()) return slot_count - free_count;
    return share->member(instance).taken.load(std::memory_order_seq_cst);
  }

  /// Storage of the slot's write queue and of messages across buffers.
  [[nodiscard]] std::byte* queue_storage(const StreamSlot<Fd>& slot) noexcept {
    return queue_memory[slot.index];
  }
  [[nodiscard]] std::byte* slab(const StreamSlot<Fd>& slot) noexcept {
    return slab_memory[slot.index];
  }

  static constexpr Transfer transfer = shape.descriptors != 0 ? Transfer::messages
                                       : shape.packets        ? Transfer::packets
                                                              : Transfer::bytes;
  /// Whether a write may be sent from the receive buffer that it is part of.
  static constexpr bool lends = transfer == Transfer::bytes && !shape.is_pipe();
  static constexpr std::uint32_t listener_generation = UINT32_MAX;
  /// In the tag of a connection that instance 0 hands over; that of its accepts is 0.
  static constexpr std::uint32_t handed_generation = 1;
  /// Such a tag.
  static constexpr Tag handed_tag() noexcept {
    return {shape.first_slot, shape.open_operation, handed_generation};
  }
  static constexpr std::uint16_t no_held_buffer = 0xffff;
  static_assert(!Fd::shape.hands_over() || Fd::shape.full == WhenFull::refuse,
                "instance 0 does not hear when another one has room again");

  SpreadShare* share = nullptr;  ///< what the instances share, where instance 0 hands over
  std::uint32_t instance = 0;    ///< of the reactor's group
  Lending lending;
  StreamSlot<Fd>* dirty_first = nullptr;
  StreamSlot<Fd>* dirty_last = nullptr;
  std::uint32_t free_count = 0;
  std::int32_t listener = -1;  ///< servers: the backend's handle
  Operation accept;
  Operation accept_cancel;
  TimerEntry accept_retry;      ///< servers: the pause after EMFILE and the like
  int adopted = -1;             ///< clients: a connected socket from before the start
  int parked = -1;              ///< elastic groups: accepted, and waits for another instance
  PipeEnds ends;                ///< pipes: what the first attempt opens, at start
  AddressList addresses;        ///< servers: the one bound; clients: tried in turn
  char address_text[128] = {};  ///< what was asked for, or what was bound
  std::uint32_t free_slots[slot_count];
  StreamSlot<Fd> slots[slot_count];
  BufferPool<Fd::shape.buffer_bytes, Fd::shape.buffer_count> buffers;
  std::byte queue_memory[slot_count][queue_bytes];
  std::byte slab_memory[slot_count][slab_bytes];
};

}  // namespace loom

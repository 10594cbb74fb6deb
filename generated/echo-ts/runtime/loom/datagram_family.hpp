// The tables of one datagram fd: a slot for each socket, the receive buffers that they share, and
// each socket's queue of datagrams to be sent. Everything is an array inside the reactor, sized at
// build time; nothing here knows a backend.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <type_traits>

#include "buffer_pool.hpp"
#include "core.hpp"
#include "datagram_open.hpp"
#include "datagram_queue.hpp"
#include "datagram_shape.hpp"
#include "operation.hpp"

namespace loom {

template <class Fd>
struct DatagramFamily;

/// What a receive_datagrams operation's `pointer` refers to.
struct DatagramReceive {
  msghdr header{};          ///< room for names and control messages; no vectors
  std::uint32_t batch = 1;  ///< datagrams in one recvmmsg(2), at most
  std::uint32_t least = 2;  ///< that one asks for, where `batch` is not less
  std::uint32_t asked = 1;  ///< by the next one, 1 to `batch`; the backend's to change
};

/// Where a socket stands. Transitions happen in DatagramEngine alone.
enum class DatagramState : std::uint8_t {
  vacant,   ///< no socket: before the start, after the end
  open,     ///< hooks are called
  ending,   ///< the reactor stops: the queue drains, then operations are cancelled
  closing,  ///< close(2) is in flight
};

/// One socket.
template <class Fd>
struct DatagramSlot {
  using State = typename Fd::Handler::State;
  using Queue = DatagramQueue<Fd::shape.send_bytes, Fd::shape.send_count, Fd::shape.batch>;
  static_assert(std::is_nothrow_default_constructible_v<State>,
                "A handler's State is made with its socket: its default constructor must be "
                "noexcept.");

  DatagramState state = DatagramState::vacant;
  bool dirty = false;               ///< to be settled
  bool paused = false;              ///< pause() holds back on_datagram
  bool received = false;            ///< on_batch_end is owed
  bool send_refused = false;        ///< on_drain is owed
  bool starved = false;             ///< waits for a receive buffer that a paused socket holds
  bool receive_cancelled = false;   ///< for a pause, or because the reactor stops
  bool send_cancelled = false;      ///< the time for draining is over
  bool found_no_room = false;       ///< the next batch waits for room
  bool error_repeated = false;      ///< the datagram at the head was sent again after an error
  std::uint32_t index = 0;          ///< within its fd
  std::int32_t handle = -1;         ///< the backend's
  std::uint32_t dropped_total = 0;  ///< the last SO_RXQ_OVFL
  TimerEntry retry;                 ///< when a refused send is tried again
  DatagramFamily<Fd>* family = nullptr;

  Operation receive;
  Operation send;
  Operation close;
  Operation cancel;
  DatagramReceive receive_request;
  DatagramSend send_request;
  Queue queue;
  /// Buffers held while paused, oldest first: a ring of receive_count.
  std::uint32_t held_first = 0;
  std::uint32_t held_count = 0;
  struct Held {
    std::uint16_t buffer = 0;
    std::uint32_t bytes = 0;
  };
  Held held[Fd::shape.receive_count];
  State user{};

  /// Whether the kernel still works for this socket.
  [[nodiscard]] bool busy() const noexcept {
    return receive.in_flight || send.in_flight || close.in_flight || cancel.in_flight;
  }
};

/// All sockets of one datagram fd.
template <class Fd>
struct DatagramFamily {
  using Handler = typename Fd::Handler;
  static constexpr const DatagramShape& shape = Fd::shape;
  static constexpr std::uint32_t slot_count = Fd::shape.sockets;
  static constexpr DatagramLayout layout = Fd::shape.layout();
  static_assert(Fd::shape.first_slot + slot_count <= Tag::slot_limit);
  static_assert(Fd::shape.batch <= maximum_datagram_batch);
  static_assert(Fd::shape.group_count <= maximum_groups);

  ReactorCore* core = nullptr;
  Handler* handler = nullptr;

  /// Binds sockets and operations to their numbers; once.
  void attach(ReactorCore& reactor_core, Handler& fd_handler) noexcept {
    core = &reactor_core;
    handler = &fd_handler;
    for (std::uint32_t index = 0; index < slot_count; ++index) {
      DatagramSlot<Fd>& slot = slots[index];
      const std::uint32_t place = shape.first_slot + index;
      slot.index = index;
      slot.family = this;
      slot.receive.kind = OperationKind::receive_datagrams;
      slot.receive.tag = Tag(place, shape.receive_operation, 0);
      slot.receive.group = shape.buffer_group;
      slot.receive.multishot = true;
      slot.receive.pointer = &slot.receive_request;
      slot.receive_request.header.msg_namelen = layout.name_bytes;
      slot.receive_request.header.msg_controllen = layout.control_bytes;
      slot.receive_request.batch =
          shape.batch < shape.receive_count ? shape.batch : shape.receive_count;
      slot.receive_request.asked = slot.receive_request.batch;
      slot.send.kind = OperationKind::send_datagrams;
      slot.send.tag = Tag(place, shape.send_operation, 0);
      slot.send.pointer = &slot.send_request;
      slot.close.kind = OperationKind::close;
      slot.close.tag = Tag(place, shape.close_operation, 0);
      slot.cancel.tag = Tag(place, shape.cancel_operation, 0);
      slot.retry.tag = Tag(place, shape.deadline_operation, 0);
    }
  }

  /// The socket a completion belongs to.
  [[nodiscard]] DatagramSlot<Fd>& slot_of(Tag tag) noexcept {
    LOOM_ASSERT(tag.slot() - shape.first_slot < slot_count, "a tag of another fd");
    return slots[tag.slot() - shape.first_slot];
  }

  /// Notes that the socket is to be settled.
  void mark_dirty(DatagramSlot<Fd>& slot) noexcept {
    core->dirty_ = true;
    slot.dirty = true;
  }

  DatagramAddresses addresses;
  bool opened = false;           ///< at least one socket was bound
  std::uint32_t held_count = 0;  ///< receive buffers that paused sockets hold
  DatagramSlot<Fd> slots[slot_count];
  BufferPool<Fd::shape.buffer_bytes(), Fd::shape.receive_count> buffers;
};

}  // namespace loom

// What a hook holds of a datagram socket: a small value that may be kept for as long as the reactor
// runs. Nothing here talks to the kernel: each call notes a wish, and the engine settles the socket
// after the hook returned, so all datagrams of a hook leave in one batch.
#pragma once

#include <cstdint>

#include "datagram_family.hpp"
#include "error.hpp"

namespace loom {

/// A socket of the fd that `Fd` describes.
template <class Fd>
class DatagramSocket {
 public:
  /// The constants of the fd, for `if constexpr` in handlers that serve several.
  using Descriptor = Fd;

  /// Refers to no socket; every send says `closed`.
  DatagramSocket() noexcept = default;

  /// Refers to the socket in `slot`.
  explicit DatagramSocket(DatagramSlot<Fd>& slot) noexcept : slot_(&slot) {}

  /// The user's State of this socket. Only inside hooks of its reactor.
  [[nodiscard]] auto& state() const noexcept { return slot_->user; }

  /// Queues a copy of `bytes` for the peer that the fd is connected to, as one datagram.
  WriteResult send(Bytes bytes) const noexcept { return send_to(PeerAddress(), bytes); }

  /// Queues a copy of `bytes` for `peer`, as one datagram. Datagrams are sent in the order in which
  /// they were queued. `full`: on_drain comes when half of the queue is free. `too_large`: longer
  /// than `send.bytes`.
  WriteResult send_to(const PeerAddress& peer, Bytes bytes) const noexcept {
    if (slot_ == nullptr || slot_->state != DatagramState::open) return WriteResult::closed;
    if (bytes.size() > Fd::shape.send_bytes) return WriteResult::too_large;
    if (slot_->queue.full()) {
      slot_->send_refused = true;
      slot_->family->core->stats().add(Stat::writes_refused);
      return WriteResult::full;
    }
    slot_->queue.append(peer, bytes);
    slot_->family->mark_dirty(*slot_);
    return WriteResult::queued;
  }

  /// Datagrams that could be queued now.
  [[nodiscard]] std::uint32_t writable_datagrams() const noexcept {
    if (slot_ == nullptr || slot_->state != DatagramState::open) return 0;
    return Fd::shape.send_count - slot_->queue.queued();
  }

  /// No on_datagram after this call until resume(). The kernel's buffer fills meanwhile, then it
  /// drops; a paused socket may hold receive buffers of its fd.
  void pause() const noexcept { wish(true); }

  /// Receiving goes on after pause().
  void resume() const noexcept { wish(false); }

  /// 0 to sockets - 1, within its fd.
  [[nodiscard]] std::uint32_t index() const noexcept { return slot_->index; }
  /// The address that the socket is bound to.
  [[nodiscard]] PeerAddress local() const noexcept {
    const SocketAddress& address = slot_->family->addresses.local;
    return {&address.storage, address.bytes};
  }
  /// The fd's name in the config.
  [[nodiscard]] static constexpr const char* fd_name() noexcept { return Fd::shape.name; }

 private:
  void wish(bool paused) const noexcept {
    if (slot_ == nullptr || slot_->state != DatagramState::open) return;
    slot_->paused = paused;
    slot_->family->mark_dirty(*slot_);
  }

  DatagramSlot<Fd>* slot_ = nullptr;
};

/// `handler.on_datagram(socket, datagram)` can be called.
template <class Handler, class Fd>
concept HasOnDatagram =
    requires(Handler& handler, DatagramSocket<Fd>& socket, const Datagram& datagram) {
      { handler.on_datagram(socket, datagram) } -> std::same_as<void>;
    };
/// `handler.on_error(socket, error)` can be called.
template <class Handler, class Fd>
concept HasOnError = requires(Handler& handler, DatagramSocket<Fd>& socket, Error error) {
                       { handler.on_error(socket, error) } -> std::same_as<void>;
                     };
/// `handler.on_batch_end(socket)` can be called.
template <class Handler, class Fd>
concept HasOnBatchEnd = requires(Handler& handler, DatagramSocket<Fd>& socket) {
                          { handler.on_batch_end(socket) } -> std::same_as<void>;
                        };
/// `handler.on_open(socket)` can be called.
template <class Handler, class Fd>
concept HasOnSocketOpen = requires(Handler& handler, DatagramSocket<Fd>& socket) {
                            { handler.on_open(socket) } -> std::same_as<void>;
                          };
/// `handler.on_drain(socket)` can be called.
template <class Handler, class Fd>
concept HasOnSocketDrain = requires(Handler& handler, DatagramSocket<Fd>& socket) {
                             { handler.on_drain(socket) } -> std::same_as<void>;
                           };

}  // namespace loom

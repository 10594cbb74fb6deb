// What a hook holds of a connection. It is a small value: a slot and the generation it was made
// for. A Connection kept past on_close is harmless, its writes say `closed`.
//
// Nothing here talks to the kernel: each call notes a wish in the slot, and the engine settles
// the slot after the hook returns. So handlers know no backend, and writes of one hook leave in
// one send.
#pragma once

#include <cstdint>

#include "error.hpp"
#include "stream.hpp"

namespace loom {

/// A connection of the fd that `Fd` describes.
template <class Fd>
class Connection {
 public:
  /// The constants of the fd, for `if constexpr` in handlers that serve several.
  using Descriptor = Fd;

  /// Refers to no connection; every write says `closed`.
  Connection() noexcept = default;

  /// Refers to the connection that lives in `slot` now.
  explicit Connection(StreamSlot<Fd>& slot) noexcept : slot_(&slot), generation_(slot.generation) {}

  /// The user's State of this connection; new for each one. Only inside hooks of its reactor.
  [[nodiscard]] auto& state() const noexcept {
    LOOM_ASSERT(slot_ != nullptr && slot_->generation == generation_,
                "state() belongs to a connection that is over");
    if constexpr (requires { Fd::Handler::user_state(*slot_); }) {
      return Fd::Handler::user_state(*slot_);
    } else {
      return slot_->user;
    }
  }

  /// Queues `bytes`, all or nothing; they may change or go when the hook has returned. On a
  /// seqpacket fd they are one packet.
  WriteResult write(Bytes bytes) const noexcept {
    if constexpr (Fd::shape.packets) return write_frame(bytes);
    if (!open()) return WriteResult::closed;
    if (bytes.size() > writable_bytes()) return refuse();
    append(bytes);
    slot_->family->mark_dirty(*slot_);
    return WriteResult::queued;
  }

  /// Queues `message` with the fd's framing around it, all or nothing. The other side of `line`
  /// or `lengthPrefixed` receives exactly `message`; for `raw` it is the same as write().
  WriteResult write_frame(Bytes message) const noexcept {
    using Framing = typename Fd::Framing;
    if (!open()) return WriteResult::closed;
    if (message.size() > Framing::longest_bytes) return WriteResult::too_large;
    if constexpr (Fd::shape.packets) {
      if (message.empty()) return WriteResult::empty;
      if (message.size() > longest_packet) return WriteResult::too_large;
    }
    if (std::uint64_t{message.size()} + Framing::overhead_bytes > free_bytes()) {
      return refuse();
    }
    Framing::frame(message, [&](Bytes part) { append(part); });
    slot_->family->mark_dirty(*slot_);
    return WriteResult::queued;
  }

  /// Whether writes can still be queued: it is alive, and none of close(), finish() and abort()
  /// was called.
  [[nodiscard]] bool writable() const noexcept { return open(); }

  /// Queues `bytes` (one packet on a seqpacket fd) and a duplicate of `descriptor`, which the peer
  /// gets together with the first of them (SCM_RIGHTS, unix(7)); all or nothing. The caller keeps
  /// its own descriptor and may close it at once. For fds that declare `descriptors`, of which that
  /// many may wait; `empty` without a byte to go with.
  WriteResult send_descriptor(int descriptor, Bytes bytes) const noexcept {
    static_assert(Fd::shape.descriptors != 0,
                  "send_descriptor needs `descriptors` in the config of this fd.");
    if (!open()) return WriteResult::closed;
    if (bytes.empty()) return WriteResult::empty;
    auto& waiting = slot_->message.outgoing;
    if (bytes.size() > writable_bytes() || waiting.full()) return refuse();
    if (!waiting.push(descriptor, slot_->queue.queued())) return WriteResult::no_descriptor;
    return write(bytes);
  }

  /// Bytes that a write could queue now.
  [[nodiscard]] std::uint32_t writable_bytes() const noexcept {
    if (!open()) return 0;
    if constexpr (!Fd::shape.packets) return free_bytes();
    constexpr std::uint32_t overhead = Fd::Framing::overhead_bytes;
    return free_bytes() > overhead ? free_bytes() - overhead : 0;
  }

  /// Ends the connection once everything queued was sent; on_close says `local`.
  void close() const noexcept { wish(&StreamSlot<Fd>::close_requested); }

  /// Ends the connection at once; a TCP peer sees a reset. on_close says `aborted`.
  void abort() const noexcept { wish(&StreamSlot<Fd>::abort_requested); }

  /// Sends FIN once everything queued was sent; receiving goes on. Writes say `closed` after it.
  void finish() const noexcept { wish(&StreamSlot<Fd>::finish_requested); }

  /// No on_data after this call until resume(); the peer feels it as a full window. A paused
  /// connection may hold receive buffers of its fd.
  void pause() const noexcept { wish(&StreamSlot<Fd>::paused); }

  /// Receiving goes on after pause().
  void resume() const noexcept {
    if (!alive() || !slot_->paused) return;
    slot_->paused = false;
    wish(&StreamSlot<Fd>::resumed);
  }

  /// Whether the connection is between on_open and on_close.
  [[nodiscard]] bool alive() const noexcept {
    return slot_ != nullptr && slot_->generation == generation_ && slot_->state == SlotState::open;
  }

  /// 0 to connections - 1, within its fd.
  [[nodiscard]] std::uint32_t index() const noexcept { return slot_->index; }
  /// How often the slot had been used before, plus 1.
  [[nodiscard]] std::uint32_t generation() const noexcept { return generation_; }
  /// The fd's name in the config.
  [[nodiscard]] static constexpr const char* fd_name() noexcept { return Fd::shape.name; }

  // From here on: for the runtime, not for handlers.

  /// The slot, which may belong to another connection by now.
  [[nodiscard]] StreamSlot<Fd>& slot() const noexcept { return *slot_; }

 private:
  static constexpr std::uint32_t longest_packet =
      Fd::shape.write_queue_bytes - Fd::Framing::overhead_bytes;

  /// Room in the write queue of a connection that is open.
  [[nodiscard]] std::uint32_t free_bytes() const noexcept {
    auto& family = *slot_->family;
    const std::uint32_t free = family.queue_bytes - slot_->queue.queued();
    if constexpr (!StreamFamily<Fd>::lends) return free;
    return free - family.lending.taken_bytes(slot_);
  }

  /// Appends what there is room for, or notes that it is sent from the receive buffer it lies in.
  void append(Bytes bytes) const noexcept {
    auto& family = *slot_->family;
    if constexpr (StreamFamily<Fd>::lends) {
      if (family.lending.may_take(slot_, bytes) && append_lent(bytes)) return;
    }
    slot_->queue.append(family.queue_storage(*slot_), family.queue_bytes, bytes);
  }

  /// Notes `bytes` as lent and returns true, or queues what was lent before. Not in line: small
  /// writes, which never come here, are copied where they are made.
  [[gnu::noinline]] bool append_lent(Bytes bytes) const noexcept {
    auto& family = *slot_->family;
    if (slot_->queue.queued() == 0 && family.lending.take(bytes)) return true;
    std::byte* storage = family.queue_storage(*slot_);
    slot_->queue.append(storage, family.queue_bytes, family.lending.withdraw());
    return false;
  }

  [[nodiscard]] bool open() const noexcept {
    return alive() && !slot_->close_requested && !slot_->abort_requested &&
           !slot_->finish_requested && slot_->failure.kind == CloseKind::none;
  }

  WriteResult refuse() const noexcept {
    slot_->write_refused = true;
    slot_->family->core->stats().add(Stat::writes_refused);
    return WriteResult::full;
  }

  void wish(bool StreamSlot<Fd>::*flag) const noexcept {
    if (!alive()) return;
    slot_->*flag = true;
    slot_->family->mark_dirty(*slot_);
  }

  StreamSlot<Fd>* slot_ = nullptr;
  std::uint32_t generation_ = 0;
};

}  // namespace loom

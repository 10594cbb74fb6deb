// What a connection of two descriptors, a pipe's, does differently from a socket: each end is
// cancelled and closed by itself. For sockets this is one cancellation and one close.
#pragma once

#include <cstdint>

#include "fiber_engine.hpp"
#include "stream.hpp"

namespace loom {

/// The layer between the root and the life of connections (CRTP).
template <class Derived, class Backend>
class StreamEnds : public FiberEngine<Derived, Backend> {
 protected:
  /// Ends everything in flight on the slot's handles, one after the other.
  template <class Fd>
  void cancel_all(StreamSlot<Fd>& slot) noexcept {
    if (slot.cancel.in_flight) return;
    if constexpr (Fd::shape.is_pipe()) {
      const bool is_read = slot.receive.in_flight && !slot.cancelled;
      if (!is_read && (!slot.send.in_flight || slot.send_cancelled)) return;
      (is_read ? slot.cancelled : slot.send_cancelled) = true;
      slot.cancel.handle = is_read ? slot.receive.handle : slot.send.handle;
    } else {
      if (slot.cancelled) return;
      slot.cancelled = true;
    }
    slot.cancel.kind = OperationKind::cancel_all;
    this->start(slot.cancel);
  }

  /// Closes the end that is written, where that is another than the one read; the completion comes
  /// as shut_down(). @returns false when there is none.
  template <class Fd>
  bool close_written_end(StreamSlot<Fd>& slot) noexcept {
    if (slot.send.handle < 0 || slot.send.handle == slot.handle) return false;
    slot.control.kind = OperationKind::close;
    slot.control.handle = slot.send.handle;
    slot.control.tag =
        Tag(Fd::shape.first_slot + slot.index, Fd::shape.shutdown_operation, slot.generation);
    this->start(slot.control);
    return true;
  }
};

}  // namespace loom

// Connections that somebody else made: a client's socket that was open before the start, and
// sockets that are handed to a server while it runs, by another reactor or over a unix socket.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <utility>

#include "result.hpp"
#include "stream_engine.hpp"

namespace loom {

/// Adds to StreamEngine connections that it did not open.
template <class Derived, class Backend>
class StreamAdopt : public StreamEngine<Derived, Backend> {
  using Base = StreamEngine<Derived, Backend>;

 public:
  /// A client whose connection was there before the start.
  template <class Fd>
  void open_adopted(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    const int fd = std::exchange(family.adopted, -1);
    const std::int32_t handle = backend_.adopt(fd, family.shape.traits);
    this->prepare_slot(family, slot, handle < 0 ? -1 : handle);
    slot.state = SlotState::connecting;
    if (handle < 0) {
      this->connect_failed(family, slot, {CloseKind::refused, -handle});
    } else {
      core_.stats().add(Stat::connected);
      this->opened(family, slot);
    }
    family.mark_dirty(slot);
  }

  /// Opens the ends of a pipe; what cannot be opened is tried again like a connection.
  template <class Fd>
  void open_pipe(StreamFamily<Fd>& family, StreamSlot<Fd>& slot) noexcept {
    PipeEnds& ends = family.ends;
    if (!ends.opened) ends.open(family.address_text, family.shape.write_address);
    int error = ends.error;
    const std::int32_t read_handle = adopt_end(ends.read, error);
    const std::int32_t write_handle = adopt_end(ends.write, error);
    this->prepare_slot(family, slot, read_handle >= 0 ? read_handle : write_handle);
    slot.state = SlotState::connecting;
    slot.receive.handle = read_handle;
    slot.receive.transfer = ends.read.transfer;
    slot.send.handle = write_handle;
    slot.send.transfer = ends.write.transfer;
    ends.close();
    if (error != 0) {
      this->connect_failed(family, slot, {CloseKind::refused, error});
    } else {
      // Without an end to write to, writes say `closed`.
      slot.finish_requested = slot.finish_sent = write_handle < 0;
      core_.stats().add(Stat::connected);
      this->opened(family, slot);
    }
    family.mark_dirty(slot);
  }

  /// Makes a connected, non-blocking socket `fd` a connection of a server, as if it had been
  /// accepted now; from here on `fd` is the backend's, also when there is no room. On io_uring it
  /// takes one of the Shape's own_handles, and in a group it takes the slot that was promised for
  /// it.
  /// @returns exhausted when every slot is taken, or why it
  /// cannot be watched.
  template <class Fd>
  Result<void> adopt_connection(StreamFamily<Fd>& family, int fd) noexcept {
    if (family.free_count == 0 || stopping_) {
      ::close(fd);
      core_.stats().add(Stat::refused);
      return stopping_ ? Failure::closed : Failure::exhausted;
    }
    const std::int32_t handle = backend_.adopt(fd, family.shape.traits);
    if (handle < 0) {
      core_.stats().add(Stat::refused);
      return Error{Failure::system, -handle};
    }
    core_.stats().add(Stat::handed_over);
    this->begin_accepted(family, handle);
    this->settle_dirty(family);
    return {};
  }

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

 private:
  /// Hands an end to the backend; -1 when there is none, or the first error has been noted.
  std::int32_t adopt_end(PipeEnd& end, int& error) noexcept {
    if (end.fd < 0 || error != 0) return -1;
    const std::int32_t handle = backend_.adopt(std::exchange(end.fd, -1));
    if (handle < 0) error = -handle;
    return handle < 0 ? -1 : handle;
  }
};

}  // namespace loom

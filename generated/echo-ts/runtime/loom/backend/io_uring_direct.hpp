// Direct sockets on io_uring: what is tried by a system call of its own, and what then still goes
// through the ring. A receive lives here alone; a send is tried first and waits in the ring;
// connect, shutdown and close are the ring's. The poll that waits for readiness is no operation of
// the engine: it is not counted among those in flight, and a close ends it.
#pragma once

#include <poll.h>

#include "datagram_calls.hpp"
#include "io_uring.hpp"

namespace loom {

template <class Shape>
void IoUring<Shape>::open_direct() noexcept {
  static_assert(Shape::direct_sockets <= maximum_direct_sockets, "each costs a call in every turn");
  for (std::uint32_t index = 0; index < direct_places; ++index) {
    DirectSocket& socket = direct_[index];
    socket.poll.kind = OperationKind::poll;
    socket.poll.handle = static_cast<std::int32_t>(Shape::handles + index);
    socket.poll.tag = Tag(index, common_operation::readiness, 0);
    socket.unpoll.kind = OperationKind::cancel_receive;
    socket.unpoll.pointer = &socket.poll;
    socket.unpoll.tag = Tag(direct_places, common_operation::readiness, 0);
  }
}

template <class Shape>
std::int32_t IoUring<Shape>::adopt_direct(int fd) noexcept {
  for (std::uint32_t index = 0; has_direct && index < direct_places; ++index) {
    DirectSocket& socket = direct_[index];
    // A place whose poll has not answered yet is not given again.
    if (socket.fd >= 0 || socket.poll.in_flight) continue;
    socket.fd = fd;
    socket.receive = nullptr;
    if (index >= direct_used_) direct_used_ = index + 1;
    return static_cast<std::int32_t>(Shape::handles + index);
  }
  ::close(fd);
  return -ENFILE;
}

template <class Shape>
void IoUring<Shape>::forget_direct(std::int32_t handle) noexcept {
  direct_socket(handle).fd = -1;
  while (direct_used_ != 0 && direct_[direct_used_ - 1].fd < 0) direct_used_ -= 1;
}

/// Completes an operation from the next dispatch, so that a handler is never entered twice.
template <class Shape>
void IoUring<Shape>::finish(Operation& operation, std::int32_t result) noexcept {
  operation.result = result;
  finished_.push(operation);
}

template <class Shape>
std::int32_t IoUring<Shape>::send_at_once(const Operation& operation) noexcept {
  if (!is_direct(operation.handle)) return -EAGAIN;
  core_->stats().add(Stat::kernel_entries);
  return send_without_waiting(direct_socket(operation.handle).fd, operation);
}

/// Does what needs no ring; false: the rest of the operation is the ring's.
template <class Shape>
bool IoUring<Shape>::submit_direct(Operation& operation) noexcept {
  DirectSocket& socket = direct_socket(operation.handle);
  switch (operation.kind) {
    case OperationKind::receive:
    case OperationKind::receive_datagrams: socket.receive = &operation; return true;
    case OperationKind::send: {
      core_->stats().add(Stat::kernel_entries);
      const ssize_t sent = send_once(socket.fd, operation);
      if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return false;
      finish(operation, sent < 0 ? -errno : static_cast<std::int32_t>(sent));
      return true;
    }
    case OperationKind::cancel_receive:
    case OperationKind::cancel_all:
      if (socket.receive != nullptr) finish(*socket.receive, -ECANCELED);
      socket.receive = nullptr;
      if (operation.kind == OperationKind::cancel_all) return false;
      finish(operation, 0);
      return true;
    case OperationKind::close:
      // The poll holds the socket: without this the peer would not see its end.
      if (socket.poll.in_flight) prepare(socket.unpoll);
      return false;
    default: return false;
  }
}

/// Before the loop blocks: whoever waits for bytes wakes it. A poll looks when it is armed, so
/// bytes that came since the last try are not missed.
template <class Shape>
void IoUring<Shape>::arm_direct() noexcept {
  for (std::uint32_t index = 0; index < direct_used_; ++index) {
    DirectSocket& socket = direct_[index];
    if (socket.receive == nullptr || socket.poll.in_flight) continue;
    socket.poll.in_flight = true;
    prepare(socket.poll);
  }
}

/// A poll has answered, whatever it says: the next dispatch tries the receive anyway.
template <class Shape>
void IoUring<Shape>::note_readiness(Tag tag) noexcept {
  if (tag.slot() < direct_places) direct_[tag.slot()].poll.in_flight = false;
  woken_ = true;
}

template <class Shape>
template <class Sink>
std::uint32_t IoUring<Shape>::complete_finished(std::uint32_t maximum, Sink&& sink) noexcept {
  return finished_.complete(maximum, sink);
}

template <class Shape>
template <class Sink>
std::uint32_t IoUring<Shape>::dispatch_direct(std::uint32_t maximum, Sink&& sink) noexcept {
  std::uint32_t count = complete_finished(maximum, sink);
  for (std::uint32_t index = 0; index < direct_used_; ++index) {
    DirectSocket& socket = direct_[index];
    if (socket.receive == nullptr) continue;
    auto& group = direct_buffers_[socket.receive->group];
    if (socket.receive->kind == OperationKind::receive_datagrams) {
      core_->stats().add(Stat::kernel_entries);
      count += receive_datagrams(socket.fd, socket.receive, group, sink).count;
      continue;
    }
    Completion completion{.tag = socket.receive->tag};
    core_->stats().add(Stat::kernel_entries);
    if (!group.receive(socket.fd, *socket.receive, completion)) continue;
    if (!completion.more) socket.receive = nullptr;
    count += 1;
    sink(completion);
  }
  return count;
}

}  // namespace loom

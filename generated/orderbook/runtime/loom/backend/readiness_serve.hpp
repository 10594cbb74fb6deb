// What a backend of readiness does with an operation at once, and with a descriptor that is ready:
// connects and sends that waited, then accepts, then one receive. One receive a turn and connection
// keeps connections fair; a descriptor with more to read goes to the end of the ready ring.
#pragma once

#include <poll.h>

#include <cstdio>

#include "../system/platform.hpp"
#include "readiness.hpp"
#include "transfer_calls.hpp"

namespace loom {

/// Connections taken from one listener before others have their turn.
inline constexpr std::uint32_t maximum_accepts_per_turn = 64;

template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::lost(const char* what, int fd,
                                                          int error) noexcept {
  if (!is_lost_) {
    char line[200];
    std::snprintf(line, sizeof line,
                  "loom: a reactor lost its %s descriptor %d: %s. The program stops. Find what "
                  "closes descriptors that it did not open (strace -f -k -e close).",
                  what, fd, std::strerror(error));
    core_->log(line);
    core_->stop();
  }
  is_lost_ = true;
  ::poll(nullptr, 0, 1);
}

template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::try_send(Entry& entry,
                                                              Operation& operation) noexcept {
  core_->stats().add(Stat::kernel_entries);
  const ssize_t sent = send_once(entry.fd, operation);
  if (sent >= 0) return complete(operation, static_cast<std::int32_t>(sent));
  if (errno != EAGAIN && errno != EINTR) return complete(operation, -errno);
  entry.send = &operation;
  // Only a full one raises an edge when there is room: what was interrupted is tried next turn.
  if (errno == EINTR) {
    entry.writable = true;
    return list(operation.handle);
  }
  derived().await_room(entry);
}

template <class Derived, class Shape, class Entry, class RequestWatch>
std::int32_t Readiness<Derived, Shape, Entry, RequestWatch>::send_at_once(
    const Operation& operation) noexcept {
  core_->stats().add(Stat::kernel_entries);
  return send_without_waiting(entries_[operation.handle].fd, operation);
}

template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::begin_connect(Entry& entry,
                                                                   Operation& operation) noexcept {
  const auto* address = static_cast<const sockaddr*>(operation.pointer);
  if (!system::connect_resets && address->sa_family == AF_UNSPEC) {
    return complete(operation, system::reset_at_close(entry.fd));
  }
  if (::connect(entry.fd, address, operation.size) == 0) return complete(operation, 0);
  if (errno != EINPROGRESS) return complete(operation, -errno);
  derived().await_connection(entry);
  entry.connect = &operation;
}

template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::complete_finished(
    std::uint32_t maximum, Sink&& sink) noexcept {
  return inline_.complete(maximum, sink);
}

template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::serve_ready(std::uint32_t maximum,
                                                                          Sink&& sink) noexcept {
  std::uint32_t count = 0;
  const std::uint32_t entries = ready_count_;
  for (std::uint32_t n = 0; n < entries && count < maximum; ++n) {
    const std::int32_t handle = take_ready();
    count += serve(handle, sink);
    if (entries_[handle].forgotten && !entries_[handle].listed) release_handle(handle);
  }
  return count;
}

template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::dispatch(std::uint32_t maximum,
                                                                       Sink&& sink) noexcept {
  ready_first_turn_ = !ready_first_turn_;
  std::uint32_t direct = 0;
  if constexpr (Shape::direct_sockets != 0) direct = serve_direct(sink);
  // Requests that found no room the last time come first: others may take all of each turn.
  std::uint32_t count = std::exchange(requests_owed_, false) ? requests_.serve(maximum, sink) : 0;
  if (ready_first_turn_ && count < maximum) count += serve_ready(maximum - count, sink);
  if (count < maximum) count += complete_finished(maximum - count, sink);
  if (!ready_first_turn_ && count < maximum) count += serve_ready(maximum - count, sink);
  if (count < maximum) {
    count += requests_.serve(maximum - count, sink);
  } else {
    requests_owed_ = true;
  }
  return direct + count;
}

template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::submit(Operation& operation) noexcept {
  core_->stats().add(Stat::submissions);
  // These two have no handle.
  if (operation.kind == OperationKind::request) {
    return requests_.submit(RequestOperation::of(operation));
  }
  if (operation.kind == OperationKind::cancel_request) return requests_.cancel(operation);
  Entry& entry = entries_[operation.handle];
  switch (operation.kind) {
    case OperationKind::accept:
      entry.accept = &operation;
      if (entry.readable) list(operation.handle);
      break;
    case OperationKind::receive:
    case OperationKind::receive_datagrams: begin_receive(operation); break;
    case OperationKind::send: try_send(entry, operation); break;
    case OperationKind::send_datagrams: try_send_datagrams(entry, operation); break;
    case OperationKind::connect: begin_connect(entry, operation); break;
    case OperationKind::shutdown_sending:
      complete(operation, ::shutdown(entry.fd, SHUT_WR) == 0 ? 0 : -errno);
      break;
    case OperationKind::close:
      leave_direct(operation.handle);
      derived().close_for(entry, operation);
      entry.fd = -1;
      break;
    case OperationKind::cancel_receive:
      cancel(entry.receive);
      complete(operation, 0);
      break;
    case OperationKind::cancel_all:
      cancel(entry.accept);
      cancel(entry.receive);
      cancel(entry.send);
      cancel(entry.connect);
      complete(operation, 0);
      break;
    case OperationKind::poll:  // io_uring's own
    case OperationKind::request:
    case OperationKind::cancel_request: break;
  }
  change(operation.handle);
}

template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::serve(std::int32_t handle,
                                                                    Sink&& sink) noexcept {
  Entry& entry = entries_[handle];
  if (entry.fd < 0) return 0;
  if (entry.writable && entry.connect != nullptr) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(entry.fd, SOL_SOCKET, SO_ERROR, &error, &size);
    Operation& operation = *entry.connect;
    entry.connect = nullptr;
    complete(operation, -error);
  }
  if (entry.writable && entry.send != nullptr) {
    Operation& operation = *entry.send;
    entry.send = nullptr;
    if (operation.kind == OperationKind::send_datagrams) {
      try_send_datagrams(entry, operation);
    } else {
      try_send(entry, operation);
    }
  }
  std::uint32_t count = 0;
  if (entry.readable && entry.accept != nullptr) {
    count = serve_accept(handle, sink);
  } else if (entry.readable && entry.receive != nullptr && !entry.direct) {
    if (entry.receive->transfer >= Transfer::record) {
      serve_record(entry);
    } else if (entry.receive->kind == OperationKind::receive_datagrams) {
      count = serve_datagrams(handle, sink);
    } else {
      count = serve_receive(handle, sink);
    }
  }
  // Level-triggered: whatever is left is reported again.
  if (entry.level) entry.readable = entry.writable = false;
  change(handle);
  return count;
}

template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::serve_accept(std::int32_t handle,
                                                                           Sink&& sink) noexcept {
  Entry& entry = entries_[handle];
  std::uint32_t count = 0;
  while (entry.accept != nullptr && count < maximum_accepts_per_turn) {
    core_->stats().add(Stat::kernel_entries);
    const int fd = accept4(entry.fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno == EAGAIN) {
      entry.readable = false;
      return count;
    }
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    Operation& operation = *entry.accept;
    const FdTraits traits = operation.traits;
    const std::int32_t result = fd < 0              ? -errno
                                : traits.hands_over ? fd
                                                    : derived().adopt(fd, traits);
    const bool more = operation.multishot && result >= 0;
    if (!more) entry.accept = nullptr;
    count += 1;
    sink(Completion{.tag = operation.tag, .result = result, .more = more});
  }
  if (entry.accept != nullptr && !entry.level) list(handle);
  return count;
}

template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::serve_record(Entry& entry) noexcept {
  core_->stats().add(Stat::kernel_entries);
  const std::int32_t result = read_record(entry.fd, *entry.receive);
  entry.readable = result != -EAGAIN;
  if (result == -EAGAIN) return;
  Operation& operation = *entry.receive;
  entry.receive = nullptr;
  complete(operation, result);
}

template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::serve_receive(std::int32_t handle,
                                                                            Sink&& sink) noexcept {
  Entry& entry = entries_[handle];
  Operation& operation = *entry.receive;
  auto& group = groups_[operation.group];
  Completion completion{.tag = operation.tag};
  core_->stats().add(Stat::kernel_entries);
  if (!group.receive(entry.fd, operation, completion)) {
    entry.readable = errno == EINTR;
    if (entry.readable) list(handle);
    return 0;
  }
  if (completion.more) {
    entry.readable = !derived().emptied(entry, operation, completion.result, group.bytes());
  } else {
    entry.receive = nullptr;
  }
  sink(completion);
  // The sink may have cancelled or closed; what is still armed and readable goes on next turn.
  if (entry.receive != nullptr && entry.readable && entry.fd >= 0 && !entry.level) list(handle);
  return 1;
}

}  // namespace loom

// What the epoll backend does with an operation at once, and with a descriptor that is ready:
// connects and sends that waited, then accepts, then one receive. One receive a turn and connection
// keeps connections fair; a descriptor with more to read goes to the end of the ready ring.
#pragma once

#include "epoll.hpp"
#include "epoll_transfer.hpp"

namespace loom {

/// Connections taken from one listener before others have their turn.
inline constexpr std::uint32_t maximum_accepts_per_turn = 64;

template <class Shape>
void Epoll<Shape>::try_send(Entry& entry, Operation& operation) noexcept {
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
  await_room(entry);
}

template <class Shape>
std::int32_t Epoll<Shape>::send_at_once(const Operation& operation) noexcept {
  core_->stats().add(Stat::kernel_entries);
  return send_without_waiting(entries_[operation.handle].fd, operation);
}

template <class Shape>
void Epoll<Shape>::begin_connect(Entry& entry, Operation& operation) noexcept {
  const auto* address = static_cast<const sockaddr*>(operation.pointer);
  if (::connect(entry.fd, address, operation.size) == 0) return complete(operation, 0);
  if (errno != EINPROGRESS) return complete(operation, -errno);
  entry.writable = false;
  entry.connect = &operation;
}

template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::complete_finished(std::uint32_t maximum, Sink&& sink) noexcept {
  return inline_.complete(maximum, sink);
}

template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::serve_ready(std::uint32_t maximum, Sink&& sink) noexcept {
  std::uint32_t count = 0;
  const std::uint32_t entries = ready_count_;
  for (std::uint32_t n = 0; n < entries && count < maximum; ++n) {
    const std::int32_t handle = take_ready();
    count += serve(handle, sink);
    if (entries_[handle].forgotten && !entries_[handle].listed) release_handle(handle);
  }
  return count;
}

template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::dispatch(std::uint32_t maximum, Sink&& sink) noexcept {
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

template <class Shape>
void Epoll<Shape>::submit(Operation& operation) noexcept {
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
      core_->stats().add(Stat::kernel_entries);
      leave_direct(operation.handle);
      complete(operation, ::close(entry.fd) == 0 ? 0 : -errno);
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

/// A direct socket's receive is tried in the next dispatch, whatever epoll has reported.
template <class Shape>
void Epoll<Shape>::begin_receive(Operation& operation) noexcept {
  Entry& entry = entries_[operation.handle];
  entry.receive = &operation;
  if (!entry.direct) {
    if (entry.readable) list(operation.handle);
    return;
  }
  direct_untried_ = true;
  for (std::uint32_t n = 0; n < direct_count_; ++n) {
    if (direct_[n] == operation.handle) return;
  }
  LOOM_ASSERT(direct_count_ < Shape::direct_sockets, "the reactor's shape counts direct sockets");
  direct_[direct_count_] = operation.handle;
  direct_count_ += 1;
}

template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::serve(std::int32_t handle, Sink&& sink) noexcept {
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
    if (entry.receive->transfer == Transfer::record) {
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

template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::serve_accept(std::int32_t handle, Sink&& sink) noexcept {
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
    const std::int32_t result = fd < 0 ? -errno : traits.hands_over ? fd : adopt(fd, traits);
    const bool more = operation.multishot && result >= 0;
    if (!more) entry.accept = nullptr;
    count += 1;
    sink(Completion{.tag = operation.tag, .result = result, .more = more});
  }
  if (entry.accept != nullptr && !entry.level) list(handle);
  return count;
}

template <class Shape>
void Epoll<Shape>::serve_record(Entry& entry) noexcept {
  core_->stats().add(Stat::kernel_entries);
  const std::int32_t result = read_record(entry.fd, *entry.receive);
  entry.readable = result != -EAGAIN;
  if (result == -EAGAIN) return;
  Operation& operation = *entry.receive;
  entry.receive = nullptr;
  complete(operation, result);
}

template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::serve_receive(std::int32_t handle, Sink&& sink) noexcept {
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
    entry.readable = entry.ended || !took_all(operation, completion.result, group.bytes());
  } else {
    entry.receive = nullptr;
  }
  sink(completion);
  // The sink may have cancelled or closed; what is still armed and readable goes on next turn.
  if (entry.receive != nullptr && entry.readable && entry.fd >= 0 && !entry.level) list(handle);
  return 1;
}

/// Tries each direct receive once.
template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::serve_direct(Sink&& sink) noexcept {
  direct_untried_ = false;
  std::uint32_t count = 0;
  for (std::uint32_t n = direct_count_; n > 0; --n) {
    if (n > direct_count_) continue;  // the sink closed one
    Entry& entry = entries_[direct_[n - 1]];
    if (entry.receive == nullptr) continue;
    if (entry.receive->kind == OperationKind::receive_datagrams) {
      count += serve_datagrams(direct_[n - 1], sink);
      continue;
    }
    Completion completion{.tag = entry.receive->tag};
    core_->stats().add(Stat::kernel_entries);
    auto& group = groups_[entry.receive->group];
    if (!group.receive(entry.fd, *entry.receive, completion)) {
      if (errno == EINTR) direct_untried_ = true;
      continue;
    }
    // A short read of bytes emptied the socket, and what comes later is an edge of its own. After
    // any other, and where the end was announced with the bytes, there may be none.
    const bool emptied = took_all(*entry.receive, completion.result, group.bytes());
    if (completion.more && (entry.ended || !emptied)) direct_untried_ = true;
    if (!completion.more) entry.receive = nullptr;
    count += 1;
    sink(completion);
  }
  return count;
}

}  // namespace loom

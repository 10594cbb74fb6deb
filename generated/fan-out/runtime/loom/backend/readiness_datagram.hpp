// Datagrams where readiness is watched: the system calls of datagram_calls.hpp, when the socket is
// readable, or in every turn. What comes to a socket that was emptied raises a new edge, and so
// does an error.
#pragma once

#include "datagram_calls.hpp"
#include "readiness.hpp"

namespace loom {

template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::serve_datagrams(
    std::int32_t handle, Sink&& sink) noexcept {
  Entry& entry = entries_[handle];
  core_->stats().add(Stat::kernel_entries);
  const DatagramsReceived received =
      receive_datagrams(entry.fd, entry.receive, groups_[entry.receive->group], sink);
  entry.readable = !received.emptied;
  if (entry.receive == nullptr || received.emptied) return received.count;
  if (entry.direct) {
    direct_untried_ = true;
  } else {
    list(handle);
  }
  return received.count;
}

template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::try_send_datagrams(
    Entry& entry, Operation& operation) noexcept {
  core_->stats().add(Stat::kernel_entries);
  const std::int32_t result = send_datagrams(entry.fd, operation);
  const auto& request = *static_cast<const DatagramSend*>(operation.pointer);
  if (result != -EAGAIN || !request.room_is_announced) return complete(operation, result);
  derived().await_room(entry);
  entry.send = &operation;
}

}  // namespace loom

// Connections of a listener on the IOCP backend: several AcceptEx at once, each with the socket
// that the connection gets. What was accepted while nobody wants it waits for the next accept.
#pragma once

#if defined(_WIN32)

#include "iocp.hpp"

namespace loom {

/// The address family of a listener.
inline int family_of(int fd) noexcept {
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&local), &size);
  return local.ss_family;
}

/// Keeps as many AcceptEx outstanding as the operation wants. One that cannot begin ends it, unless
/// others are left.
template <class Shape>
void Iocp<Shape>::begin_accepts(std::int32_t handle) noexcept {
  IocpEntry& entry = entries_[handle];
  if (entry.accept == nullptr) return;
  if (entry.family == AF_UNSPEC && !entry.is_pipe) entry.family = family_of(entry.fd);
  const std::uint32_t wanted = entry.accept->multishot ? maximum_accepts : 1;
  int error = 0;
  while (error == 0 && entry.arrivals < wanted && free_arrivals_ != nullptr) {
    error = entry.is_pipe ? begin_pipe_accept(handle) : begin_accept(handle);
  }
  if (entry.arrivals != 0 || error == 0) return;
  complete(*std::exchange(entry.accept, nullptr), -error);
}

/// Begins one. @returns 0 or an errno.
template <class Shape>
int Iocp<Shape>::begin_accept(std::int32_t handle) noexcept {
  IocpEntry& entry = entries_[handle];
  const int fd = system::open_socket(entry.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  core_->stats().add(Stat::kernel_entries);
  if (fd < 0) return errno;
  IocpArrival& record = *std::exchange(free_arrivals_, free_arrivals_->next);
  record.fd = fd;
  entry.arrivals += 1;
  begin_flight(record, handle, IocpAct::accept);
  DWORD bytes = 0;
  int error = 0;
  const BOOL result = accept_ex_(
      system::windows::socket_of(entry.fd), system::windows::socket_of(fd), record.addresses, 0,
      IocpArrival::address_bytes, IocpArrival::address_bytes, &bytes, &record.overlapped);
  if (!has_begun(record, result != 0, error)) end_accept(record, error);
  return 0;
}

/// One is over: its connection waits to be handed out. Of a listener that is closed nobody wants
/// it.
template <class Shape>
void Iocp<Shape>::end_accept(IocpArrival& record, int error) noexcept {
  IocpEntry& entry = entries_[record.handle];
  record.error = error;
  record.is_over = true;
  entry.append(record);
  if (entry.fd < 0) return drop_arrivals(entry);
  if (entry.accept != nullptr) list(record.handle);
}

/// The record is free; its socket belongs to somebody else, or is closed here.
template <class Shape>
void Iocp<Shape>::give_back(IocpArrival& record) noexcept {
  if (record.fd >= 0) ::close(std::exchange(record.fd, -1));
  entries_[record.handle].arrivals -= 1;
  record.next = free_arrivals_;
  free_arrivals_ = &record;
}

/// Closes the connections that wait to be handed out, and gives back the buffers of datagrams that
/// nobody waits for.
template <class Shape>
void Iocp<Shape>::drop_arrivals(IocpEntry& entry) noexcept {
  while (entry.first != nullptr && entry.first->is_over) {
    IocpArrival& record = entry.take_first();
    if (record.act == IocpAct::datagram_in) groups_[entry.group].give_back(record.buffer);
    give_back(record);
  }
}

template <class Shape>
template <class Sink>
std::uint32_t Iocp<Shape>::serve_accept(std::int32_t handle, Sink&& sink) noexcept {
  IocpEntry& entry = entries_[handle];
  std::uint32_t count = 0;
  while (entry.accept != nullptr && entry.first != nullptr && count < maximum_accepts_per_turn) {
    IocpArrival& record = entry.take_first();
    int fd = std::exchange(record.fd, -1);
    int error = record.error;
    // Until then it has neither an address nor the listener's options.
    const SOCKET listener = system::windows::socket_of(entry.fd);
    if (error == 0 && !entry.is_pipe) {
      setsockopt(fd, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &listener, sizeof listener);
    } else if (error != 0) {
      ::close(std::exchange(fd, -1));
    }
    give_back(record);
    // One whose peer gave up before it was accepted is nobody's business.
    if (error != ECONNRESET && error != ECONNABORTED) {
      Operation& operation = *entry.accept;
      const FdTraits traits = operation.traits;
      const std::int32_t result = error != 0 ? -error : traits.hands_over ? fd : adopt(fd, traits);
      const bool more = operation.multishot && result >= 0;
      if (!more) entry.accept = nullptr;
      count += 1;
      sink(Completion{.tag = operation.tag, .result = result, .more = more});
    }
    // The sink may have closed the listener.
    if (entry.fd >= 0) begin_accepts(handle);
  }
  if (entry.accept != nullptr && entry.first != nullptr) list(handle);
  return count;
}

}  // namespace loom

#endif

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
  if (entry.family == AF_UNSPEC) entry.family = family_of(entry.fd);
  const std::uint32_t wanted = entry.accept->multishot ? maximum_accepts : 1;
  int error = 0;
  while (error == 0 && entry.accepts < wanted && free_accepts_ != nullptr) {
    error = begin_accept(handle);
  }
  if (entry.accepts != 0 || error == 0) return;
  complete(*std::exchange(entry.accept, nullptr), -error);
}

/// Begins one. @returns 0 or an errno.
template <class Shape>
int Iocp<Shape>::begin_accept(std::int32_t handle) noexcept {
  IocpEntry& entry = entries_[handle];
  const int fd = system::open_socket(entry.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  core_->stats().add(Stat::kernel_entries);
  if (fd < 0) return errno;
  IocpAccept& record = *std::exchange(free_accepts_, free_accepts_->next);
  record.next = nullptr;
  record.fd = fd;
  entry.accepts += 1;
  begin_flight(record, handle, IocpAct::accept);
  DWORD bytes = 0;
  int error = 0;
  const BOOL result = accept_ex_(
      system::windows::socket_of(entry.fd), system::windows::socket_of(fd), record.addresses, 0,
      IocpAccept::address_bytes, IocpAccept::address_bytes, &bytes, &record.overlapped);
  if (!has_begun(record, result != 0, error)) end_accept(record, error);
  return 0;
}

/// One is over: its connection waits to be handed out. Of a listener that is closed nobody wants
/// it.
template <class Shape>
void Iocp<Shape>::end_accept(IocpAccept& record, int error) noexcept {
  IocpEntry& entry = entries_[record.handle];
  record.error = error;
  record.next = nullptr;
  (entry.over_last == nullptr ? entry.over_first : entry.over_last->next) = &record;
  entry.over_last = &record;
  if (entry.fd < 0) return drop_accepts(entry);
  if (entry.accept != nullptr) list(record.handle);
}

/// The record is free; its socket belongs to somebody else, or is closed here.
template <class Shape>
void Iocp<Shape>::give_back(IocpAccept& record) noexcept {
  if (record.fd >= 0) ::close(std::exchange(record.fd, -1));
  entries_[record.handle].accepts -= 1;
  record.next = free_accepts_;
  free_accepts_ = &record;
}

/// Closes the connections that wait to be handed out.
template <class Shape>
void Iocp<Shape>::drop_accepts(IocpEntry& entry) noexcept {
  while (entry.over_first != nullptr) {
    give_back(*std::exchange(entry.over_first, entry.over_first->next));
  }
  entry.over_last = nullptr;
}

template <class Shape>
template <class Sink>
std::uint32_t Iocp<Shape>::serve_accept(std::int32_t handle, Sink&& sink) noexcept {
  IocpEntry& entry = entries_[handle];
  std::uint32_t count = 0;
  while (entry.accept != nullptr && entry.over_first != nullptr &&
         count < maximum_accepts_per_turn) {
    IocpAccept& record = *std::exchange(entry.over_first, entry.over_first->next);
    if (entry.over_first == nullptr) entry.over_last = nullptr;
    int fd = std::exchange(record.fd, -1);
    int error = record.error;
    // Until then it has neither an address nor the listener's options.
    const SOCKET listener = system::windows::socket_of(entry.fd);
    if (error == 0) {
      setsockopt(fd, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, &listener, sizeof listener);
    } else {
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
  if (entry.accept != nullptr && entry.over_first != nullptr) list(handle);
  return count;
}

}  // namespace loom

#endif

// The IOCP backend's part of a turn: packets from the port, and what they make ready. One receive a
// turn and connection keeps connections fair.
#pragma once

#if defined(_WIN32)

#include <cstdio>
#include <exception>

#include "iocp.hpp"

namespace loom {

/// Takes what the port has, and waits for at most `milliseconds` when that is nothing.
template <class Shape>
void Iocp<Shape>::look(DWORD milliseconds) noexcept {
  looks_left_out_ = 0;
  core_->stats().add(Stat::kernel_entries);
  ULONG count = 0;
  if (GetQueuedCompletionStatusEx(port_, packets_, maximum_events, &count, milliseconds, FALSE) ==
      0) {
    const DWORD error = GetLastError();
    if (error != WAIT_TIMEOUT) lost(system::windows::errno_of(error));
    return;
  }
  for (ULONG n = 0; n < count; ++n) note(packets_[n]);
}

/// Somebody closed the port, which ends every wait at once: logs it once and asks for the stop; the
/// turns until then are 1 ms apart.
template <class Shape>
void Iocp<Shape>::lost(int error) noexcept {
  if (!is_lost_) {
    char line[160];
    std::snprintf(line, sizeof line,
                  "loom: a reactor lost its completion port: %s. The program stops. Find what "
                  "closes handles that it did not open.",
                  std::strerror(error));
    core_->log(line);
    core_->stop();
  }
  is_lost_ = true;
  Sleep(1);
}

/// What became of a flight: 0 or an errno, and how many bytes it moved.
template <class Shape>
int Iocp<Shape>::error_of(IocpFlight& flight, DWORD& bytes) const noexcept {
  const IocpEntry& entry = entries_[flight.handle];
  if (entry.fd < 0) return ECANCELED;
  if (entry.is_pipe) return error_of_pipe(entry, flight, bytes);
  DWORD flags = 0;
  if (WSAGetOverlappedResult(system::windows::socket_of(entry.fd), &flight.overlapped, &bytes,
                             FALSE, &flags) != 0) {
    return 0;
  }
  return system::windows::errno_of(static_cast<DWORD>(WSAGetLastError()));
}

template <class Shape>
void Iocp<Shape>::note(const OVERLAPPED_ENTRY& packet) noexcept {
  if (packet.lpOverlapped == nullptr) {
    core_->stats().add(Stat::wakeups);
    woken_ = true;
    return;
  }
  auto& flight = *reinterpret_cast<IocpFlight*>(packet.lpOverlapped);
  const std::int32_t handle = flight.handle;
  IocpEntry& entry = entries_[handle];
  DWORD bytes = 0;
  const int error = error_of(flight, bytes);
  end_flight(flight);
  switch (flight.act) {
    case IocpAct::read: note_readable(handle, error); break;
    case IocpAct::write:
    case IocpAct::connect: end_write(handle, flight.act, error, bytes); break;
    case IocpAct::accept: end_accept(static_cast<IocpArrival&>(flight), error); break;
    case IocpAct::datagram_in:
      end_datagram_in(static_cast<IocpArrival&>(flight), error, bytes);
      break;
    case IocpAct::datagram_out: end_datagram_out(handle, error); break;
  }
  if (entry.fd >= 0 || entry.flights != 0) return;
  if (entry.closing != nullptr) complete(*std::exchange(entry.closing, nullptr), 0);
  release_if_free(handle);
}

/// There is something to receive, the end, or an error, which a socket tells once: recv() would
/// call it the end.
template <class Shape>
void Iocp<Shape>::note_readable(std::int32_t handle, int error) noexcept {
  IocpEntry& entry = entries_[handle];
  if (entry.fd < 0) return;
  entry.readable = true;
  entry.read_error = error;
  if (entry.receive != nullptr) list(handle);
}

template <class Shape>
void Iocp<Shape>::end_write(std::int32_t handle, IocpAct act, int error, DWORD bytes) noexcept {
  IocpEntry& entry = entries_[handle];
  Operation& operation = *std::exchange(entry.write, nullptr);
  if (act == IocpAct::connect && error == 0) {
    // Until then it can neither be shut down nor asked for its peer.
    const void* nothing = nullptr;
    setsockopt(entry.fd, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, nothing, 0);
  }
  complete(operation, error != 0 ? -error : static_cast<std::int32_t>(bytes));
}

/// Whether what recv() called the end of the stream is one. A reset that came while nothing was
/// asked of the socket is told to nobody under wine; a send of no bytes finds it, if we may send.
/// @returns 0 or an errno
inline int error_at_end(const IocpEntry& entry) noexcept {
  const void* nothing = nullptr;
  if (entry.is_shut || ::send(entry.fd, nothing, 0, 0) >= 0) return 0;
  return errno == EAGAIN ? 0 : ECONNRESET;
}

template <class Shape>
template <class Sink>
std::uint32_t Iocp<Shape>::serve_receive(std::int32_t handle, Sink&& sink) noexcept {
  IocpEntry& entry = entries_[handle];
  Operation& operation = *entry.receive;
  auto& group = groups_[operation.group];
  Completion completion{.tag = operation.tag};
  bool over = entry.read_error != 0;
  if (over) {
    completion.result = entry.is_pipe ? -error_at_pipe_end(entry.read_error) : -entry.read_error;
  } else {
    core_->stats().add(Stat::kernel_entries);
    over = entry.is_pipe ? receive_from_pipe(entry, operation, completion)
                         : group.receive(entry.fd, operation, completion);
    if (over && completion.result == 0 && !entry.is_pipe) completion.result = -error_at_end(entry);
  }
  if (!over) {
    entry.readable = false;
    await_bytes(handle);
    return 0;
  }
  if (!completion.more) entry.receive = nullptr;
  const bool emptied = completion.more && took_all(operation, completion.result, group.bytes());
  if (emptied) entry.readable = false;
  sink(completion);
  // The sink may have cancelled or closed.
  if (entry.receive == nullptr || entry.fd < 0) return 1;
  if (entry.readable) {
    list(handle);
  } else {
    await_bytes(handle);
  }
  return 1;
}

template <class Shape>
template <class Sink>
std::uint32_t Iocp<Shape>::serve_ready(std::uint32_t maximum, Sink&& sink) noexcept {
  std::uint32_t count = 0;
  const std::uint32_t waiting = ready_count_;
  for (std::uint32_t n = 0; n < waiting && count < maximum; ++n) {
    const std::int32_t handle = ready_[ready_first_];
    ready_first_ = (ready_first_ + 1) % Shape::handles;
    ready_count_ -= 1;
    IocpEntry& entry = entries_[handle];
    entry.listed = false;
    if (entry.fd >= 0 && entry.accept != nullptr) count += serve_accept(handle, sink);
    if (entry.fd >= 0 && entry.datagrams) {
      count += serve_datagrams(handle, sink);
    } else if (entry.fd >= 0 && entry.receive != nullptr && entry.readable) {
      count += serve_receive(handle, sink);
    }
    release_if_free(handle);
  }
  return count;
}

template <class Shape>
template <class Sink>
std::uint32_t Iocp<Shape>::dispatch(std::uint32_t maximum, Sink&& sink) noexcept {
  if (pool_.has_waiting()) pool_.offer_waiting();
  const std::uint32_t count = complete_finished(maximum, sink);
  return count < maximum ? count + serve_ready(maximum - count, sink) : count;
}

/// Memory that the kernel still writes to cannot be given back: without an answer for ten seconds
/// the process ends.
template <class Shape>
void Iocp<Shape>::close() noexcept {
  if (!open_) return;
  open_ = false;
  for (IocpEntry& entry : entries_) {
    if (entry.fd >= 0) close_socket(entry);
  }
  for (int round = 0; flights_ != 0; ++round) {
    if (round == maximum_close_rounds) {
      core_->log("loom: Windows gave operations of closed sockets not back. The program ends.");
      std::terminate();
    }
    look(close_round_milliseconds);
  }
}

}  // namespace loom

#endif

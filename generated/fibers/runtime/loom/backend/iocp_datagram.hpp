// Datagrams on the IOCP backend: several WSARecvMsg at once for each socket, each into a receive
// buffer that is laid out as io_uring lays it out, and a WSASendTo for each datagram of a batch,
// the next one when the kernel has taken the one before. WSARecvMsg rather than WSARecvFrom,
// because it alone says where a datagram was sent to.
//
// A WSARecvMsg that is over at once can be so before the port has told of an older one; so they are
// handed out in the order in which they were asked for, not in that in which they are heard of.
#pragma once

#if defined(_WIN32)

#include <cstring>

#include "../datagram_family.hpp"
#include "iocp.hpp"

namespace loom {

/// Where the end of a datagram goes that its buffer has no room for, so that its length is known:
/// everybody writes there and nobody reads.
inline char datagram_excess[1U << 16U];

/// Lets a socket that has no peer not hear of those that its datagrams did not reach, as elsewhere:
/// Windows would end its receives with WSAECONNRESET for them.
inline void keep_quiet_of_others(int fd) noexcept {
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0) return;
  constexpr DWORD udp_connreset = IOC_IN | IOC_VENDOR | 12U;  // SIO_UDP_CONNRESET of mstcpip.h
  BOOL wanted = FALSE;
  DWORD bytes = 0;
  WSAIoctl(system::windows::socket_of(fd), udp_connreset, &wanted, sizeof wanted, nullptr, 0,
           &bytes, nullptr, nullptr);
}

/// Keeps as many receives outstanding as there are buffers for. Without any buffer the operation
/// ends: the socket holds them all.
template <class Shape>
void Iocp<Shape>::begin_datagrams(std::int32_t handle) noexcept {
  IocpEntry& entry = entries_[handle];
  while (entry.arrivals < maximum_datagram_receives && free_arrivals_ != nullptr &&
         groups_[entry.group].free_count() != 0) {
    begin_datagram(handle);
  }
  if (entry.arrivals == 0) return complete(*std::exchange(entry.receive, nullptr), -ENOBUFS);
  if (entry.first->is_over) list(handle);
}

template <class Shape>
void Iocp<Shape>::begin_datagram(std::int32_t handle) noexcept {
  IocpEntry& entry = entries_[handle];
  auto& group = groups_[entry.group];
  const auto& request = *static_cast<const DatagramReceive*>(entry.receive->pointer);
  const DatagramLayout layout{static_cast<std::uint32_t>(request.header.msg_namelen),
                              static_cast<std::uint32_t>(request.header.msg_controllen)};
  IocpArrival& record = *std::exchange(free_arrivals_, free_arrivals_->next);
  record.buffer = group.last(0);
  record.is_over = false;
  group.take(1);
  entry.arrivals += 1;
  entry.append(record);
  std::byte* buffer = group.data(record.buffer);
  std::memset(buffer + layout.control_offset(), 0, layout.control_bytes);
  const std::uint32_t offset = layout.payload_offset();
  IocpArrival::Message& message = record.message;
  message.parts[0] = {group.bytes() - offset, reinterpret_cast<char*>(buffer + offset)};
  message.parts[1] = {sizeof datagram_excess, datagram_excess};
  message.header = {};
  message.header.name = reinterpret_cast<sockaddr*>(buffer + DatagramLayout::name_offset);
  message.header.namelen = static_cast<INT>(layout.name_bytes);
  message.header.lpBuffers = message.parts;
  message.header.dwBufferCount = 2;
  message.header.Control = {layout.control_bytes,
                            reinterpret_cast<char*>(buffer + layout.control_offset())};
  begin_flight(record, handle, IocpAct::datagram_in);
  DWORD bytes = 0;
  int error = 0;
  const int result = receive_message_(system::windows::socket_of(entry.fd), &message.header, &bytes,
                                      &record.overlapped, nullptr);
  if (!has_begun(record, result == 0, error)) end_datagram_in(record, error, bytes);
}

/// One is over: its datagram waits until those before it were handed out, and until somebody wants
/// it. Of a socket that is closed nobody does.
template <class Shape>
void Iocp<Shape>::end_datagram_in(IocpArrival& record, int error, DWORD bytes) noexcept {
  IocpEntry& entry = entries_[record.handle];
  record.error = error;
  record.bytes = bytes;
  record.is_over = true;
  if (entry.fd < 0) return drop_arrivals(entry);
  if (entry.receive != nullptr && entry.first->is_over) list(record.handle);
}

/// What Windows says of a datagram that reached nobody is what it says of a reset connection.
constexpr int error_of_datagram(int error) noexcept {
  return error == ECONNRESET ? ECONNREFUSED : error;
}

template <class Shape>
template <class Sink>
std::uint32_t Iocp<Shape>::serve_datagrams(std::int32_t handle, Sink&& sink) noexcept {
  IocpEntry& entry = entries_[handle];
  auto& group = groups_[entry.group];
  std::uint32_t count = 0;
  while (entry.receive != nullptr && entry.first != nullptr && entry.first->is_over &&
         count < maximum_datagram_receives) {
    IocpArrival& record = entry.take_first();
    const Tag tag = entry.receive->tag;
    const auto& request = *static_cast<const DatagramReceive*>(entry.receive->pointer);
    const auto name_room = static_cast<std::uint32_t>(request.header.msg_namelen);
    const auto control_room = static_cast<std::uint32_t>(request.header.msg_controllen);
    const DatagramLayout layout{name_room, control_room};
    const std::uint32_t room = group.bytes() - layout.payload_offset();
    const std::uint32_t stored = record.bytes < room ? record.bytes : room;
    const std::uint16_t buffer = record.buffer;
    const int error = record.error;
    ReceivedHeader header;
    header.name_bytes = static_cast<std::uint32_t>(record.message.header.namelen);
    header.control_bytes = record.message.header.Control.len;
    header.payload_bytes = record.bytes;
    give_back(record);
    count += 1;
    if (error != 0) {
      group.give_back(buffer);
      entry.receive = nullptr;
      sink(Completion{.tag = tag, .result = -error_of_datagram(error)});
      continue;
    }
    std::memcpy(group.data(buffer), &header, sizeof header);
    sink(Completion{.tag = tag,
                    .result = static_cast<std::int32_t>(layout.payload_offset() + stored),
                    .more = true,
                    .has_buffer = true,
                    .buffer = buffer});
  }
  // The sink may have closed or cancelled.
  if (entry.fd >= 0 && entry.receive != nullptr) begin_datagrams(handle);
  return count;
}

template <class Shape>
void Iocp<Shape>::begin_send_datagrams(Operation& operation) noexcept {
  IocpEntry& entry = entries_[operation.handle];
  LOOM_ASSERT(entry.write == nullptr, "a socket sends one batch at a time");
  entry.write = &operation;
  entry.sent = 0;
  send_datagrams_left(operation.handle, 0);
}

/// Sends what is left of the batch, until one has to wait or has failed with `error`.
template <class Shape>
void Iocp<Shape>::send_datagrams_left(std::int32_t handle, int error) noexcept {
  IocpEntry& entry = entries_[handle];
  const auto& request = *static_cast<const DatagramSend*>(entry.write->pointer);
  while (error == 0 && entry.sent < request.count) {
    const msghdr& message = request.messages[entry.sent].msg_hdr;
    const iovec& part = *message.msg_iov;
    WSABUF buffer{static_cast<ULONG>(part.iov_len), static_cast<char*>(part.iov_base)};
    begin_flight(entry.writing, handle, IocpAct::datagram_out);
    DWORD bytes = 0;
    const int result =
        WSASendTo(system::windows::socket_of(entry.fd), &buffer, 1, &bytes, 0,
                  static_cast<const sockaddr*>(message.msg_name),
                  static_cast<int>(message.msg_namelen), &entry.writing.overlapped, nullptr);
    if (has_begun(entry.writing, result == 0, error)) return;
    if (error == 0) entry.sent += 1;
  }
  // DatagramSend says of which one the result speaks.
  const std::uint32_t position = error == 0 ? request.count - 1 : entry.sent;
  Operation& operation = *std::exchange(entry.write, nullptr);
  operation.tag = Tag(operation.tag.slot(), operation.tag.operation(), position);
  complete(operation, -error_of_datagram(error));
}

/// The one that had to wait was sent, or failed.
template <class Shape>
void Iocp<Shape>::end_datagram_out(std::int32_t handle, int error) noexcept {
  if (error == 0) entries_[handle].sent += 1;
  send_datagrams_left(handle, error);
}

}  // namespace loom

#endif

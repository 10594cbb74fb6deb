// Datagrams on epoll: recvmmsg(2) into as many receive buffers as one batch may have, laid out as
// io_uring lays them out, and sendmmsg(2) for a batch of sends. A batch that is not full means that
// the socket was empty: what comes later raises a new edge, and so does an error.
#pragma once

#include "../datagram_family.hpp"
#include "epoll.hpp"

namespace loom {

/// Writes the header of the receive buffer at `buffer` for what recvmmsg(2) said of `message`.
/// @returns the bytes that the buffer holds, header included.
inline std::int32_t write_received_header(std::byte* buffer, const mmsghdr& message,
                                          DatagramLayout layout, std::uint32_t room) noexcept {
  ReceivedHeader header;
  header.name_bytes = message.msg_hdr.msg_namelen;
  header.control_bytes = static_cast<std::uint32_t>(message.msg_hdr.msg_controllen);
  header.payload_bytes = message.msg_len;
  header.flags = static_cast<std::uint32_t>(message.msg_hdr.msg_flags);
  std::memcpy(buffer, &header, sizeof header);
  const std::uint32_t stored = message.msg_len < room ? message.msg_len : room;
  return static_cast<std::int32_t>(layout.payload_offset() + stored);
}

template <class Shape>
template <class Sink>
std::uint32_t Epoll<Shape>::serve_datagrams(std::int32_t handle, Sink&& sink) noexcept {
  Entry& entry = entries_[handle];
  const Operation& operation = *entry.receive;
  const auto& request = *static_cast<const DatagramReceive*>(operation.pointer);
  auto& group = groups_[operation.group];
  if (group.free_count() == 0) {
    entry.receive = nullptr;
    sink(Completion{.tag = operation.tag, .result = -ENOBUFS});
    return 1;
  }
  const DatagramLayout layout{request.header.msg_namelen,
                              static_cast<std::uint32_t>(request.header.msg_controllen)};
  const std::uint32_t room = group.bytes() - layout.payload_offset();
  const std::uint32_t asked =
      request.batch < group.free_count() ? request.batch : group.free_count();
  mmsghdr messages[maximum_datagram_batch];
  iovec vectors[maximum_datagram_batch];
  std::uint16_t ids[maximum_datagram_batch];
  for (std::uint32_t n = 0; n < asked; ++n) {
    ids[n] = group.last(n);
    std::byte* buffer = group.data(ids[n]);
    vectors[n] = {buffer + layout.payload_offset(), room};
    messages[n] = {};
    messages[n].msg_hdr.msg_name = buffer + DatagramLayout::name_offset;
    messages[n].msg_hdr.msg_namelen = layout.name_bytes;
    messages[n].msg_hdr.msg_control = buffer + layout.control_offset();
    messages[n].msg_hdr.msg_controllen = layout.control_bytes;
    messages[n].msg_hdr.msg_iov = &vectors[n];
    messages[n].msg_hdr.msg_iovlen = 1;
  }
  core_->stats().add(Stat::kernel_entries);
  const int count = ::recvmmsg(entry.fd, messages, asked, MSG_DONTWAIT | MSG_TRUNC, nullptr);
  if (count < 0) {
    const int error = errno;
    entry.readable = error != EAGAIN;
    if (error == EAGAIN) return 0;
    if (error == EINTR) {
      list(handle);
      return 0;
    }
    entry.receive = nullptr;
    sink(Completion{.tag = operation.tag, .result = -error});
    return 1;
  }
  const auto got = static_cast<std::uint32_t>(count);
  group.take(got);
  entry.readable = got == asked;
  for (std::uint32_t n = 0; n < got; ++n) {
    std::byte* buffer = group.data(ids[n]);
    const std::int32_t bytes = write_received_header(buffer, messages[n], layout, room);
    sink(Completion{
        .tag = operation.tag, .result = bytes, .more = true, .has_buffer = true, .buffer = ids[n]});
  }
  if (entry.receive != nullptr && entry.readable && entry.fd >= 0) list(handle);
  return got;
}

template <class Shape>
void Epoll<Shape>::try_send_datagrams(Entry& entry, Operation& operation) noexcept {
  const auto& request = *static_cast<const DatagramSend*>(operation.pointer);
  core_->stats().add(Stat::kernel_entries);
  const int sent = ::sendmmsg(entry.fd, request.messages, request.count, MSG_NOSIGNAL);
  const int error = errno;
  if (sent < 0 && error == EAGAIN && request.room_is_announced) {
    await_room(entry);
    entry.send = &operation;
    return;
  }
  const std::uint32_t position = sent > 0 ? static_cast<std::uint32_t>(sent) - 1 : 0;
  operation.tag = Tag(operation.tag.slot(), operation.tag.operation(), position);
  complete(operation, sent < 0 ? -error : 0);
}

}  // namespace loom

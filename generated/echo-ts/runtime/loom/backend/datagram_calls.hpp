// Datagrams by system calls of the process's own, for a socket of which the backend has the plain
// descriptor: recvmmsg(2) into receive buffers, laid out as io_uring lays them out, and sendmmsg(2)
// for a batch of sends.
//
// What a call asks for has to be prepared, and mostly one datagram is there. So a call asks for as
// many as the last one suggests, four times as many after one that was filled. It asks for at least
// two where the loop may sleep, because a call that was not filled means that the socket was empty;
// where it tries again anyway, one is enough, and that has cheaper calls: recvmsg(2), or
// recvfrom(2) where no control message is wanted (477 and 388 ns where recvmmsg(2) of two took 600,
// for one datagram of 150 B).
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "../datagram_family.hpp"
#include "../system/platform.hpp"
#include "free_buffers.hpp"

namespace loom {

/// By how much a call that was filled makes the next one larger.
inline constexpr std::uint32_t datagrams_asked_growth = 4;

/// Notes how many datagrams to ask for after a call that asked for `asked` and brought `got`.
constexpr void note_datagrams(DatagramReceive& request, std::uint32_t asked,
                              std::uint32_t got) noexcept {
  const std::uint32_t wanted = got == asked ? asked * datagrams_asked_growth : got * 2;
  request.asked = std::min(std::max(wanted, request.least), request.batch);
}

/// What recvmmsg(2) does for one message, by a cheaper call. @returns 1, or -1 with errno.
inline int receive_one(int fd, mmsghdr& message) noexcept {
  constexpr int flags = MSG_DONTWAIT | MSG_TRUNC;
  msghdr& header = message.msg_hdr;
  ssize_t size = 0;
  if (header.msg_controllen == 0) {
    const iovec& part = *header.msg_iov;
    size = ::recvfrom(fd, part.iov_base, part.iov_len, flags,
                      static_cast<sockaddr*>(header.msg_name), &header.msg_namelen);
    if (size > static_cast<ssize_t>(part.iov_len)) header.msg_flags = MSG_TRUNC;
  } else {
    size = ::recvmsg(fd, &header, flags);
  }
  if (size < 0) return -1;
  message.msg_len = static_cast<unsigned>(size);
  return 1;
}

/// What a receive came to.
struct DatagramsReceived {
  std::uint32_t count = 0;  ///< completions
  bool emptied = false;     ///< nothing was left: what comes later is news, and so is an error
};

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

/// Receives once, without waiting, and hands each datagram to `sink` in a buffer of `group`.
/// `receive` is what `fd` is received for; it is set to null before an error ends it, which
/// -ENOBUFS for want of a buffer does too.
template <std::uint32_t capacity, class Sink>
DatagramsReceived receive_datagrams(int fd, Operation*& receive, FreeBuffers<capacity>& group,
                                    Sink&& sink) noexcept {
  const Tag tag = receive->tag;
  auto& request = *static_cast<DatagramReceive*>(const_cast<void*>(receive->pointer));
  const DatagramLayout layout{request.header.msg_namelen,
                              static_cast<std::uint32_t>(request.header.msg_controllen)};
  const auto fail = [&](std::int32_t error) {
    receive = nullptr;
    sink(Completion{.tag = tag, .result = -error});
    return DatagramsReceived{.count = 1};
  };
  const std::uint32_t asked = std::min(request.asked, group.free_count());
  if (asked == 0) return fail(ENOBUFS);
  const std::uint32_t room = group.bytes() - layout.payload_offset();
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
  const int count = asked == 1 ? receive_one(fd, messages[0])
                               : ::recvmmsg(fd, messages, asked, MSG_DONTWAIT | MSG_TRUNC, nullptr);
  if (count < 0) {
    const int error = errno;
    if (error == EINTR) return {};
    note_datagrams(request, asked, 0);
    return error == EAGAIN ? DatagramsReceived{.emptied = true} : fail(error);
  }
  const auto got = static_cast<std::uint32_t>(count);
  note_datagrams(request, asked, got);
  group.take(got);
  for (std::uint32_t n = 0; n < got; ++n) {
    const std::int32_t bytes = write_received_header(group.data(ids[n]), messages[n], layout, room);
    sink(Completion{
        .tag = tag, .result = bytes, .more = true, .has_buffer = true, .buffer = ids[n]});
  }
  return {.count = got, .emptied = got < asked};
}

/// Sends a batch without waiting and notes in the operation's tag of which datagram the result
/// speaks, as DatagramSend says. @returns 0, or a negative errno.
inline std::int32_t send_datagrams(int fd, Operation& operation) noexcept {
  const auto& request = *static_cast<const DatagramSend*>(operation.pointer);
  const int sent = ::sendmmsg(fd, request.messages, request.count, MSG_NOSIGNAL | MSG_DONTWAIT);
  const std::int32_t result = sent < 0 ? -errno : 0;
  const std::uint32_t position = sent > 0 ? static_cast<std::uint32_t>(sent) - 1 : 0;
  operation.tag = Tag(operation.tag.slot(), operation.tag.operation(), position);
  return result;
}

}  // namespace loom

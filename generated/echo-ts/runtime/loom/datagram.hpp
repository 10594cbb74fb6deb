// What a handler receives: one datagram, whole, with what the kernel knows of it. The kernel and
// the epoll backend lay out each receive buffer in the same way
// (io_uring_prep_recvmsg_multishot(3)): a ReceivedHeader, the sender's address, control messages,
// the payload. Here is the one place that reads this layout, and it believes no length without
// looking.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>

#include "bytes.hpp"
#include "clock.hpp"
#include "peer_address.hpp"
#include "system/platform.hpp"

namespace loom {

/// Begins every receive buffer of a datagram fd; the layout of struct io_uring_recvmsg_out.
struct ReceivedHeader {
  std::uint32_t name_bytes = 0;     ///< of the sender's address; may say more than was stored
  std::uint32_t control_bytes = 0;  ///< of the control messages that were stored
  std::uint32_t payload_bytes = 0;  ///< of the datagram as it was sent
  std::uint32_t flags = 0;          ///< MSG_TRUNC and others, recvmsg(2)
};
static_assert(sizeof(ReceivedHeader) == 16);

/// What the control messages of one datagram said; what they did not say is 0.
struct DatagramControl {
  std::uint64_t received_nanoseconds = 0;
  std::uint32_t dropped_total = 0;
  bool has_dropped = false;
  PeerAddress destination;
};

/// One datagram. `bytes` is a lease: valid until the hook returns.
struct Datagram {
  /// The payload; empty for a datagram of length zero, which is legal.
  Bytes bytes;
  /// Who sent it; what socket.send_to() takes for an answer.
  PeerAddress peer;
  /// When the kernel received it: nanoseconds of CLOCK_REALTIME (SO_TIMESTAMPNS, socket(7));
  /// 0 with `timestamps: 'none'`.
  std::uint64_t received_nanoseconds = 0;
  /// Datagrams that the kernel dropped between the one before and this one, because the socket's
  /// receive buffer was full (SO_RXQ_OVFL, socket(7)); 0 with `drops: false`.
  std::uint32_t dropped_before = 0;
  /// Length as it was sent, in bytes; more than bytes.size() when it was truncated.
  std::uint32_t sent_bytes = 0;
  /// Where it was sent to, for multicast (IP_PKTINFO, ip(7)); empty unless `destination: true`. Its
  /// port is 0.
  PeerAddress destination;

  /// Whether the end of it was cut off, because `receive.bytes` is smaller.
  [[nodiscard]] bool truncated() const noexcept { return sent_bytes > bytes.size(); }
};

/// Where the parts of a receive buffer begin, in bytes.
struct DatagramLayout {
  std::uint32_t name_bytes = 0;     ///< room for the address, a multiple of 8
  std::uint32_t control_bytes = 0;  ///< room for control messages, a multiple of 8

  /// Offset of the address.
  static constexpr std::uint32_t name_offset = sizeof(ReceivedHeader);
  /// Offset of the control messages.
  [[nodiscard]] constexpr std::uint32_t control_offset() const noexcept {
    return name_offset + name_bytes;
  }
  /// Offset of the payload.
  [[nodiscard]] constexpr std::uint32_t payload_offset() const noexcept {
    return control_offset() + control_bytes;
  }
};

/// Reads one control message of `size` payload bytes at `data`; cmsg(3). Unknown ones are skipped.
inline void read_control_message(DatagramControl& control, int level, int type,
                                 const std::byte* data, std::size_t size) noexcept {
  if (level == SOL_SOCKET && type == SCM_TIMESTAMPNS && size >= sizeof(timespec)) {
    timespec time{};
    std::memcpy(&time, data, sizeof time);
    control.received_nanoseconds =
        static_cast<std::uint64_t>(time.tv_sec) * nanoseconds_per_second +
        static_cast<std::uint64_t>(time.tv_nsec);
  } else if (level == SOL_SOCKET && type == SO_RXQ_OVFL && size >= sizeof control.dropped_total) {
    std::memcpy(&control.dropped_total, data, sizeof control.dropped_total);
    control.has_dropped = true;
  } else if (level == IPPROTO_IP && type == IP_PKTINFO && size >= sizeof(in_pktinfo)) {
    in_pktinfo info{};
    std::memcpy(&info, data, sizeof info);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr = info.ipi_addr;
    control.destination = PeerAddress(&address, sizeof address);
  } else if (level == IPPROTO_IPV6 && type == IPV6_PKTINFO && size >= sizeof(in6_pktinfo)) {
    in6_pktinfo info{};
    std::memcpy(&info, data, sizeof info);
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = info.ipi6_addr;
    address.sin6_scope_id = info.ipi6_ifindex;
    control.destination = PeerAddress(&address, sizeof address);
  }
}

/// Reads `size` bytes of control messages, cmsg(3). A length that does not fit ends the reading:
/// what came before it counts.
inline DatagramControl read_control(const std::byte* data, std::size_t size) noexcept {
  DatagramControl control;
  while (size >= sizeof(cmsghdr)) {
    cmsghdr header{};
    std::memcpy(&header, data, sizeof header);
    if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > size) break;
    read_control_message(control, header.cmsg_level, header.cmsg_type, data + CMSG_LEN(0),
                         header.cmsg_len - CMSG_LEN(0));
    const std::size_t step = CMSG_ALIGN(header.cmsg_len);
    if (step >= size) break;
    data += step;
    size -= step;
  }
  return control;
}

/// Reads the receive buffer at `buffer`, of which `bytes` were filled. `control` gets what its
/// control messages said. An empty Datagram without a peer when it is shorter than its layout.
inline Datagram read_datagram(const std::byte* buffer, std::uint32_t bytes, DatagramLayout layout,
                              DatagramControl& control) noexcept {
  Datagram datagram;
  if (bytes < layout.payload_offset()) return datagram;
  ReceivedHeader header;
  std::memcpy(&header, buffer, sizeof header);
  const std::uint32_t payload = bytes - layout.payload_offset();
  datagram.bytes = Bytes(buffer + layout.payload_offset(), payload);
  datagram.sent_bytes = header.payload_bytes > payload ? header.payload_bytes : payload;
  if (header.name_bytes <= layout.name_bytes) {
    datagram.peer = PeerAddress(buffer + DatagramLayout::name_offset, header.name_bytes);
  }
  const std::uint32_t stored =
      header.control_bytes < layout.control_bytes ? header.control_bytes : layout.control_bytes;
  // Mostly there are none: the kernel tells of drops only once there were some.
  if (stored == 0) return datagram;
  control = read_control(buffer + layout.control_offset(), stored);
  datagram.received_nanoseconds = control.received_nanoseconds;
  datagram.destination = control.destination;
  return datagram;
}

}  // namespace loom

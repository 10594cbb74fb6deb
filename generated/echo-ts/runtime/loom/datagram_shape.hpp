// The constants of a declared datagram fd, `udp` or `unixDatagram`, as the generator writes them
// into `fds.hpp`.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdint>
#include <ctime>

#include "datagram.hpp"
#include "shapes.hpp"

namespace loom {

/// The most datagrams that one recvmmsg(2) or one batch of sends takes.
inline constexpr std::uint32_t maximum_datagram_batch = 64;
/// The most groups that one fd joins.
inline constexpr std::uint32_t maximum_groups = 64;

/// What a datagram fd is.
enum class DatagramKind : std::uint8_t { udp, unix_datagram };

/// One multicast group: `groups[n]` of the config.
struct GroupShape {
  const char* address = "";    ///< 224.0.0.0/4 or ff00::/8, in numbers
  const char* interface = "";  ///< a name, or an address that it has; empty: the kernel's choice
  const char* source = "";     ///< only from this sender (RFC 4607); empty: from all
};

/// Socket options; 0 and false leave the kernel's default.
struct DatagramOptions {
  bool reuse_address = false;            ///< SO_REUSEADDR, socket(7)
  bool reuse_port = false;               ///< SO_REUSEPORT, socket(7)
  bool broadcast = false;                ///< SO_BROADCAST, socket(7)
  bool ipv6_only = false;                ///< IPV6_V6ONLY, ipv6(7)
  int receive_buffer_bytes = 0;          ///< SO_RCVBUF
  int send_buffer_bytes = 0;             ///< SO_SNDBUF
  int busy_poll_microseconds = 0;        ///< SO_BUSY_POLL
  int type_of_service = 0;               ///< IP_TOS or IPV6_TCLASS
  int mode = 0;                          ///< permission bits of a unix path
  bool multicast_loop = true;            ///< IP_MULTICAST_LOOP
  int multicast_hops = 1;                ///< IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS
  const char* multicast_interface = "";  ///< sends leave here; a name or an address
  const char* device = "";               ///< SO_BINDTODEVICE
};

/// One datagram fd: `fds.<name>` of the config.
struct DatagramShape {
  const char* name = "";
  std::uint16_t index = 0;  ///< program-wide number
  DatagramKind kind = DatagramKind::udp;
  const char* address = "";  ///< bound; empty: the kernel's choice
  const char* peer = "";     ///< connect(2); empty: none
  const GroupShape* groups = nullptr;
  std::uint32_t group_count = 0;
  std::uint32_t first_slot = 0;  ///< in the reactor's slot space
  std::uint32_t sockets = 1;     ///< more than 1 share their port by SO_REUSEPORT
  /// Operation numbers in the reactor's `Operation` enumeration.
  std::uint16_t receive_operation = 0;
  std::uint16_t send_operation = 0;
  std::uint16_t close_operation = 0;
  std::uint16_t cancel_operation = 0;
  std::uint16_t deadline_operation = 0;
  std::uint16_t buffer_group = 0;
  std::uint32_t receive_bytes = 2048;  ///< the longest datagram that is not truncated
  std::uint32_t receive_count = 64;    ///< buffers, 2^n
  bool js_sends = false;               ///< JavaScript sends behind what the handler sends
  std::uint32_t send_bytes = 2048;     ///< the longest datagram that is sent
  std::uint32_t send_count = 64;       ///< that wait to be sent, 2^n
  std::uint32_t batch = 32;            ///< datagrams in one system call
  bool timestamps = false;             ///< SO_TIMESTAMPNS
  bool drops = true;                   ///< SO_RXQ_OVFL
  bool destination = false;            ///< IP_PKTINFO, IPV6_RECVPKTINFO
  /// `multishot`, or `direct`: recvmmsg(2) is tried in every turn.
  ReceiveStrategy strategy = ReceiveStrategy::multishot;
  DatagramOptions options{};

  /// Whether the fd's addresses are IPv4 or IPv6.
  [[nodiscard]] constexpr bool is_udp() const noexcept { return kind == DatagramKind::udp; }

  /// What comes before the payload in each receive buffer.
  [[nodiscard]] constexpr DatagramLayout layout() const noexcept {
    constexpr std::uint32_t name_udp = (sizeof(sockaddr_in6) + 7U) & ~7U;
    constexpr std::uint32_t name_unix = (sizeof(sockaddr_un) + 7U) & ~7U;
    std::size_t control = 0;
    if (timestamps) control += CMSG_SPACE(sizeof(timespec));
    if (drops && is_udp()) control += CMSG_SPACE(sizeof(std::uint32_t));
    if (destination && is_udp()) control += CMSG_SPACE(sizeof(in6_pktinfo));
    return {is_udp() ? name_udp : name_unix, static_cast<std::uint32_t>(control)};
  }

  /// Bytes of a receive buffer.
  [[nodiscard]] constexpr std::uint32_t buffer_bytes() const noexcept {
    return layout().payload_offset() + receive_bytes;
  }
};

}  // namespace loom

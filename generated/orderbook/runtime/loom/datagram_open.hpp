// Datagram sockets at start: made, given their options, bound, joined to their groups, connected.
// Nothing here runs between a completion and its handler.
#pragma once

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "datagram_shape.hpp"
#include "error.hpp"
#include "peer_address.hpp"
#include "shortage.hpp"
#include "socket.hpp"
#include "system/platform.hpp"

namespace loom {

/// The index of the interface that `text` names or that has the address `text`; 0 for the empty
/// text, a negative errno when there is none or nobody can say. netdevice(7), getifaddrs(3).
inline int interface_index(const char* text) noexcept {
  if (text[0] == '\0') return 0;
  if (const unsigned index = if_nametoindex(text); index != 0) return static_cast<int>(index);
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0) return -errno;
  int index = -ENODEV;
  for (const ifaddrs* item = all; item != nullptr && index < 0; item = item->ifa_next) {
    if (item->ifa_addr == nullptr) continue;
    char host[INET6_ADDRSTRLEN] = {};
    if (item->ifa_addr->sa_family == AF_INET) {
      inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(item->ifa_addr)->sin_addr, host,
                sizeof host);
    } else if (item->ifa_addr->sa_family == AF_INET6) {
      inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(item->ifa_addr)->sin6_addr, host,
                sizeof host);
    }
    if (std::strcmp(host, text) == 0) index = static_cast<int>(if_nametoindex(item->ifa_name));
  }
  freeifaddrs(all);
  return index;
}

/// Puts an address without a port, `239.1.1.1` or `ff15::1`, into `storage`. False when it is none.
inline bool set_host(const char* text, sockaddr_storage& storage) noexcept {
  auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1) {
    storage.ss_family = AF_INET;
    return true;
  }
  if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1) return false;
  storage.ss_family = AF_INET6;
  return true;
}

/// Joins a group, from all senders or from one (RFC 3678, MCAST_JOIN_GROUP and
/// MCAST_JOIN_SOURCE_GROUP in ip(7)). @returns 0 or an errno.
inline int join_group(int fd, const GroupShape& group) noexcept {
  const int index = interface_index(group.interface);
  if (index < 0) return -index;
  group_source_req request{};
  request.gsr_interface = static_cast<std::uint32_t>(index);
  if (!set_host(group.address, request.gsr_group)) return EINVAL;
  const int level = request.gsr_group.ss_family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
  if (group.source[0] != '\0') {
    if (!set_host(group.source, request.gsr_source)) return EINVAL;
    return setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof request) == 0 ? 0
                                                                                         : errno;
  }
  group_req any{};
  any.gr_interface = request.gsr_interface;
  any.gr_group = request.gsr_group;
  return setsockopt(fd, level, MCAST_JOIN_GROUP, &any, sizeof any) == 0 ? 0 : errno;
}

/// Sets where multicast is sent and how far. @returns 0 or an errno.
inline int set_multicast_options(int fd, int family, const DatagramOptions& options) noexcept {
  const int index = interface_index(options.multicast_interface);
  if (index < 0) return -index;
  const int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
  const int loop = options.multicast_loop ? 1 : 0;
  int error = 0;
  const auto set = [&](int v4_name, int v6_name, const void* value, socklen_t size) {
    const int name = family == AF_INET ? v4_name : v6_name;
    if (error == 0 && setsockopt(fd, level, name, value, size) != 0) error = errno;
  };
  set(IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP, &loop, sizeof loop);
  set(IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS, &options.multicast_hops, sizeof loop);
  // Without this a socket also receives from groups that others of this machine joined, ip(7).
#if defined(__linux__)
  const int none = 0;
  set(IP_MULTICAST_ALL, IPV6_MULTICAST_ALL, &none, sizeof none);
#endif
  ip_mreqn interface {};
  interface.imr_ifindex = index;
  if (index != 0 && family == AF_INET) set(IP_MULTICAST_IF, 0, &interface, sizeof interface);
  if (index != 0 && family == AF_INET6) set(0, IPV6_MULTICAST_IF, &index, sizeof index);
  return error;
}

/// Sets the declared options before bind(2). @returns 0 or the errno of the first that the kernel
/// refused.
inline int set_datagram_options(int fd, int family, const DatagramShape& shape) noexcept {
  const DatagramOptions& options = shape.options;
  int error = 0;
  const auto set = [&](int level, int name, int value, bool wanted) {
    if (!wanted || error != 0) return;
    if (setsockopt(fd, level, name, &value, sizeof value) != 0) error = errno;
  };
  set(SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes, options.receive_buffer_bytes != 0);
  set(SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes, options.send_buffer_bytes != 0);
  set(SOL_SOCKET, SO_TIMESTAMPNS, 1, shape.timestamps);
  if (!shape.is_udp() || error != 0) return error;
  // Elsewhere nobody counts them.
  set(SOL_SOCKET, SO_RXQ_OVFL, 1, shape.drops && system::is_linux);
  set(SOL_SOCKET, SO_REUSEADDR, 1, options.reuse_address);
  set(SOL_SOCKET, SO_REUSEPORT, 1, options.reuse_port || shape.sockets > 1);
  set(SOL_SOCKET, SO_BROADCAST, 1, options.broadcast);
  set(SOL_SOCKET, SO_BUSY_POLL, options.busy_poll_microseconds,
      options.busy_poll_microseconds != 0);
  const bool v6 = family == AF_INET6;
  set(IPPROTO_IP, IP_TOS, options.type_of_service, !v6 && options.type_of_service != 0);
  set(IPPROTO_IPV6, IPV6_TCLASS, options.type_of_service, v6 && options.type_of_service != 0);
  set(IPPROTO_IPV6, IPV6_V6ONLY, options.ipv6_only ? 1 : 0, v6);
  set(IPPROTO_IP, IP_PKTINFO, 1, !v6 && shape.destination);
  set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, v6 && shape.destination);
  if (error == 0 && options.device[0] != '\0') {
    const auto size = static_cast<socklen_t>(std::strlen(options.device) + 1);
    if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, options.device, size) != 0) error = errno;
  }
  return error != 0 ? error : set_multicast_options(fd, family, options);
}

/// What opening a datagram fd needs and finds out.
struct DatagramAddresses {
  SocketAddress local;  ///< to bind; afterwards what was bound
  SocketAddress peer;   ///< to connect to; `bytes` is 0 for none
};

/// Resolves the two addresses of a datagram fd; either may be empty, and `@` is a unix name of the
/// kernel's choice (autobind, unix(7)).
inline StartError resolve_datagram(const DatagramShape& shape, const char* local, const char* peer,
                                   DatagramAddresses& addresses) noexcept {
  StreamShape wanted;
  wanted.name = shape.name;
  AddressList list;
  if (peer[0] != '\0') {
    wanted.kind = shape.is_udp() ? StreamKind::tcp : StreamKind::unix_client;
    if (StartError error = resolve_addresses(wanted, peer, list)) return error;
    addresses.peer = list.items[0];
  }
  const bool kernels_choice = local[0] == '\0' || std::strcmp(local, "@") == 0;
  if (!kernels_choice) {
    wanted.kind = shape.is_udp() ? StreamKind::tcp_server : StreamKind::unix_server;
    if (StartError error = resolve_addresses(wanted, local, list)) return error;
    addresses.local = list.items[0];
  } else if (!shape.is_udp()) {
    addresses.local.storage.ss_family = AF_UNIX;
    addresses.local.bytes = sizeof(sa_family_t);
  } else {
    const bool v6 = addresses.peer.storage.ss_family == AF_INET6;
    addresses.local.storage.ss_family = v6 ? AF_INET6 : AF_INET;
    addresses.local.bytes = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  }
  return {};
}

/// Makes one socket of a datagram fd: options, bind, groups, connect. Writes back the address that
/// was bound, so that the next socket of the fd binds the same.
inline StartError open_datagram(const DatagramShape& shape, DatagramAddresses& addresses,
                                int& fd) noexcept {
  char text[PeerAddress::longest_text];
  SocketAddress& local = addresses.local;
  const auto failed = [&](const char* code, const char* act, const char* what, int error,
                          const char* fix) {
    if (fd >= 0) ::close(fd);
    fd = -1;
    return StartError::make(code, shape.name, error, "fds.%s: cannot %s %s: %s. %s", shape.name,
                            act, what, std::strerror(error),
                            is_shortage_of_descriptors(error) ? shortage_fix(error) : fix);
  };
  format_address(local, text, sizeof text);
  const int family = local.storage.ss_family;
  fd = system::open_socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    return failed(start_code::cannot_open_datagram, "make a socket for", text, errno,
                  "Check the limits of this process.");
  }
  if (const int error = set_datagram_options(fd, family, shape); error != 0) {
    return failed(start_code::cannot_open_datagram, "set the options of", text, error,
                  "Check the options, the interface and the device of this fd.");
  }
  if (const int error = bind_patiently(fd, SOCK_DGRAM, local, address_in_use_patience_nanoseconds);
      error != 0) {
    return failed(start_code::cannot_open_datagram, "bind", text, error,
                  error == EADDRINUSE
                      ? "Another socket has it: stop that one, or set reuseAddress on both."
                      : "Choose an address of this machine, a port above 1023, or a path you may "
                        "write.");
  }
  local.bytes = sizeof local.storage;
  getsockname(fd, reinterpret_cast<sockaddr*>(&local.storage), &local.bytes);
  if (const char* path = path_of(local); path != nullptr && shape.options.mode != 0) {
    if (::chmod(path, static_cast<mode_t>(shape.options.mode)) != 0) {
      return failed(start_code::cannot_open_datagram, "set the mode of", text, errno,
                    "Choose a path whose folder is yours.");
    }
  }
  for (std::uint32_t n = 0; n < shape.group_count; ++n) {
    const int error = join_group(fd, shape.groups[n]);
    if (error == 0) continue;
    return failed(start_code::cannot_join, "join the group", shape.groups[n].address, error,
                  error == ENOBUFS ? "Raise net.ipv4.igmp_max_memberships."
                                   : "Check that the interface exists and has a route for it.");
  }
  if (addresses.peer.bytes == 0) return {};
  if (::connect(fd, addresses.peer.name(), addresses.peer.bytes) != 0) {
    const int error = errno;
    format_address(addresses.peer, text, sizeof text);
    return failed(start_code::cannot_open_datagram, "connect to", text, error,
                  "Start the other side first, or check the address.");
  }
  return {};
}

}  // namespace loom

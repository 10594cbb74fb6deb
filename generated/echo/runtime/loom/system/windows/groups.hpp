// Options of multicast in the form that Linux has them, for Winsock: of the calls of RFC 3678 it is
// the older ones that every Windows and wine have, which name an interface by an address of it.
#pragma once

#if defined(_WIN32)

#include "interfaces.hpp"

/// Where multicast goes, ip(7).
struct ip_mreqn {
  in_addr imr_multiaddr;
  in_addr imr_address;
  int imr_ifindex;
};

namespace loom::system::windows {

/// An IPv4 address of the interface; that of none for 0 and for one that has none.
inline in_addr address_of_interface(unsigned index) noexcept {
  in_addr found{};
  if (index == 0) return found;
  each_interface_address(AF_INET, [&](const sockaddr& address, std::size_t, unsigned place) {
    if (place == index) found = reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  });
  return found;
}

/// Whether set_group_option() is for this option.
constexpr bool is_about_groups(int level, int name) noexcept {
  if (level == IPPROTO_IPV6) return name == MCAST_JOIN_GROUP;
  return level == IPPROTO_IP &&
         (name == MCAST_JOIN_GROUP || name == MCAST_JOIN_SOURCE_GROUP || name == IP_MULTICAST_IF);
}

/// Sets an option whose value is what Winsock takes. @returns 0, or -1 with errno.
template <class Value>
int set_as(SOCKET socket, int level, int name, const Value& value) noexcept {
  const auto* chars = reinterpret_cast<const char*>(&value);
  return ::setsockopt(socket, level, name, chars, sizeof value) == 0 ? 0 : failed_socket();
}

/// MCAST_JOIN_GROUP and MCAST_JOIN_SOURCE_GROUP of IPv4, the former of IPv6, and IP_MULTICAST_IF
/// with an ip_mreqn. @returns 0, or -1 with errno.
inline int set_group_option(SOCKET socket, int level, int name, const void* value) noexcept {
  if (name == IP_MULTICAST_IF) {
    const int index = static_cast<const ip_mreqn*>(value)->imr_ifindex;
    return set_as(socket, level, name, address_of_interface(static_cast<unsigned>(index)));
  }
  const auto v4 = [](const sockaddr_storage& address) {
    return reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  };
  if (name == MCAST_JOIN_SOURCE_GROUP) {
    const auto& from_one = *static_cast<const group_source_req*>(value);
    ip_mreq_source request{};
    request.imr_multiaddr = v4(from_one.gsr_group);
    request.imr_sourceaddr = v4(from_one.gsr_source);
    request.imr_interface = address_of_interface(from_one.gsr_interface);
    return set_as(socket, level, IP_ADD_SOURCE_MEMBERSHIP, request);
  }
  const auto& from_all = *static_cast<const group_req*>(value);
  if (level == IPPROTO_IPV6) {
    ipv6_mreq request{};
    request.ipv6mr_multiaddr = reinterpret_cast<const sockaddr_in6&>(from_all.gr_group).sin6_addr;
    request.ipv6mr_interface = from_all.gr_interface;
    return set_as(socket, level, IPV6_ADD_MEMBERSHIP, request);
  }
  ip_mreq request{};
  request.imr_multiaddr = v4(from_all.gr_group);
  request.imr_interface = address_of_interface(from_all.gr_interface);
  return set_as(socket, level, IP_ADD_MEMBERSHIP, request);
}

}  // namespace loom::system::windows

#endif

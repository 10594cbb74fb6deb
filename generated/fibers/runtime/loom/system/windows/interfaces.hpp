// Network interfaces by the calls of getifaddrs(3), from Windows' table of addresses; it has
// if_nametoindex(3) itself, for names such as `ethernet_32769`.
#pragma once

#if defined(_WIN32)

#include "winsock.hpp"

#include <iphlpapi.h>
#undef interface  // a word of COM, and a name of ours

#include <cstddef>
#include <cstdlib>
#include <cstring>

/// One address of one interface, as in <ifaddrs.h>.
struct ifaddrs {
  ifaddrs* ifa_next;
  const char* ifa_name;  ///< what if_nametoindex() knows
  sockaddr* ifa_addr;
};

namespace loom::system::windows {

/// An address and what it points at.
struct InterfaceAddress {
  ifaddrs entry;
  char name[IF_MAX_STRING_SIZE + 1];
  sockaddr_storage address;
};

/// Calls `visit(address, its bytes, the interface's index)` for each unicast address of the family,
/// AF_UNSPEC being both. @returns 0 or an errno.
template <class Visit>
int each_interface_address(ULONG family, Visit&& visit) noexcept {
  constexpr ULONG flags =
      GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
  ULONG bytes = 1U << 16U;
  void* memory = nullptr;
  ULONG result = ERROR_BUFFER_OVERFLOW;
  // The table may grow between two calls.
  for (int attempt = 0; attempt < 3 && result == ERROR_BUFFER_OVERFLOW; ++attempt) {
    std::free(memory);
    memory = std::malloc(bytes);
    if (memory == nullptr) return ENOMEM;
    result = GetAdaptersAddresses(family, flags, nullptr,
                                  static_cast<IP_ADAPTER_ADDRESSES*>(memory), &bytes);
  }
  if (result == NO_ERROR) {
    for (auto* one = static_cast<const IP_ADAPTER_ADDRESSES*>(memory); one != nullptr;
         one = one->Next) {
      for (auto* each = one->FirstUnicastAddress; each != nullptr; each = each->Next) {
        const SOCKET_ADDRESS& address = each->Address;
        const bool is_v6 = address.lpSockaddr->sa_family == AF_INET6;
        visit(*address.lpSockaddr, static_cast<std::size_t>(address.iSockaddrLength),
              is_v6 ? one->Ipv6IfIndex : one->IfIndex);
      }
    }
  }
  std::free(memory);
  return result == NO_ERROR || result == ERROR_NO_DATA ? 0 : errno_of(result);
}

}  // namespace loom::system::windows

/// getifaddrs(3). @returns -1 with errno when there is no memory or no table.
inline int getifaddrs(ifaddrs** list) noexcept {
  using namespace loom::system::windows;
  *list = nullptr;
  bool is_short = false;
  const int error = each_interface_address(
      AF_UNSPEC, [&](const sockaddr& address, std::size_t bytes, unsigned index) {
        auto* item = static_cast<InterfaceAddress*>(std::calloc(1, sizeof(InterfaceAddress)));
        is_short = is_short || item == nullptr;
        if (item == nullptr || bytes > sizeof item->address) return std::free(item);
        std::memcpy(&item->address, &address, bytes);
        if_indextoname(index, item->name);
        item->entry = {*list, item->name, reinterpret_cast<sockaddr*>(&item->address)};
        *list = &item->entry;
      });
  if (error == 0 && !is_short) return 0;
  return errno = error != 0 ? error : ENOMEM, -1;
}

/// Frees what getifaddrs() gave.
inline void freeifaddrs(ifaddrs* list) noexcept {
  while (list != nullptr) {
    ifaddrs* next = list->ifa_next;
    std::free(list);  // an InterfaceAddress begins with it
    list = next;
  }
}

#endif

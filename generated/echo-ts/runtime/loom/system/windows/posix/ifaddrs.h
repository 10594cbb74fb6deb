// <ifaddrs.h> on Windows: no interface is known by name.
#pragma once
#pragma GCC system_header

#include "../sockets.hpp"

struct ifaddrs {
  ifaddrs* ifa_next;
  const char* ifa_name;
  sockaddr* ifa_addr;
};
inline int getifaddrs(ifaddrs**) noexcept { return loom::system::windows::no_such_call(); }
inline void freeifaddrs(ifaddrs*) noexcept {}

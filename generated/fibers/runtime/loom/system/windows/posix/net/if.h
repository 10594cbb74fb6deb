// <net/if.h> on Windows: no interface is known by name.
#pragma once
#pragma GCC system_header

inline unsigned if_nametoindex(const char*) noexcept { return 0; }

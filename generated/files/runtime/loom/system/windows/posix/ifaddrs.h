// <ifaddrs.h> on Windows.
#pragma once
#pragma GCC system_header

#include "../interfaces.hpp"

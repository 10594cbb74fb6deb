// <sys/mman.h> on Windows.
#pragma once
#pragma GCC system_header

#include "../../memory.hpp"

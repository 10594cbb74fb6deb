// MinGW's <io.h>, after close() was given the name under which descriptors.hpp has it.
#pragma once
#pragma GCC system_header

extern "C" int __cdecl close(int fd) __asm__("loom_close_descriptor");
#include_next <io.h>

// MinGW's <sys/stat.h>, and what it lacks: there are no links and no sockets among files.
#pragma once
#pragma GCC system_header

#include_next <sys/stat.h>

#include "../../files.hpp"

#define S_ISSOCK(mode) false
inline int lstat(const char* path, struct stat* status) noexcept { return ::stat(path, status); }

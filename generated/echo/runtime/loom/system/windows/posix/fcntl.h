// MinGW's <fcntl.h>, and what it lacks.
#pragma once
#pragma GCC system_header

#include_next <fcntl.h>

#include "../files.hpp"

// MinGW's <unistd.h>, and what it lacks.
#pragma once
#pragma GCC system_header

#include <io.h>
#include_next <unistd.h>
#undef ftruncate  // ftruncate64, which would rename a request of ours

#include "../files.hpp"

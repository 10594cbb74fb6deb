// MinGW's <signal.h>, and what it lacks.
#pragma once
#pragma GCC system_header

#include_next <signal.h>

#include "../signals.hpp"

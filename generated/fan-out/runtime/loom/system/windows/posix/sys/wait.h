// <sys/wait.h> on Windows.
#pragma once
#pragma GCC system_header

#include <signal.h>

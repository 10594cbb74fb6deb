// <sys/socket.h> on Windows.
#pragma once
#pragma GCC system_header

#include "../../sockets.hpp"

// What straight-line code has at hand, in one header.
#pragma once

#include "await.hpp"
#include "baton.hpp"
#include "channel.hpp"
#include "channels.hpp"
#include "files.hpp"
#include "local.hpp"
#include "mutex.hpp"
#include "net.hpp"
#include "offload.hpp"
#include "scope.hpp"
#include "semaphore.hpp"
#include "this_fiber.hpp"
#include "when.hpp"

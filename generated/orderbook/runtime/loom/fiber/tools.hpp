// What straight-line code has at hand, in one header.
#pragma once

#include "baton.hpp"
#include "channel.hpp"
#include "mutex.hpp"
#include "semaphore.hpp"
#include "this_fiber.hpp"

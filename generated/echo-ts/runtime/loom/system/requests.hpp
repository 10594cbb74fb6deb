// What a handler can ask the system for: every builder of a Request, and perform() for code that
// may block.
#pragma once

#include "files.hpp"    // IWYU pragma: export
#include "paths.hpp"    // IWYU pragma: export
#include "perform.hpp"  // IWYU pragma: export
#include "request.hpp"  // IWYU pragma: export
#include "ring.hpp"     // IWYU pragma: export
#include "sockets.hpp"  // IWYU pragma: export
#include "waits.hpp"    // IWYU pragma: export

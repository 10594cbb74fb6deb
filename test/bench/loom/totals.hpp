// What the handlers of our own servers count, for the main function to print.
#pragma once

#include "../../../templates/load/tally.hpp"

namespace bench {

/// Written by the reactor's thread, read once that has ended.
inline Tally totals;

}  // namespace bench

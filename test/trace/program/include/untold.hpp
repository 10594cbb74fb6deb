// Included by both of the others, by different ways: compiled once all the same.
#pragma once

namespace untold {
inline int answer() { return 42; }
}  // namespace untold

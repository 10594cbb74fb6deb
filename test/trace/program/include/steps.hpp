// Functions that a handler calls: ones that wait, throw and return early, with zones around them.
#pragma once

#include <loom/fiber/tools.hpp>
#include <stdexcept>

#include "untold.hpp"

namespace steps {

inline constexpr std::uint64_t nap_nanoseconds = 200'000;

struct Depth {
  static inline int now = 0;
  Depth() { now += 1; }
  ~Depth() { now -= 1; }
};

/// Waits inside of two zones.
inline void nap(int more) {
  const Depth depth;
  if (!loom::sleep(nap_nanoseconds)) return;
  if (more > 0) nap(more - 1);
}

/// Throws through two zones, after a wait.
inline int risky(bool throws) {
  nap(1);
  if (throws) throw std::runtime_error("as asked");
  return untold::answer();
}

/// Leaves in the middle.
inline bool early(bool leaves) {
  if (leaves) return true;
  nap(0);
  return false;
}

inline int quiet() { return 1; }

}  // namespace steps

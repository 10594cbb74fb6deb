// Assertions on the program's own mistakes, never on what a kernel or a peer may answer.
// They stand in pairs across a boundary: the caller's promise and the callee's check. In a
// release build they cost nothing.
#pragma once

#include <cstdio>
#include <cstdlib>

#ifdef NDEBUG
#define LOOM_ASSERT(condition, sentence) static_cast<void>(sizeof(condition))
#else
/// Ends the process with `sentence` when `condition` does not hold (debug builds only).
#define LOOM_ASSERT(condition, sentence)                                                        \
  do {                                                                                          \
    if (!(condition)) {                                                                         \
      std::fprintf(stderr, "loom: %s:%d: %s (%s)\n", __FILE__, __LINE__, sentence, #condition); \
      std::abort();                                                                             \
    }                                                                                           \
  } while (false)
#endif

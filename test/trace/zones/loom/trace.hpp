// LOOM_ZONE as the corpus is compiled with it: zones that have to close in the opposite order, are
// counted by name, and are told on stderr when the program ends.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

namespace loom::trace {

/// What was opened so far, and what is open.
struct Record {
  std::map<std::string, int> opened;
  const void* innermost = nullptr;
  ~Record() {
    for (const auto& [name, count] : opened) std::fprintf(stderr, "%d %s\n", count, name.c_str());
    if (innermost != nullptr) std::fprintf(stderr, "a zone stayed open\n");
  }
};

/// The program's record; values of namespaces are initialised in zones before main() too.
inline Record& record() {
  static Record only;
  return only;
}

/// A zone from its construction to the end of its scope.
struct Zone {
  const void* outer = record().innermost;
  explicit Zone(const char* name) {
    ++record().opened[name];
    record().innermost = this;
  }
  ~Zone() {
    if (record().innermost != this) std::abort();
    record().innermost = outer;
  }
};

}  // namespace loom::trace

#define LOOM_ZONE_JOIN_AGAIN(first, second) first##second
#define LOOM_ZONE_JOIN(first, second) LOOM_ZONE_JOIN_AGAIN(first, second)
#define LOOM_ZONE(name, colour)                                                \
  static constexpr unsigned LOOM_ZONE_JOIN(loom_colour_, __LINE__) = (colour); \
  const ::loom::trace::Zone LOOM_ZONE_JOIN(loom_zone_, __LINE__)(              \
      LOOM_ZONE_JOIN(loom_colour_, __LINE__) < 0x1000000 ? (name) : "a wrong colour")

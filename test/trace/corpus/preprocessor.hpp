// What the preprocessor makes of functions: branches, bodies across branches, macros that define
// them, take them, or stand before them.
#pragma once

#include <cstdio>
#include <cstring>

#define CORPUS_API
#define CORPUS_INLINE inline
#define CORPUS_FUNCTION(name, value) \
  inline int name() { return value; }
#define CORPUS_CONSTEXPR constexpr
#define CORPUS_TEXT(...) #__VA_ARGS__
#define CORPUS_CALL(function) ((function)())
#define CORPUS_CASE(name) inline int case_##name()
#define CORPUS_EACH(name, count) for (int name = 0; name < (count); ++name)
#define CORPUS_NAMESPACE_BEGIN namespace corpus::preprocessor {
#define CORPUS_NAMESPACE_END }
#define CORPUS_WIDE 0

CORPUS_NAMESPACE_BEGIN

CORPUS_FUNCTION(four, 4)

CORPUS_CASE(one) { return 1; }

CORPUS_CONSTEXPR int constant() { return 5; }
static_assert(constant() == 5);

CORPUS_API CORPUS_INLINE int exported(int value) { return value + 1; }

class CORPUS_API Shared {
 public:
  Shared() : value_(2) {}
  CORPUS_API int value() const { return value_; }

 private:
  int value_;
};

#if CORPUS_WIDE
inline long width() { return 64; }
#else
inline int width() { return 32; }
#endif

#if CORPUS_WIDE
inline int split(long value) {
#else
inline int split(int value) {
#endif
  return static_cast<int>(value) * 2;
}

inline int inside(int value) {
#ifdef CORPUS_WIDE
  if (value > 2) {
    return 2;
  }
#endif
#if CORPUS_WIDE
  return value;
#elif defined(CORPUS_OTHER)
  return -value;
#else
  const auto plus = [](int given) { return given + 1; };
  return plus(value);
#endif
}

inline int dangling(int value) {
#if CORPUS_WIDE
  if (value == 1) {
#else
  if (value == 2) {
#endif
    return 20;
  }
  return 30;
}

inline int each() {
  int sum = 0;
  CORPUS_EACH(value, 4) { sum += value; }
  CORPUS_EACH(value, 2) sum += [&] { return value; }();
  return sum;
}

inline const char* stringified() { return CORPUS_TEXT([] { return 1; }); }

inline int handed_on() { return CORPUS_CALL([] { return 13; }); }

inline const char* name_of() { return __func__; }
inline int line_of() { return __LINE__; }
inline int lines_of() {
  return
      __LINE__;
}
inline const char* file_of() { return __FILE__; }

inline void run() {
  std::printf("%d %d %d %d\n", four(), case_one(), constant(), exported(1));
  std::printf("%d %d %d\n", Shared{}.value(), static_cast<int>(width()), split(4));
  std::printf("%d %d %d %d\n", inside(1), inside(5), dangling(1), dangling(2));
  std::printf("%d %s %d\n", each(), stringified(), handed_on());
  std::printf("%s %d %d\n", name_of(), line_of(), lines_of());
  const char* const slash = std::strrchr(file_of(), '/');
  std::printf("%s\n", slash == nullptr ? file_of() : slash + 1);
}

CORPUS_NAMESPACE_END

// Free functions in every dress: attributes, exception specifications, return types, brace styles,
// scopes, literals, labels, texts in other alphabets.
#pragma once

#include <cmath>
#include <cstdarg>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace corpus {
namespace syntax { namespace {

int hidden(int value) { return value + 1; }

}  // namespace
inline namespace v2 {
namespace a::b::inline c {
inline int deep() noexcept { return 3; }
}  // namespace a::b::inline c
}  // namespace v2

extern "C" inline int corpus_c_function(int value) { return value * 2; }
extern "C" {
inline int corpus_c_block(void)
{
  return 8;
}
}

[[nodiscard]] inline int attributed(int value) { return value; }
[[gnu::noinline, gnu::cold]] inline int cold [[maybe_unused]] (int value) { return value - 1; }
__attribute__((noinline)) inline int gnu_style(int value) { return value + 2; }
[[noreturn]] inline void fails() { throw std::logic_error("always"); }
inline int specified(int value) noexcept(sizeof(int) == 4) { return value; }
inline auto trailing(int value) -> std::vector<std::vector<int>> { return {{value}}; }
inline auto deduced(int value) { return value * 1.5; }
inline decltype(auto) forwarded(int& value) { return (value); }
inline int (*pointer_to(int (*function)(int)))(int) { return function; }
inline int (&array_of(int (&values)[3]))[3] { return values; }
inline unsigned long long int many_words(unsigned value) { return value; }
inline const char* const* const_all_over(const char* const* const text) { return text; }
struct Pair { int one, other; };
inline struct Pair pair_of(int value) { return {value, value}; }
enum class Side { buy, sell };
inline enum Side side_of(bool is_buy) { return is_buy ? Side::buy : Side::sell; }
static inline int ordered_words(int value) { return value; }
int inline static disordered_words(int value) { return value + 4; }
inline void nothing() {}
inline void nothing_at_all() { }
inline int one_line(int value) { if (value) return 1; else return 2; }

inline int
allman
(
  int value
)
{
  if (value > 1)
  {
    return 1;
  }
  return 0;
}

inline int gnu_braces (int value)
  {
    return value; }

inline int comment_before_brace(int value)  // { not this one
{                                           // but this }
  /* { */ return value; /* } */
}

inline int comment_in_brace(int value) /* } */ {/* { */ return value + 1; }

inline int tight(int value){return value;}

inline long long operator""_ticks(unsigned long long value) {
  return static_cast<long long>(value) * 100; }
inline std::size_t operator"" _length(const char*, std::size_t length) { return length; }

inline const char* raw() { return R"x(} { LOOM )" int f() { return 1; } )x"; }
inline const char* multi_raw() {
  return R"(first {
second }
)";
}
inline const char* quotes() { return "\"{\\" "}'"; }
inline char character() { return '{'; }
inline int separated() { return 1'000'000; }
inline const char* unicode() { return "größer {→} 𝄞"; }
inline int größe() { return 5; }
inline const char8_t* utf8_literal() { return u8"é{"; }

inline int labels(int value) {
again:
  if (value > 10) { value -= 10; goto again; }
  return value;
}

inline int nested_blocks(int value) {
  { { { value += 1; } } }
  do { value += 1; } while (value < 5);
  for (;;) { if (++value > 9) break; }
  return value;
}

inline int switched(int value) {
  switch (value) { case 1: { return 10; } case 2: return 20; default: return 30; }
}

inline int with_variadic(int count, ...) {
  std::va_list list;
  va_start(list, count);
  int sum = 0;
  while (count-- > 0) sum += va_arg(list, int);
  va_end(list);
  return sum;
}

inline int recursive(int n) { return n <= 1 ? 1 : n * recursive(n - 1); }

inline int nested_try(int value) {
  try {
    try {
      if (value == 0) fails();
      return value;
    } catch (const std::runtime_error&) {
      return -1;
    }
  } catch (...) {
    return -2;
  }
}

inline int structured() {
  const auto [one, other] = pair_of(3);
  if (const int sum = one + other; sum > 5) return sum;
  return 0;
}

constexpr int constant(int n) { return n < 2 ? n : constant(n - 1) + constant(n - 2); }
consteval int immediate(int n) { return n + 1; }
inline constexpr int fixed = constant(10) + immediate(1);
inline int default_parameters(int value = constant(5), std::string text = std::string("{")) {
  return value + static_cast<int>(text.size());
}
inline std::unique_ptr<int[]> pointers(std::size_t count) { return std::make_unique<int[]>(count); }
inline bool shifts(int a, int b) { return a < b && (a >> 1) > (b << 1); }
inline auto brace_initialised() -> std::string { return std::string{'{', '}'}; }

inline void run() {
  int values[3] = {1, 2, 3};
  std::printf("%d %d %d %d\n", hidden(1), a::b::deep(), corpus_c_function(3), corpus_c_block());
  std::printf("%d %d %d %d\n", attributed(1), cold(1), gnu_style(1), specified(1));
  std::printf("%zu %g %d %d %d\n", trailing(1).size(), deduced(2), forwarded(values[1]),
              pointer_to(hidden)(4), array_of(values)[2]);
  std::printf("%llu %d %d %d\n", many_words(4), pair_of(2).one, static_cast<int>(side_of(false)),
              const_all_over(nullptr) == nullptr);
  nothing();
  nothing_at_all();
  std::printf("%d %d %d %d %d\n", ordered_words(1), disordered_words(1), one_line(0), allman(2),
              gnu_braces(6));
  std::printf("%d %d %d\n", comment_before_brace(1), comment_in_brace(1), tight(1));
  std::printf("%lld %zu %s %s %s %c\n", 3_ticks, "four"_length, raw(), multi_raw(), quotes(),
              character());
  std::printf("%d %s %d %d\n", separated(), unicode(), größe(), utf8_literal()[2] == u8'{');
  std::printf("%d %d %d %d\n", labels(35), nested_blocks(1), switched(1), switched(7));
  std::printf("%d %d %d %d\n", with_variadic(3, 1, 2, 3), recursive(5), nested_try(0),
              nested_try(4));
  std::printf("%d %d %d %d\n", structured(), fixed, default_parameters(), shifts(1, 2));
  std::printf("%d %s\n", pointers(2)[0], brace_initialised().c_str());
}

} }  // namespace corpus::syntax

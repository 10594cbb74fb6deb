// Lambdas wherever an expression may be: called, stored, handed on, nested, generic, recursive,
// mutable, constant, in defaults, conditions and initialisers; and in coroutines.
#pragma once

#include <algorithm>
#include <array>
#include <coroutine>
#include <cstdio>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

namespace corpus::lambdas {

/// A coroutine that counts.
struct Numbers {
  struct promise_type {
    int current = 0;
    Numbers get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(int value) { current = value; return {}; }
    void return_void() {}
    void unhandled_exception() { throw; }
  };
  std::coroutine_handle<promise_type> handle;
  bool next() { handle.resume(); return !handle.done(); }
  ~Numbers() { if (handle) handle.destroy(); }
  Numbers(std::coroutine_handle<promise_type> given) : handle(given) {}
  Numbers(Numbers&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
};

inline Numbers numbers(int limit) {
  const auto twice = [](int value) { return value * 2; };
  for (int value = 0; value < limit; ++value) co_yield twice(value);
}

struct Ready {
  bool await_ready() const noexcept { return true; }
  void await_suspend(std::coroutine_handle<>) const noexcept {}
  int await_resume() const noexcept { return 11; }
};

inline Numbers awaits() {
  const int value = co_await Ready{};
  co_yield value;
  co_return;
}

inline auto maker = [](int base) { return [base](int more) { return base + more; }; };
inline constexpr auto constant = [](int value) { return value * 3; };
inline auto used_as_constant = [](int value) { return value + 1; };
static_assert(constant(2) == 6);
static_assert(used_as_constant(1) == 2);
static_assert([] { return true; }());

inline const std::array<int (*)(int), 2> table = {[](int value) { return -value; },
                                                  [](int value) { return value * 10; }};

struct Holder {
  std::function<int(int)> change = [](int value) { return value - 1; };
  std::array<int, [] { return 3; }()> sized{};
  int run(int value) {
    return [this, value]() mutable -> int { value += 1; return change(value); }();
  }
};

inline int with_default(int value, int (*change)(int) = [](int given) { return given * given; }) {
  return change(value);
}

inline int loop(const std::vector<int>& values) {
  int total = 0;
  for (const int value : [&] { return values; }()) total += value;
  while ([&] { return total > 100; }()) total -= 7;
  if (const auto big = [=] { return total > 50; }; big()) total = 50;
  switch ([&]() noexcept { return total % 3; }()) {
    case 0: return [&] { return total; }();
    case 1: { auto inner = [&]() -> int { return total + 1; }; return inner(); }
    default: break;
  }
  return -1;
}

inline int throwing(int value) {
  const auto check = [](int given) {
    if (given > 3) throw std::runtime_error("too large");
    return given;
  };
  try {
    return check(value);
  } catch (const std::runtime_error& error) {
    return [&error] { return error.what()[0] == 't' ? -3 : -4; }();
  }
}

inline void run() {
  Numbers counted = numbers(3);
  while (counted.next()) std::printf("%d ", counted.handle.promise().current);
  Numbers awaited = awaits();
  std::printf("%d %d\n", awaited.next(), awaited.handle.promise().current);
  std::printf("%d %d %d\n", maker(3)(4), constant(5), table[1](table[0](2)));
  std::printf("%d %d\n", Holder{}.run(5), with_default(6));
  std::vector<int> values{5, 3, 9, 1};
  std::sort(values.begin(), values.end(), [](int one, int other) { return one > other; });
  const auto factorial = [](auto&& self, int n) -> int {
    return n < 2 ? 1 : n * self(self, n - 1); };
  std::printf("%d %d %d\n", values[0], factorial(factorial, 5), loop(values));
  const auto generic = []<typename T>(T one, auto... more) { return (one + ... + more); };
  std::printf("%d %g\n", generic(1, 2, 3), generic(0.5, 1));
  std::printf("%d %d\n", throwing(2), throwing(9));
  int calls = 0;
  auto counter = [calls]() mutable { return ++calls; };
  counter();
  std::printf("%d %d %d\n", counter(), calls, []() consteval { return 12; }());
  const auto moved = [owned = std::vector<int>{1, 2}, &calls]() {
    calls += 5; return owned.size(); };
  std::printf("%zu %d\n", moved(), calls);
  const int total = std::accumulate(values.begin(), values.end(), 0,
                                    [depth = 1](int sum, int value) {
                                      return sum + [&] { return value * depth; }();
                                    });
  std::printf("%d %d\n", total, (+[](int a, int b) { return a - b; })(9, 4));
}

}  // namespace corpus::lambdas

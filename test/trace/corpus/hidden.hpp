// Suspensions that only the preprocessor shows, or that stand where a transform may err: functions
// that hide one have no zone, the others have theirs and do the same as without it.
#pragma once

#include <array>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>

#include "coroutines.hpp"

namespace corpus::hidden {

using coroutines::Later;
using coroutines::Task;
using coroutines::Turn;

#define AWAIT(what) co_await (what)
#define TWICE(what) AWAIT(what) + AWAIT(what)
#define REPEAT(count) for (int round = 0; round < (count); ++round)
#define foreach_of(list) for (int each : list)
#define verify_that(what) if (!(what)) throw std::runtime_error(#what)
#define RUNS(result) [=]() -> Task<int> { co_await Turn{}; co_return (result); }

inline Task<int> repeats(int count) {
  int sum = 0;
  REPEAT(count) { sum += co_await Later(round + 1); }
  const std::array<int, 3> list{1, 2, 3};
  foreach_of(list) { sum += co_await Later(each); }
  co_return sum;
}

inline Task<int> awaits(int value) {
  int sum = AWAIT(Later(value));
  sum += TWICE(Later(value + 1));
  co_return sum;
}

struct Lent {
  int* place;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    coroutines::loop.waiting.push_back(handle);
  }
  int& await_resume() const noexcept { return *place; }
};

inline Task<int> constructs(int value) {
  Lent lent{&value};
  int& reference(co_await lent);
  reference += 1;
  co_return value;
}

inline Task<int> captures(int value) {
  auto one = [got = co_await Later(value)] { return got; };
  auto other = [got = co_await Later(one())](int more) -> Task<int> {
    co_await Turn{};
    co_return got + more;
  };
  co_return co_await other(one());
}

/// Its comma is not the language's.
struct Row {
  int value = 0;
  template <typename Left>
  friend Row operator,(Left&&, Row row) {
    return Row{row.value + 100};
  }
};
struct LaterRow {
  int value;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const {
    coroutines::loop.waiting.push_back(handle);
  }
  Row await_resume() const noexcept { return {value}; }
};

inline Task<int> rows(int value) {
  Row row = co_await LaterRow{value};
  co_return row.value;
}

inline Task<int> says(int value) {
  try {
    verify_that(co_await Later(value) == 4);
  } catch (const std::runtime_error& error) {
    std::puts(error.what());
  }
  auto run = RUNS(value);
  co_return co_await run();
}

inline int constants(int value) {
  auto twice = [](int given) { return given * 2; };
  auto size = [](int given) { return given + 1; };
  auto bound = [](int given) { return given + 2; };
  std::array<int, size(3)> fixed{};
  int plain[bound(1)] = {1, 2, 3};
  enum Kind { first = 7, second };
  switch (value) {
    case twice(2): return first;
    default: return plain[1] + static_cast<int>(fixed.size()) + twice(value) + second;
  }
}

inline Task<int> island(int limit) {
  int sum = 0;
#ifdef CORPUS_FAST
  while (sum < limit) {
#else
  while (sum < co_await Later(limit)) {
#endif
    sum += 1;
  }
  co_return sum;
}

inline void run() {
  Task<int> tasks[] = {island(6), island(3), repeats(3), repeats(2), awaits(3), awaits(4),
                       constructs(1), captures(2), captures(3), rows(3), says(3), says(4)};
  for (auto& task : tasks) task.start();
  coroutines::loop.run();
  for (auto& task : tasks) std::printf("%d ", task.get());
  std::printf("%d %d\n", constants(4), constants(5));
}

}  // namespace corpus::hidden

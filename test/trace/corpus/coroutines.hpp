// Coroutines: generators and tasks that are resumed in turns, so that a zone which stayed open
// while its coroutine was suspended would not close last; in conditions, arguments, initialisers,
// loops and lambdas, with exceptions, and destroyed in the middle.
#pragma once

#include <coroutine>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace corpus::coroutines {

/// What is asked for one value after the other.
template <typename T>
struct Generator {
  struct promise_type {
    T current{};
    std::exception_ptr failure;
    Generator get_return_object() { return Generator(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    std::suspend_always yield_value(T value) { current = std::move(value); return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { failure = std::current_exception(); }
  };
  using Handle = std::coroutine_handle<promise_type>;
  explicit Generator(Handle given) : handle(given) {}
  Generator(Generator&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  ~Generator() { if (handle) handle.destroy(); }
  bool next() {
    handle.resume();
    if (handle.promise().failure) std::rethrow_exception(handle.promise().failure);
    return !handle.done();
  }
  T& value() { return handle.promise().current; }
  Handle handle;
};

/// Suspends, hands its number to the loop, and gives it back when that goes on.
struct Loop {
  std::vector<std::coroutine_handle<>> waiting;
  void run() {
    while (!waiting.empty()) {
      auto batch = std::exchange(waiting, {});
      for (auto handle : batch) handle.resume();
    }
  }
};
inline Loop loop;

struct Later {
  int value = 0;
  bool throws = false;
  Later(int given, bool fails = false) : value(given), throws(fails) {}
  Later(const Later&) = delete;
  bool await_ready() const noexcept { return value % 5 == 0; }
  void await_suspend(std::coroutine_handle<> handle) const { loop.waiting.push_back(handle); }
  int await_resume() const {
    if (throws) throw std::runtime_error("later");
    return value;
  }
};

struct Turn {
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) const { loop.waiting.push_back(handle); }
  void await_resume() const noexcept {}
};

/// A task that another awaits, with symmetric transfer.
template <typename T>
struct Task {
  struct promise_type {
    T result{};
    std::exception_ptr failure;
    std::coroutine_handle<> next = std::noop_coroutine();
    Task get_return_object() { return Task(Handle::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct Over {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(Handle handle) noexcept {
          return handle.promise().next;
        }
        void await_resume() noexcept {}
      };
      return Over{};
    }
    void return_value(T value) { result = std::move(value); }
    void unhandled_exception() noexcept { failure = std::current_exception(); }
  };
  using Handle = std::coroutine_handle<promise_type>;
  explicit Task(Handle given) : handle(given) {}
  Task(Task&& other) noexcept : handle(std::exchange(other.handle, nullptr)) {}
  ~Task() { if (handle) handle.destroy(); }
  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> next) noexcept {
        handle.promise().next = next;
        return handle;
      }
      T await_resume() {
        if (handle.promise().failure) std::rethrow_exception(handle.promise().failure);
        return std::move(handle.promise().result);
      }
    };
    return Awaiter{handle};
  }
  void start() { handle.resume(); }
  T get() {
    if (handle.promise().failure) std::rethrow_exception(handle.promise().failure);
    return handle.promise().result;
  }
  Handle handle;
};

inline Generator<int> count(int from, int limit) {
  for (int value = from; value < limit; ++value) co_yield value * 2;
}

inline Generator<std::string> words(std::string first) {
  co_yield first;
  co_yield first + "!";
  std::string local = "local " + first;
  co_yield local;
  throw std::runtime_error(local);
}

struct Place {
  int x = 0, y = 0;
};

inline Generator<Place> places() {
  co_yield {1, 2};
  co_yield Place{.x = 3, .y = 4};
}

inline Task<int> plain(int value) {
  co_await Turn{};
  const int first = co_await Later(value);
  co_await Turn{};
  co_return first + co_await Later(value + 1);
}

inline Task<int> conditions(int value) {
  int sum = 0;
  if (co_await Later(value) > 1) sum += 1;
  while (sum < 20) {
    sum += co_await Later(sum + 1);
    if (sum % 2 == 0) continue;
  }
  switch (co_await Later(2)) {
    case 2: sum += 100; break;
    default: break;
  }
  for (int n = co_await Later(0); n < co_await Later(3); n += co_await Later(1)) sum += n;
  do { sum += co_await Later(4); } while (sum < 130);
  co_return sum;
}

inline Task<std::string> nested_text(int value) {
  const std::string text = value > 4 && co_await Later(value) > 4 ? "many" : "few";
  co_await Turn{};
  co_return text + (co_await Later(1) == 1 ? "." : ",");
}

inline Task<std::string> nested(int value) {
  const auto add = [](int one, int other) { return one + other; };
  const int sum = add(co_await plain(value), co_await Later(co_await Later(6) + 1));
  auto text = std::make_unique<std::string>(std::to_string(co_await Later(sum)));
  std::string& reference = *text;
  reference += co_await nested_text(value);
  co_return std::move(*text) + std::to_string(sum);
}

inline Task<int> fails(int value) {
  int caught = 0;
  try {
    caught = co_await Later(value, true);
  } catch (const std::exception& error) {
    caught = static_cast<int>(error.what()[0]);
  }
  co_await Turn{};
  co_return caught + co_await Later(value + 2, value > 3);
}

struct Session {
  int state = 1;
  template <typename T>
  Task<T> step(T by) {
    state += static_cast<int>(co_await Later(static_cast<int>(by)));
    co_return static_cast<T>(state);
  }
  Task<int> operator()(int value) { co_return co_await step(value) + co_await step(1); }
};

inline int sum_of_turns(int value) {
  auto one = [](int v) -> Task<int> {
    auto inner = [](int w) -> Task<int> { co_await Turn{}; co_return w * 2; };
    co_return co_await inner(v) + co_await inner(v + 1);
  };
  Session session;
  auto first = one(value), second = conditions(value), third = session(value);
  first.start(); second.start(); third.start();
  loop.run();
  return first.get() + second.get() + third.get();
}

inline void destroyed() {
  auto abandoned = count(0, 100);
  abandoned.next();
  auto between = count(7, 9);
  between.next();
  abandoned.next();
}

inline void run() {
  auto one = count(0, 4), other = count(10, 13);
  for (bool more = true; more;) {
    more = one.next();
    if (more) std::printf("%d ", one.value());
    if (other.next()) std::printf("%d ", other.value());
    else break;
  }
  std::puts("");
  auto said = words("word");
  try {
    while (said.next()) std::printf("%s ", said.value().c_str());
  } catch (const std::exception& error) {
    std::printf("threw %s\n", error.what());
  }
  auto where = places();
  while (where.next()) std::printf("%d,%d\n", where.value().x, where.value().y);
  auto first = nested(3);
  auto second = nested(8);
  first.start();
  second.start();
  auto third = fails(1);
  auto fourth = fails(4);
  third.start();
  fourth.start();
  loop.run();
  std::printf("%s %s %d\n", first.get().c_str(), second.get().c_str(), third.get());
  try {
    fourth.get();
  } catch (const std::exception& error) {
    std::printf("threw %s, %d\n", error.what(), sum_of_turns(2));
  }
  destroyed();
}

}  // namespace corpus::coroutines

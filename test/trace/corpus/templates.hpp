// Templates: of functions, classes and variables, constrained, variadic, specialised, with members
// outside of their class and lambdas for arguments.
#pragma once

#include <array>
#include <concepts>
#include <cstdio>
#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace corpus::templates {

template <typename T>
concept Number = std::integral<T> || std::floating_point<T>;

template <typename T>
concept Sized = requires(const T& value) {
  { value.size() } -> std::convertible_to<std::size_t>;
  requires sizeof(T) > 1;
};

template <typename T>
T largest(T one, T other) { return one < other ? other : one; }

template <>
inline const char* largest<const char*>(const char* one, const char*) { return one; }

template <Number T>
  requires(sizeof(T) <= 8)
auto half(T value) -> T { return value / 2; }

auto count(const Sized auto& value) { return value.size(); }

template <typename... Parts>
int sum(Parts&&... parts) { return (0 + ... + static_cast<int>(std::forward<Parts>(parts))); }

template <typename T, std::size_t count, template <typename> class Policy>
class Ring {
 public:
  Ring() : values_{} {}
  bool push(const T& value);
  template <typename U>
  U as(std::size_t place) const;
  struct Cursor {
    std::size_t at;
    Cursor next() const;
  };
  friend int peek(const Ring& ring) { return static_cast<int>(ring.values_[0]); }

 private:
  std::array<T, count> values_;
  std::size_t used_ = 0;
};

template <typename T> struct Strict { static bool allows(const T&) { return true; } };
template <> struct Strict<char> { static bool allows(char) { return false; } };
template <typename T> struct Strict<T*> {
  static bool allows(T* place) { return place != nullptr; } };

template <typename T, std::size_t count, template <typename> class Policy>
bool Ring<T, count, Policy>::push(const T& value) {
  if (used_ == count || !Policy<T>::allows(value)) return false;
  values_[used_++] = value;
  return true;
}

template <typename T, std::size_t count, template <typename> class Policy>
template <typename U>
U Ring<T, count, Policy>::as(std::size_t place) const
{
  return static_cast<U>(values_[place]);
}

template <typename T, std::size_t count, template <typename> class Policy>
auto Ring<T, count, Policy>::Cursor::next() const -> Cursor { return {(at + 1) % count}; }

template <typename Derived>
struct Counted {
  int twice() { return static_cast<Derived*>(this)->once() * 2; }
  decltype(auto) self() & noexcept(noexcept(*this)) { return (*this); }
};
struct Seven : Counted<Seven> { int once() const { return 7; } };

template <auto function>
int called() { return function(20); }

template <typename T>
constexpr T square(T value) { return value * value; }

template <typename T>
inline const T zero = [] { return T{}; }();

template <std::size_t... places>
int picked(std::index_sequence<places...>, const std::array<int, 4>& from) {
  return (0 + ... + from[places]);
}

template <typename Visitor>
auto visit(Visitor&& visitor) noexcept(noexcept(visitor(1))) -> decltype(visitor(1)) {
  return std::forward<Visitor>(visitor)(1);
}

template <typename T>
int kind(T) {
  if constexpr (std::is_pointer_v<T>) {
    return 1;
  } else if constexpr (std::is_same_v<T, int>) {
    return 2;
  } else {
    return 3;
  }
}

template <typename T, typename = std::enable_if_t<(sizeof(T) > 4)>>
int wide(T) { return 8; }
template <typename T, std::enable_if_t<(sizeof(T) <= 4), int> = 0>
int wide(T) { return 4; }

extern template int sum<int, int>(int&&, int&&);
template int sum<int, int>(int&&, int&&);

inline void run() {
  Ring<int, 2, Strict> ring;
  const bool pushed[] = {ring.push(4), ring.push(5), ring.push(6)};
  std::printf("%d%d%d %d %g\n", pushed[0], pushed[1], pushed[2], peek(ring), ring.as<double>(1));
  std::printf("%zu\n", Ring<int, 2, Strict>::Cursor{1}.next().at);
  std::printf("%d %s %d %g\n", largest(3, 4), largest("one", "other"), half(9), half(9.0));
  std::printf("%zu %d\n", count(std::string("four")), sum(1, 2, 3L, 'a'));
  std::printf("%d %d\n", Seven{}.twice(), Seven{}.once());
  std::printf("%d %d\n", called<square<int>>(), called<[](int value) { return value + 1; }>());
  static_assert(square(3) == 9);
  std::printf("%d %d\n", zero<int>, picked(std::index_sequence<1, 3>{}, {1, 2, 3, 4}));
  std::printf("%d\n", visit([](int value) noexcept { return value + 9; }));
  std::printf("%d%d%d %d%d\n", kind("text"), kind(1), kind(1.0), wide(1), wide(1.0));
  std::printf("%d %d\n", Strict<char>::allows('a'), Strict<char*>::allows(nullptr));
  std::printf("%d\n", std::apply([](auto... each) { return sum(each...); }, std::tuple{1, 2, 3}));
}

}  // namespace corpus::templates

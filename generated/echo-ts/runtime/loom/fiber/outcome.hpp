// What a callable gives, as a Result: a value, nothing, or a Result that it gives itself.
#pragma once

#include <type_traits>
#include <utility>

#include "../result.hpp"

namespace loom {

/// The Result for a callable that returns `Value`.
template <class Value>
struct OutcomeOf {
  using type = Result<Value>;
};
template <class Value>
struct OutcomeOf<Result<Value>> {
  using type = Result<Value>;
};

/// What calling `Callable` without arguments comes to.
template <class Callable>
using Outcome = typename OutcomeOf<std::invoke_result_t<Callable&>>::type;

/// Calls it.
template <class Callable>
Outcome<Callable> outcome_of(Callable& callable) {
  if constexpr (std::is_void_v<std::invoke_result_t<Callable&>>) {
    callable();
    return {};
  } else {
    return callable();
  }
}

}  // namespace loom

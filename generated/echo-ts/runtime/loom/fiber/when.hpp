// Several things at once, and the wait for all of them or for the first: callables run on fibers of
// their own, and none of these is left when the call returns. Their exceptions come to the caller
// (std::exception_ptr; the memory of an exception is the C++ runtime's).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include "outcome.hpp"
#include "scope.hpp"

namespace loom {

/// The class whose stacks children get: its position among the reactor's `stacks`.
struct OnStacks {
  std::uint16_t stack_class = 0;
};

/// A callable that runs on a fiber of its own, and what it gave. It lies on the caller's stack.
template <class Callable>
struct ChildCall {
  Callable* callable = nullptr;
  Outcome<Callable> outcome{Failure::cancelled};  ///< unless it begins
};
template <class Callable>
using CallOf = ChildCall<std::remove_reference_t<Callable>>;

/// Runs every callable on a fiber of its own and waits for all of them. The first exception cancels
/// the others and is thrown here when they are over.
/// @returns what each gave, as a tuple of Results (a Result stays one). Without a stack for each,
///   none is run and all are Failure::exhausted.
template <class... Callables>
std::tuple<Outcome<Callables>...> when_all(OnStacks stacks, Callables&&... callables) {
  std::tuple<CallOf<Callables>...> calls{CallOf<Callables>{&callables}...};
  Scope scope;
  const auto spawn = [&](auto& call) {
    return scope.spawn(stacks.stack_class, this_fiber::name(),
                       [&call] { call.outcome = outcome_of(*call.callable); });
  };
  const bool complete =
      std::apply([&](auto&... call) { return (... && static_cast<bool>(spawn(call))); }, calls);
  // Refused by a cancelled scope, their outcomes say so already.
  const bool exhausted = !complete && !scope.is_cancelled();
  if (!complete) scope.cancel();
  static_cast<void>(scope.join());
  return std::apply(
      [&](auto&... call) {
        return std::tuple<Outcome<Callables>...>(
            exhausted ? decltype(call.outcome)(Failure::exhausted) : std::move(call.outcome)...);
      },
      calls);
}

/// The same on stacks of the caller's own class.
template <class First, class... Callables>
  requires(!std::same_as<std::remove_cvref_t<First>, OnStacks>)
auto when_all(First&& first, Callables&&... callables) {
  return when_all(OnStacks{this_fiber::record().stack_class}, std::forward<First>(first),
                  std::forward<Callables>(callables)...);
}

/// Runs every callable on a fiber of its own until one is over; the others are cancelled and waited
/// for. An exception of the first is thrown here; what the others give or throw is dropped.
/// @returns what the first gave, as a variant of Results whose index() says which it was. Without a
///   stack for each, none is run, and the one that got none is Failure::exhausted.
template <class... Callables>
std::variant<Outcome<Callables>...> when_any(OnStacks stacks, Callables&&... callables) {
  constexpr std::size_t nobody = sizeof...(Callables);
  std::tuple<CallOf<Callables>...> calls{CallOf<Callables>{&callables}...};
  std::size_t first = nobody;
  std::exception_ptr thrown;
  Scope scope;
  const auto spawn = [&](std::size_t index, auto& call) {
    if (first != nobody) return;
    const auto spawned = scope.spawn(stacks.stack_class, this_fiber::name(), [&, index] {
      std::exception_ptr mine;
      try {
        call.outcome = outcome_of(*call.callable);
      } catch (const FiberUnwind&) {
        throw;
      } catch (...) {
        mine = std::current_exception();
      }
      if (first != nobody) return;
      first = index;
      thrown = mine;
      scope.cancel();
    });
    if (spawned) return;
    call.outcome = spawned.error();
    first = index;
    scope.cancel();
  };
  return [&]<std::size_t... index>(std::index_sequence<index...>) {
    (spawn(index, std::get<index>(calls)), ...);
    static_cast<void>(scope.join());
    if (thrown) std::rethrow_exception(thrown);
    using Any = std::variant<Outcome<Callables>...>;
    Any any(std::in_place_index<0>, Failure::cancelled);
    const auto take = [&]<std::size_t mine>(std::in_place_index_t<mine>) {
      if (mine == first) any.template emplace<mine>(std::move(std::get<mine>(calls).outcome));
    };
    (take(std::in_place_index<index>), ...);
    return any;
  }
  (std::index_sequence_for<Callables...>());
}

/// The same on stacks of the caller's own class.
template <class First, class... Callables>
  requires(!std::same_as<std::remove_cvref_t<First>, OnStacks>)
auto when_any(First&& first, Callables&&... callables) {
  return when_any(OnStacks{this_fiber::record().stack_class}, std::forward<First>(first),
                  std::forward<Callables>(callables)...);
}

}  // namespace loom

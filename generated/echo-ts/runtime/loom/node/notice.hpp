// What a program tells JavaScript through the `notify` function. templates/bindings/native.ts has
// the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>

#include <napi.h>

namespace loom::node {

/// What a call of the `notify` function means; the first argument.
enum class Notice : std::uint32_t {
  /// Something was published.
  wake = 0,
  /// Second argument: the line.
  log = 1,
  /// Second argument: the number of the reactor whose thread ended.
  stopped = 2,
};

/// Calls into JavaScript; what it throws becomes an uncaught exception, as from a listener.
inline void call_notify(napi_env env, napi_value function, Notice notice,
                        napi_value value) noexcept {
  napi_value arguments[2] = {nullptr, value};
  napi_value receiver = nullptr;
  napi_get_undefined(env, &receiver);
  napi_create_uint32(env, static_cast<std::uint32_t>(notice), &arguments[0]);
  const std::size_t count = value == nullptr ? 1 : 2;
  if (napi_call_function(env, receiver, function, count, arguments, nullptr) !=
      napi_pending_exception) {
    return;
  }
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
}

}  // namespace loom::node

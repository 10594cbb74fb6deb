// What a program tells JavaScript through the `notify` function. templates/bindings/native.ts has
// the same numbers.
#pragma once

#include <cstddef>
#include <cstdint>

#include <napi.h>

#include "log_queue.hpp"

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

/// Makes the exception that a call left an uncaught one (napi_fatal_exception): nobody is there who
/// could catch it, and while it is left no further call into JavaScript would work.
inline void throw_uncaught(napi_env env) noexcept {
  napi_value error = nullptr;
  if (napi_get_and_clear_last_exception(env, &error) == napi_ok) {
    napi_fatal_exception(env, error);
  }
}

/// Calls into JavaScript; what it throws becomes an uncaught exception, as from a listener.
inline void call_notify(napi_env env, napi_value function, Notice notice,
                        napi_value value) noexcept {
  napi_value arguments[2] = {nullptr, value};
  napi_value receiver = nullptr;
  napi_get_undefined(env, &receiver);
  napi_create_uint32(env, static_cast<std::uint32_t>(notice), &arguments[0]);
  const std::size_t count = value == nullptr ? 1 : 2;
  const napi_status status = napi_call_function(env, receiver, function, count, arguments, nullptr);
  if (status == napi_pending_exception) throw_uncaught(env);
}

/// The `notify` function of a Program object; nullptr when there is none.
inline napi_value notify_of(napi_env env, napi_value program) noexcept {
  napi_value function = nullptr;
  napi_get_named_property(env, program, "notify", &function);
  return function;
}

/// Hands the lines that wait to `function`, the program's `notify`.
inline void tell_log(napi_env env, napi_value function, LogQueue& lines) noexcept {
  if (function == nullptr) return;
  LogLine line;
  // Bounded: reactors may log while this runs, and then notify again.
  for (std::uint32_t count = 0; count < log_queue_lines && lines.pop(line); ++count) {
    napi_value text = nullptr;
    napi_create_string_utf8(env, line.text, NAPI_AUTO_LENGTH, &text);
    call_notify(env, function, Notice::log, text);
  }
}

/// Calls `notify` of `program` with Notice::wake from a handle of the event loop: ticks and
/// promises that wait run behind it, as behind every callback of Node's own.
inline void call_from_loop(napi_env env, napi_async_context context, napi_value program) noexcept {
  const napi_value function = notify_of(env, program);
  napi_value notice = nullptr;
  napi_create_uint32(env, static_cast<std::uint32_t>(Notice::wake), &notice);
  napi_value result = nullptr;
  const napi_status status =
      napi_make_callback(env, context, program, function, 1, &notice, &result);
  if (status == napi_pending_exception) throw_uncaught(env);
}

}  // namespace loom::node

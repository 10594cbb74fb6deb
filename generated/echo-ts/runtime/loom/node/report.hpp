// A StartReport as a JavaScript object. In plain Node-API without exceptions, and without a look
// at statuses: an environment that is ending refuses these calls, and then nobody reads the
// report.
#pragma once

#include <cstdint>

#include <node_api.h>

#include "../program.hpp"

namespace loom::node {

inline napi_value new_object(napi_env env) noexcept {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  return object;
}
inline void set_text(napi_env env, napi_value object, const char* key, const char* text) noexcept {
  napi_value value = nullptr;
  napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value);
  napi_set_named_property(env, object, key, value);
}
inline void set_number(napi_env env, napi_value object, const char* key, int number) noexcept {
  napi_value value = nullptr;
  napi_create_int32(env, number, &value);
  napi_set_named_property(env, object, key, value);
}

/// { ok: false, code, fd, systemError, message } or
/// { ok: true, reactors: [{ backend, reason }], bound: [{ fd, address }] }.
inline napi_value describe_report(napi_env env, const StartReport& start) noexcept {
  napi_value report = new_object(env);
  napi_value ok = nullptr;
  napi_get_boolean(env, start.ok, &ok);
  napi_set_named_property(env, report, "ok", ok);
  if (!start.ok) {
    set_text(env, report, "code", start.code);
    set_text(env, report, "fd", start.fd);
    set_number(env, report, "systemError", start.system_error);
    set_text(env, report, "message", start.message);
    return report;
  }
  napi_value reactors = nullptr;
  napi_create_array(env, &reactors);
  for (std::uint32_t index = 0; index < program_table().reactor_count; ++index) {
    napi_value reactor = new_object(env);
    set_text(env, reactor, "backend", start.reactors[index].backend);
    set_text(env, reactor, "reason", start.reactors[index].reason);
    napi_set_element(env, reactors, index, reactor);
  }
  napi_value bound = nullptr;
  napi_create_array(env, &bound);
  for (std::uint32_t index = 0; index < start.bound_count; ++index) {
    napi_value address = new_object(env);
    set_number(env, address, "fd", start.bound[index].fd);
    set_text(env, address, "address", start.bound[index].text);
    napi_set_element(env, bound, index, address);
  }
  napi_set_named_property(env, report, "reactors", reactors);
  napi_set_named_property(env, report, "bound", bound);
  return report;
}

}  // namespace loom::node

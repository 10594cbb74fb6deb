// The Node-API module, the same for every program: it knows the emitted program only through
// program_table() and RunningProgram. Exactly one source file of an addon includes this header;
// that file never changes, so its compilation (slow because of napi.h) comes out of the cache.
#pragma once

#ifndef NAPI_VERSION
#error "compile the addon with NAPI_VERSION=8: later versions do not load in every Node 20"
#endif

#include <string>

#include <napi.h>

#include "../program.hpp"
#include "../shared_layout.hpp"
#include "program_object.hpp"
#include "shared_map.hpp"

namespace loom::node {

inline constexpr std::uint32_t node_api_minimum = 8;

/// exports: name, abi, layout, reactors ([{ name, sharedBytes }]), Program, SharedMap.
inline Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  std::uint32_t version = 0;
  napi_get_version(env, &version);
  if (version < node_api_minimum) {
    throw Napi::Error::New(env, "this addon needs Node-API 8 (Node 16 or later); this Node has " +
                                    std::to_string(version));
  }
  const auto& table = program_table();
  auto reactors = Napi::Array::New(env, table.reactor_count);
  for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
    auto reactor = Napi::Object::New(env);
    reactor["name"] = Napi::String::New(env, table.reactors[index].name);
    reactor["sharedBytes"] = Napi::Number::New(env, table.reactors[index].shared_bytes);
    reactors[index] = reactor;
  }
  exports["name"] = Napi::String::New(env, table.name);
  exports["abi"] = Napi::Number::New(env, shared_abi);
  exports["layout"] = Napi::String::New(env, table.layout);
  exports["reactors"] = reactors;
  exports["Program"] = ProgramObject::define(env);
  exports["SharedMap"] = SharedMap::define(env);
  return exports;
}

}  // namespace loom::node

static Napi::Object loom_initialize(Napi::Env env, Napi::Object exports) {
  return loom::node::initialize(env, exports);
}
NODE_API_MODULE(loom, loom_initialize)

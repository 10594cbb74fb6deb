// Zones of JavaScript: what the bindings of a profiling build call. One line per thread that loads
// the addon; zones nest, and the last one that was opened is the one that ends.
#pragma once

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <napi.h>

#include "../trace.hpp"

namespace loom::node {

/// Zones that are open at once in one environment; deeper ones are counted and not recorded.
inline constexpr std::size_t maximum_open_zones = 1024;
/// Zones that one environment declares; a program has as many as it has functions.
inline constexpr std::uint32_t maximum_declared_zones = 1U << 16U;

/// The texts of a declared zone, which Tracy may ask for at any later time.
struct DeclaredZone {
  std::string name;
  std::string file;
  tracy::SourceLocationData place{};
};

/// The zones of one environment. Its declarations outlive it.
class TraceFunctions {
 public:
  /// `traceZone(name, file, line, colour)`: the number of the zone that was declared.
  std::uint32_t declare(std::string name, std::string file, std::uint32_t line,
                        std::uint32_t colour) {
    auto* const zone = new DeclaredZone{std::move(name), std::move(file), {}};
    zone->place = {zone->name.c_str(), zone->name.c_str(), zone->file.c_str(), line, colour};
    zones_.push_back(zone);
    return static_cast<std::uint32_t>(zones_.size() - 1);
  }

  [[nodiscard]] std::size_t declared() const noexcept { return zones_.size(); }

  /// `traceBegin(id)`.
  void begin(std::uint32_t id) noexcept {
    const std::size_t place = depth_;
    depth_ += 1;
    if (place >= maximum_open_zones || id >= zones_.size()) return;
    open_[place].emplace(zones_[id]->place);
  }

  /// `traceEnd()`; harmless when no zone is open.
  void end() noexcept {
    if (depth_ == 0) return;
    depth_ -= 1;
    if (depth_ < maximum_open_zones) open_[depth_].reset();
  }

 private:
  std::vector<DeclaredZone*> zones_;
  std::array<std::optional<trace::Zone>, maximum_open_zones> open_;
  std::size_t depth_ = 0;
};

/// Names this thread's line. What the system calls the thread stays: people look for `node`.
inline void name_javascript() {
  // Relaxed: only the count matters.
  static std::atomic<std::uint32_t> workers{0};
  std::string name = "JavaScript";
  if (getpid() != gettid()) {
    name += " worker " + std::to_string(workers.fetch_add(1, std::memory_order_relaxed) + 1);
  }
  char before[16] = {};  // with its NUL, pthread_setname_np(3)
  const bool is_known = pthread_getname_np(pthread_self(), before, sizeof before) == 0;
  tracy::SetThreadName(name.c_str());
  if (is_known) pthread_setname_np(pthread_self(), before);
}

/// exports: traceZone, traceBegin, traceEnd. The cheapest calls that Node-API has: napi.h would
/// wrap each in a try block.
inline void add_trace(Napi::Env env, Napi::Object exports) {
  name_javascript();
  auto* const functions = new TraceFunctions;
  napi_add_env_cleanup_hook(
      env, [](void* data) { delete static_cast<TraceFunctions*>(data); }, functions);
  const auto declare = [functions](const Napi::CallbackInfo& info) -> Napi::Value {
    if (functions->declared() == maximum_declared_zones) {
      throw Napi::Error::New(info.Env(), "more than 65536 zones are declared");
    }
    return Napi::Number::New(
        info.Env(), functions->declare(info[0].ToString(), info[1].ToString(), info[2].ToNumber(),
                                       info[3].ToNumber()));
  };
  exports["traceZone"] = Napi::Function::New(env, declare, "traceZone");
  const auto add = [&](const char* name, napi_callback callback) {
    napi_value made = nullptr;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, functions, &made) != napi_ok) {
      throw Napi::Error::New(env);
    }
    exports[name] = made;
  };
  add("traceBegin", [](napi_env call_env, napi_callback_info info) -> napi_value {
    std::size_t count = 1;
    napi_value argument = nullptr;
    void* data = nullptr;
    std::uint32_t id = maximum_declared_zones;
    napi_get_cb_info(call_env, info, &count, &argument, nullptr, &data);
    if (count == 1) napi_get_value_uint32(call_env, argument, &id);
    static_cast<TraceFunctions*>(data)->begin(id);
    return nullptr;
  });
  add("traceEnd", [](napi_env call_env, napi_callback_info info) -> napi_value {
    void* data = nullptr;
    napi_get_cb_info(call_env, info, nullptr, nullptr, nullptr, &data);
    static_cast<TraceFunctions*>(data)->end();
    return nullptr;
  });
}

}  // namespace loom::node

// The handlers. Each line asks for one thing and is answered when it is over.
#pragma once

#include <string>
#include <traced/handlers.hpp>

#include "include/steps.hpp"
#include "include/untold.hpp"

#ifdef TRACE_RECORDER
#include <tracy/Tracy.hpp>
#endif

inline std::string text_of(loom::Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A profiler comes, or goes, in the midst of whatever runs.
inline void profile([[maybe_unused]] bool comes) {
#ifdef TRACE_RECORDER
  if (comes) tracy::GetProfiler().connect();
  if (!comes) tracy::GetProfiler().disconnect();
#endif
}

struct Orders : traced::OrdersBase<Orders> {
  void run(auto& connection) {
    while (const auto line = connection.read()) {
      const std::string order = text_of(*line);
      if (order == "escape") steps::risky(true);
      const std::string answer = obey(order);
      if (!connection.write_frame(std::string_view(answer))) return;
    }
  }

 private:
  std::string obey(const std::string& order) {
    if (order == "arrive") {
      profile(true);
      steps::nap(1);
    }
    if (order == "nap") steps::nap(2);
    if (order == "early") return steps::early(true) ? "left" : "stayed";
    if (order == "throw") return caught();
    if (order == "cancel") return cancelled();
    if (order == "come" || order == "go") profile(order == "come");
    return steps::quiet() == untold::answer() ? "" : order;
  }

  std::string caught() {
    try {
      steps::risky(true);
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }

  std::string cancelled() {
    loom::Scope scope;
    const auto child = [] { steps::nap(1'000'000); };
    if (!scope.spawn(traced::stacks::small, "child", child)) return "no child";
    if (!scope.spawn(traced::stacks::small, "child", child)) return "no child";
    steps::nap(0);
    scope.cancel();
    static_cast<void>(scope.join());
    return "cancelled";
  }
};

struct Control : traced::ControlBase<Control> {
  void on_data(auto& connection, loom::Bytes bytes) noexcept {
    const std::string order = text_of(bytes);
    if (order == "come" || order == "go") profile(order == "come");
    if (order != "work") {
      static_cast<void>(connection.write_frame(bytes));
      return;
    }
    static_cast<void>(
        pools.crunch.submit([] { return work(7); },
                            [connection](loom::Result<int> result) {
                              const std::string answer = std::to_string(result ? *result : -1);
                              static_cast<void>(connection.write_frame(std::string_view(answer)));
                            }));
  }

 private:
  static int work(int times) { return times * 6; }
};

// Tells the round of each message, and does nothing else with it.
#pragma once

#include <bench/handlers.hpp>

#include "ready_round.hpp"

struct Callback : bench::CallbackBase<Callback> {
  void on_data(auto& /*connection*/, loom::Bytes bytes) noexcept {
    bench::ready_round.take(bytes.size());
  }
};

struct Fiber : bench::FiberBase<Fiber> {
  void run(auto& connection) {
    while (const auto bytes = connection.read()) bench::ready_round.take(bytes->size());
  }
};

// Takes messages, and counts how late each is in the handler.
#pragma once

#include <bench/handlers.hpp>

#include "../loom/totals.hpp"

struct Sink : bench::SinkBase<Sink> {
  void on_data(auto& /*connection*/, loom::Bytes message) noexcept {
    bench::totals.take(message.data(), message.size(), reactor().batch_nanoseconds(),
                       [this] { return reactor().now_nanoseconds(); });
  }
};

// Takes messages, and counts how late each is in the handler, as straight-line code.
#pragma once

#include <bench/handlers.hpp>

#include "../loom/totals.hpp"

struct Sink : bench::SinkBase<Sink> {
  void run(auto& connection) {
    while (const auto message = connection.read()) {
      bench::totals.take(message->data(), message->size(), reactor().batch_nanoseconds(),
                         [this] { return reactor().now_nanoseconds(); });
    }
  }
};

// The echo server of the fibers example.
#pragma once

#include <fibers/handlers.hpp>

/// Sends every line back.
struct Echo : fibers::EchoBase<Echo> {
  void run(auto& connection) {
    while (const auto line = connection.read()) {
      if (!connection.write_frame(*line)) return;
    }
  }
};

// An echo server as straight-line code: the loop reads like the protocol.
#pragma once

#include <fibers/handlers.hpp>

/// Sends every line back. A read that fails is the end of the conversation, however it came.
struct Echo : fibers::EchoBase<Echo> {
  void run(auto& connection) {
    while (const auto line = connection.read()) {
      if (!connection.write_frame(*line)) return;
    }
  }
};

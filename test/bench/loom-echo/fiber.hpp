// Gives every byte back, as straight-line code.
#pragma once

#include <bench/handlers.hpp>

struct Echo : bench::EchoBase<Echo> {
  void run(auto& connection) {
    while (const auto bytes = connection.read()) {
      if (!connection.write(*bytes)) return;
    }
  }
};

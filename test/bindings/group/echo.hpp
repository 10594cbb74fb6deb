// Sends back every message, on whichever instance has the connection.
#pragma once

#include <group/handlers.hpp>

struct Echo : group::EchoBase<Echo> {
  void on_data(auto& connection, loom::Bytes message) {
    if (!connection.write_frame(message)) connection.close();
  }
};

/// The same as straight-line code.
struct Woven : group::WovenBase<Woven> {
  void run(auto& connection) {
    while (const auto message = connection.read()) {
      if (!connection.write(*message)) return;
    }
  }
};

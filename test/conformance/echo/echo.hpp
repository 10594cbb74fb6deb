// Sends back every message; a peer that does not read what it asked for is cut off.
#pragma once

#include <echo/handlers.hpp>

struct Echo : echo::EchoBase<Echo> {
  void on_data(auto& connection, loom::Bytes message) {
    if (!connection.write_frame(message)) connection.close();
  }
};

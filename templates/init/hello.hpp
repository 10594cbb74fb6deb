// The handler: what happens on the reactor's thread, for each connection and each line.
#pragma once

#include <hello/handlers.hpp>

struct Greeter : hello::GreeterBase<Greeter> {
  struct State {
    std::uint64_t lines = 0;
  };

  void on_data(auto& connection, loom::Bytes line) {
    connection.state().lines += 1;
    this->seen.publish({.connection = connection.index(), .lines = connection.state().lines});
    // All or nothing: false means that the peer does not read what it was sent.
    if (!connection.write_frame(line)) connection.close();
  }
};

// Counts the bytes of each connection and publishes every new total; a connection that sends '!'
// stops the program.
#pragma once

#include <bindings_sample/handlers.hpp>
#include <cstdint>

/// Serves fds.counted on reactors.back.
struct Counter : bindings_sample::CounterBase<Counter> {
  struct State {
    std::uint64_t total = 0;
  };

  void on_data(auto& connection, loom::Bytes bytes) noexcept {
    auto& total = connection.state().total;
    total += bytes.size();
    this->counts.publish({.connection = static_cast<std::uint16_t>(connection.index()),
                          .total = total,
                          .negative = -static_cast<std::int64_t>(total)});
    if (bytes.text().find('!') != std::string_view::npos) this->reactor().stop();
  }
};

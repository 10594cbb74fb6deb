// Sends back every message, on whichever instance has the connection.
#pragma once

#include <group/handlers.hpp>

struct Echo : group::EchoBase<Echo> {
  void on_data(auto& connection, loom::Bytes message) {
    if (!connection.write_frame(message)) connection.close();
  }
};

/// Adds up what JavaScript posts to its instance.
struct Sums : group::SumsBase<Sums> {
  void on_message(auto& /*added*/, const group::Amount& amount) noexcept {
    sum += amount.value;
    this->sums.publish({.value = sum});
  }
  void on_tick(loom::Tick /*tick*/) noexcept {}

  std::uint64_t sum = 0;
};

/// The same as straight-line code.
struct Woven : group::WovenBase<Woven> {
  void run(auto& connection) {
    while (const auto message = connection.read()) {
      if (!connection.write(*message)) return;
    }
  }
};

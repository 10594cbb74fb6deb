// Publishes a hundred quotes a tick, so that a reader of 64 cells is overtaken.
#pragma once

#include <bindings_shared/handlers.hpp>
#include <cstdint>

/// Serves fds.beat on reactors.main.
struct Quotes : bindings_shared::QuotesBase<Quotes> {
  void on_tick(loom::Tick /*tick*/) noexcept {
    for (int n = 0; n < 100; ++n) {
      sequence += 1;
      this->quotes.publish({.sequence = sequence,
                            .price = -3 * static_cast<std::int64_t>(sequence),
                            .size = static_cast<std::uint32_t>(sequence)});
    }
  }

  std::uint64_t sequence = 0;
};

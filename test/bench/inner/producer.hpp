// Fills a channel whenever its timer is due: far sooner than JavaScript has read what was in it.
#pragma once

#include <cstdint>
#include <quotes/handlers.hpp>

struct Producer : quotes::ProducerBase<Producer> {
  void on_tick(loom::Tick) noexcept {
    for (std::uint32_t room = capacity; room != 0; --room) {
      // From 1 on, and never 0.
      quote_.word0 += quote_.word0 == UINT32_MAX ? 2 : 1;
      if (!this->quotes.publish(quote_)) return;
    }
  }

 private:
  /// Of the channel: without a reader nothing is ever full.
  static constexpr std::uint32_t capacity = 1u << 14;
  quotes::Quote quote_{};
};

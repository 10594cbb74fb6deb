// Gives the number of every message to JavaScript; a full channel counts what it drops.
#pragma once

#include <cstdint>
#include <cstring>
#include <soak/handlers.hpp>

struct Quotes : soak::QuotesBase<Quotes> {
  void on_data(auto& connection, loom::Bytes message) noexcept {
    soak::Quote quote{.number = 0, .length = message.size()};
    if (message.size() < sizeof quote.number) return connection.abort();
    std::memcpy(&quote.number, message.data(), sizeof quote.number);
    static_cast<void>(this->quotes.publish(quote));
  }
};

// Reads a feed of WebSocket messages and gives each to JavaScript through a channel.
#pragma once

#include <cstdint>
#include <cstring>
#include <feed/handlers.hpp>

#include "frames.hpp"

struct Feed : feed::FeedBase<Feed> {
  /// What each connection remembers.
  struct State {
    Frames frames;
  };

  void on_open(auto& connection) noexcept {
    static_cast<void>(connection.write(loom::Bytes(Frames::handshake)));
  }

  void on_data(auto& connection, loom::Bytes bytes) noexcept {
    const bool sound = connection.state().frames.take(bytes.text(), [this](std::string_view body) {
      if (body.size() != sizeof quote_) return;
      std::memcpy(&quote_, body.data(), sizeof quote_);
      // A full channel counts what it drops.
      static_cast<void>(this->quotes.publish(quote_));
    });
    if (!sound) connection.abort();
  }

 private:
  feed::Quote quote_{};
};

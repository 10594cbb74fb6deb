// Reads a feed of WebSocket messages and gives each to JavaScript through a channel. When that is
// full it stops reading its socket, so that nothing is lost.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <feed/handlers.hpp>

#include "frames.hpp"

struct Feed : feed::FeedBase<Feed> {
  void on_open(auto& connection) noexcept {
    frames_ = Frames();
    is_blocked_ = false;
    static_cast<void>(connection.write(loom::Bytes(Frames::handshake)));
  }

  void on_data(auto& connection, loom::Bytes bytes) noexcept {
    std::string_view left = bytes.text();
    if (!take(left) || left.size() > waiting_.size()) return connection.abort();
    if (!is_blocked_) return;
    // The rest of what was received; nothing more comes while the connection is paused.
    std::memcpy(waiting_.data(), left.data(), left.size());
    left_ = std::string_view(waiting_.data(), left.size());
    connection_ = connection;
    connection_.pause();
  }

  /// Half of the channel is free again.
  void on_room(auto& /*quotes*/) noexcept {
    if (!is_blocked_ || !connection_.alive()) return;
    is_blocked_ = false;
    if (!take(left_)) return connection_.abort();
    if (!is_blocked_) connection_.resume();
  }

 private:
  /// As much as one receive brings.
  static constexpr std::size_t waiting_bytes = 65536;

  /// Publishes until the channel is full. False: this is no such feed.
  bool take(std::string_view& bytes) noexcept {
    return frames_.take(bytes, [this](std::string_view body) {
      if (body.size() != sizeof quote_) return true;
      std::memcpy(&quote_, body.data(), sizeof quote_);
      is_blocked_ = !this->quotes.publish(quote_);
      return !is_blocked_;
    });
  }

  Frames frames_;
  feed::Quote quote_{};
  bool is_blocked_ = false;
  std::string_view left_;
  loom::Connection<feed::fd::Feed> connection_;
  std::array<char, waiting_bytes> waiting_;
};

// The receiving side of WebSocket (RFC 6455) as far as the benchmark's feed needs it: whole binary
// messages of 126 to 65,535 bytes from a server, which never masks.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

/// Cuts the bytes of one connection into messages: whole ones where they lie, split ones out of a
/// buffer.
class Frames {
 public:
  /// What a client says first (1.3); with this key, the answer is always the same.
  static constexpr std::string_view handshake =
      "GET / HTTP/1.1\r\nHost: feed\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

  /// Calls `each` with the body of every message that is now whole, until it says false; that
  /// message comes again at the next call, which may have no bytes. Goes past what it took of
  /// `bytes`. False: what came is not of such a feed.
  template <class Each>
  bool take(std::string_view& bytes, Each each) noexcept {
    if (!greeted_) greet(bytes);
    if (split_is_whole() && !give_split(each)) return true;
    while (!bytes.empty()) {
      if (split_bytes_ == 0 && bytes.size() >= head_bytes) {
        const std::size_t whole = frame_bytes(bytes.data());
        if (whole == 0) return false;
        if (whole <= bytes.size()) {
          if (!each(bytes.substr(head_bytes, whole - head_bytes))) return true;
          bytes.remove_prefix(whole);
          continue;
        }
      }
      if (!add_to_split(bytes)) return false;
      if (split_is_whole() && !give_split(each)) return true;
    }
    return true;
  }

 private:
  static constexpr std::size_t head_bytes = 4;
  /// Of the longest message, with its head.
  static constexpr std::size_t split_capacity = 1024;

  /// Goes past the answer to the handshake; all that is left of `bytes` follows it.
  void greet(std::string_view& bytes) noexcept {
    constexpr std::string_view end = "\r\n\r\n";
    while (!bytes.empty() && end_seen_ != end.size()) {
      const bool fits = bytes.front() == end[end_seen_];
      end_seen_ = fits ? end_seen_ + 1 : static_cast<std::size_t>(bytes.front() == end[0]);
      bytes.remove_prefix(1);
    }
    greeted_ = end_seen_ == end.size();
  }

  /// Of the frame that begins at `head`, with its head; 0: one that this feed does not have.
  static std::size_t frame_bytes(const char* head) noexcept {
    std::array<std::uint8_t, head_bytes> octets;
    std::memcpy(octets.data(), head, head_bytes);
    if (octets[0] != 0x82 || octets[1] != 126) return 0;
    const std::size_t bytes = head_bytes + (std::size_t{octets[2]} << 8U | octets[3]);
    return bytes <= split_capacity ? bytes : 0;
  }

  /// Adds to the message that comes in pieces. False: it is none of this feed.
  bool add_to_split(std::string_view& bytes) noexcept {
    std::size_t wanted = head_bytes;
    if (split_bytes_ >= head_bytes) wanted = frame_bytes(split_.data());
    if (wanted == 0) return false;
    const std::size_t taken = std::min(wanted - split_bytes_, bytes.size());
    std::memcpy(split_.data() + split_bytes_, bytes.data(), taken);
    split_bytes_ += taken;
    bytes.remove_prefix(taken);
    return true;
  }

  /// Whether the message that came in pieces is all there.
  [[nodiscard]] bool split_is_whole() const noexcept {
    return split_bytes_ > head_bytes && split_bytes_ == frame_bytes(split_.data());
  }

  template <class Each>
  bool give_split(Each& each) noexcept {
    if (!each(std::string_view(split_.data() + head_bytes, split_bytes_ - head_bytes))) {
      return false;
    }
    split_bytes_ = 0;
    return true;
  }

  std::array<char, split_capacity> split_{};
  std::size_t split_bytes_ = 0;
  std::size_t end_seen_ = 0;
  bool greeted_ = false;
};

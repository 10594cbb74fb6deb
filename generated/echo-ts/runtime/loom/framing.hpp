// How a stream of bytes is cut into messages. A framing parses in place and copies only what lies
// across the end of a receive buffer. It may be stopped before any message (a paused connection,
// a full ring) and goes on later from the byte where it stopped.
//
// A sink has `bool ready(std::uint32_t bytes)`, asked before each message, `bool stores()`, asked
// before a part of one is copied, and `message(Bytes message, Bytes rest)`: what is behind the
// message, of which it may cut more whole messages itself; it returns how many bytes it took so.
// Every message has Bytes::padding readable bytes behind it.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <utility>

#include "assert.hpp"
#include "bytes.hpp"

namespace loom {

/// How far a framing came.
struct FeedResult {
  std::uint32_t consumed = 0;  ///< less than was given: the sink was not ready
  bool too_large = false;      ///< the stream holds a message past the maximum; it is over
};

/// What is left of `input` from `position` on.
constexpr Bytes rest_of(Bytes input, std::uint32_t position) noexcept {
  return input.part(position, input.size() - position);
}

/// The first message of some bytes, when it is whole.
struct Cut {
  Bytes message;
  std::uint32_t bytes = 0;  ///< it takes with its framing; 0: it is not whole, or too long
};

/// No framing: whatever a receive brought is one message.
struct RawFraming {
  static constexpr std::uint32_t maximum_bytes = 0;
  static constexpr std::uint32_t overhead_bytes = 0;
  static constexpr std::uint32_t longest_bytes = UINT32_MAX;
  static constexpr std::size_t slab_bytes = 0;
  struct State {};

  template <class Sink>
  static FeedResult feed(State&, std::byte*, Bytes input, Sink& sink) noexcept {
    if (input.empty() || !sink.ready(input.size())) return {};
    sink.message(input, Bytes());
    return {input.size(), false};
  }

  /// Behind a message there is none.
  static Cut cut(Bytes) noexcept { return {}; }

  /// Writes the framing of a message around it through `put(Bytes)`.
  template <class Put>
  static void frame(Bytes message, Put&& put) noexcept {
    put(message);
  }
};

/// A message is a packet: one send(2) is one receive, unix(7) with SOCK_SEQPACKET. In the write
/// queue a length stands before each, which is never sent.
struct PacketFraming {
  static constexpr std::uint32_t maximum_bytes = 0;
  static constexpr std::uint32_t overhead_bytes = sizeof(std::uint32_t);
  static constexpr std::uint32_t longest_bytes = UINT32_MAX - overhead_bytes;
  static constexpr std::size_t slab_bytes = 0;
  using State = RawFraming::State;

  template <class Sink>
  static FeedResult feed(State& state, std::byte* slab, Bytes input, Sink& sink) noexcept {
    return RawFraming::feed(state, slab, input, sink);
  }

  /// Behind a message there is none.
  static Cut cut(Bytes) noexcept { return {}; }

  template <class Put>
  static void frame(Bytes message, Put&& put) noexcept {
    const std::uint32_t length = message.size();
    put(Bytes(reinterpret_cast<const std::byte*>(&length), sizeof length));
    put(message);
  }
};

/// A line ends with `\n`; a `\r` before it is dropped. `maximum` counts neither. What follows the
/// last `\n` when the peer ends is no line and is dropped.
template <std::uint32_t maximum>
struct LineFraming {
  static_assert(maximum >= 1 && maximum <= (1U << 30U), "a line's maximum is 1 B to 1 GiB");
  static constexpr std::uint32_t maximum_bytes = maximum;
  static constexpr std::uint32_t overhead_bytes = 1;
  static constexpr std::uint32_t longest_bytes = UINT32_MAX;
  /// One more than the maximum, for the `\r`.
  static constexpr std::size_t slab_bytes = std::size_t{maximum} + 1 + Bytes::padding;
  struct State {
    std::uint32_t have = 0;  ///< bytes of the current line that wait in the slab
  };

  template <class Sink>
  static FeedResult feed(State& state, std::byte* slab, Bytes input, Sink& sink) noexcept {
    std::uint32_t position = 0;
    while (position < input.size()) {
      const std::byte* from = input.data() + position;
      const std::uint32_t left = input.size() - position;
      const auto* end = static_cast<const std::byte*>(std::memchr(from, '\n', left));
      const auto part = end == nullptr ? left : static_cast<std::uint32_t>(end - from);
      if (std::uint64_t{state.have} + part > std::uint64_t{maximum} + 1) return {position, true};
      if (end == nullptr) {
        if (!sink.stores()) return {position, false};
        std::memcpy(slab + state.have, from, part);
        state.have += part;
        return {input.size(), false};
      }
      if (!sink.ready(state.have + part)) return {position, false};
      const std::byte* line = from;
      if (state.have != 0) {
        std::memcpy(slab + state.have, from, part);
        line = slab;
      }
      std::uint32_t length = state.have + part;
      if (length != 0 && line[length - 1] == std::byte{'\r'}) length -= 1;
      if (length > maximum) return {position, true};
      state.have = 0;
      position += part + 1;
      position += sink.message(Bytes(line, length), rest_of(input, position));
    }
    return {position, false};
  }

  /// The first line of `input`, without a part of it in a slab.
  static Cut cut(Bytes input) noexcept {
    const std::byte* line = input.data();
    const auto* end = static_cast<const std::byte*>(std::memchr(line, '\n', input.size()));
    if (end == nullptr) return {};
    const auto part = static_cast<std::uint32_t>(end - line);
    const bool has_return = part != 0 && line[part - 1] == std::byte{'\r'};
    const std::uint32_t length = has_return ? part - 1 : part;
    if (length > maximum) return {};
    return {Bytes(line, length), part + 1};
  }

  template <class Put>
  static void frame(Bytes message, Put&& put) noexcept {
    put(message);
    put(Bytes("\n"));
  }
};

/// An unsigned length of `width` bytes stands before each message and counts the message only.
template <std::uint32_t width, std::endian order, std::uint32_t maximum>
struct LengthPrefixedFraming {
  static_assert(width == 1 || width == 2 || width == 4 || width == 8);
  static_assert(maximum >= 1 && maximum <= (1U << 30U), "a message's maximum is 1 B to 1 GiB");
  static constexpr std::uint32_t maximum_bytes = maximum;
  static constexpr std::uint32_t overhead_bytes = width;
  /// The longest message that the prefix can announce.
  static constexpr std::uint32_t longest_bytes =
      width < 4 ? (1U << (8 * (width % 4))) - 1 : UINT32_MAX;
  static constexpr std::size_t slab_bytes = std::size_t{maximum} + Bytes::padding;
  struct State {
    std::uint32_t have = 0;        ///< bytes of the current message that wait in the slab
    std::uint32_t length = 0;      ///< of the current message, once the prefix is whole
    std::uint8_t prefix_have = 0;  ///< bytes of the prefix seen
    std::byte prefix[width] = {};
  };

  template <class Sink>
  static FeedResult feed(State& state, std::byte* slab, Bytes input, Sink& sink) noexcept {
    std::uint32_t position = 0;
    while (true) {
      // Nearly every message: whole, and in one piece.
      if (const Cut whole = state.prefix_have == 0 ? cut(rest_of(input, position)) : Cut();
          whole.bytes != 0) {
        if (!sink.ready(whole.message.size())) return {position, false};
        position += whole.bytes;
        position += sink.message(whole.message, rest_of(input, position));
        continue;
      }
      if (state.prefix_have < width) {
        position += take_prefix(state, input, position);
        if (state.prefix_have < width) return {position, false};
        const std::uint64_t length = decode(state.prefix);
        if (length > maximum) return {position, true};
        state.length = static_cast<std::uint32_t>(length);
      }
      const std::uint32_t left = input.size() - position;
      const std::uint32_t missing = state.length - state.have;
      const std::byte* from = input.data() + position;
      if (left < missing) {
        if (!sink.stores()) return {position, false};
        if (left != 0) std::memcpy(slab + state.have, from, left);
        state.have += left;
        return {input.size(), false};
      }
      if (!sink.ready(state.length)) return {position, false};
      // An empty message that was held back may have no input behind it; the slab has padding.
      const std::byte* message = missing == 0 ? slab : from;
      if (state.have != 0) {
        std::memcpy(slab + state.have, from, missing);
        message = slab;
      }
      const std::uint32_t length = state.length;
      position += missing;
      state.have = 0;
      state.prefix_have = 0;
      position += sink.message(Bytes(message, length), rest_of(input, position));
    }
  }

  /// The first message of `input`, without a part of it in a slab.
  static Cut cut(Bytes input) noexcept {
    if (input.size() < width) return {};
    const std::uint64_t length = decode(input.data());
    if (length > maximum || input.size() - width < length) return {};
    const auto bytes = static_cast<std::uint32_t>(length);
    return {Bytes(input.data() + width, bytes), width + bytes};
  }

  template <class Put>
  static void frame(Bytes message, Put&& put) noexcept {
    std::byte prefix[width];
    std::uint64_t length = message.size();
    for (std::uint32_t index = 0; index < width; ++index) {
      const std::uint32_t place = order == std::endian::little ? index : width - 1 - index;
      prefix[place] = static_cast<std::byte>(length & 0xffU);
      length >>= 8U;
    }
    put(Bytes(prefix, width));
    put(message);
  }

 private:
  /// Copies what there is of the prefix; returns how many bytes of the input that took.
  static std::uint32_t take_prefix(State& state, Bytes input, std::uint32_t position) noexcept {
    std::uint32_t taken = 0;
    while (state.prefix_have < width && position + taken < input.size()) {
      state.prefix[state.prefix_have] = input[position + taken];
      state.prefix_have = static_cast<std::uint8_t>(state.prefix_have + 1);
      taken += 1;
    }
    return taken;
  }

  /// The length that the `width` bytes at `prefix` say. Without a loop, so that it is one load and,
  /// where the order is not the machine's, one swap.
  static std::uint64_t decode(const std::byte* prefix) noexcept {
    return decode_bytes(prefix, std::make_index_sequence<width>());
  }

  template <std::size_t... index>
  static std::uint64_t decode_bytes(const std::byte* prefix,
                                    std::index_sequence<index...>) noexcept {
    return ((std::to_integer<std::uint64_t>(prefix[index])
             << (8U * (order == std::endian::little ? index : width - 1 - index))) |
            ...);
  }
};

}  // namespace loom

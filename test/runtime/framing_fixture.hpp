// How tests feed a framing: a sink that keeps what it is given and may refuse or cut ahead, and a
// parser that goes on after each refusal.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loom/framing.hpp"

namespace loom_test {

using loom::Bytes;
using loom::FeedResult;

/// Keeps what it is given; may refuse the message after every `refuse_after` accepted ones, once.
struct Collector {
  std::vector<std::string> messages;
  std::uint32_t refuse_after = UINT32_MAX;
  std::uint32_t since_refusal = 0;
  std::uint32_t asked_bytes = 0;
  bool refused = false;
  std::uint32_t padding_sum = 0;

  bool ready(std::uint32_t bytes) {
    asked_bytes = bytes;
    if (since_refusal == refuse_after) {
      since_refusal = 0;
      refused = true;
      return false;
    }
    return true;
  }
  [[nodiscard]] bool stores() const { return true; }
  /// How it cuts messages behind the one that it is given, and how many each time.
  loom::Cut (*cut)(Bytes) noexcept = nullptr;
  std::uint32_t cuts_most = 0;

  std::uint32_t message(Bytes bytes, Bytes rest) {
    EXPECT_GE(asked_bytes, bytes.size()) << "ready() is asked for at least what comes";
    keep(bytes);
    std::uint32_t taken = 0;
    for (std::uint32_t n = 0; n < cuts_most && since_refusal < refuse_after; ++n) {
      const loom::Cut next = cut(loom::rest_of(rest, taken));
      if (next.bytes == 0) break;
      keep(next.message);
      taken += next.bytes;
    }
    return taken;
  }

 private:
  void keep(Bytes bytes) {
    messages.emplace_back(bytes.text());
    since_refusal += 1;
    // The promise to SIMD parsers; AddressSanitizer watches the reads.
    const volatile std::byte* after = bytes.data() + bytes.size();
    for (std::size_t n = 0; n < Bytes::padding; ++n) {
      padding_sum += std::to_integer<std::uint32_t>(after[n]);
    }
  }
};

/// One framing with its state and a slab of exactly the size it asks for.
template <class Framing>
class Parser {
 public:
  /// Feeds all of `piece`, going on after each refusal. False once the stream is too large.
  bool feed(std::string_view piece, Collector& sink) {
    const auto block = std::make_unique<std::byte[]>(piece.size() + Bytes::padding);
    std::memcpy(block.get(), piece.data(), piece.size());
    std::uint32_t position = 0;
    while (true) {
      const Bytes rest = refusals != 0 && position == piece.size()
                             ? Bytes()
                             : Bytes(block.get() + position, piece.size() - position);
      const FeedResult result = Framing::feed(state_, slab_.get(), rest, sink);
      position += result.consumed;
      if (result.too_large) return false;
      // A refused message of length zero leaves no byte to feed again; the engine feeds an empty
      // input then, and so does this.
      if (!std::exchange(sink.refused, false)) {
        EXPECT_EQ(position, piece.size()) << "stopped although the sink was ready";
        return true;
      }
      refusals += 1;
      if (refusals > 10000) {
        ADD_FAILURE() << "a framing that makes no progress";
        return false;
      }
    }
  }

  std::uint32_t refusals = 0;

 private:
  typename Framing::State state_{};
  std::unique_ptr<std::byte[]> slab_ =
      std::make_unique<std::byte[]>(Framing::slab_bytes == 0 ? 1 : Framing::slab_bytes);
};

/// The stream that carries `messages` in `Framing`.
template <class Framing>
std::string frame(const std::vector<std::string>& messages) {
  std::string stream;
  for (const std::string& message : messages) {
    Framing::frame(Bytes(std::string_view(message)),
                   [&](Bytes part) { stream.append(part.text()); });
  }
  return stream;
}

}  // namespace loom_test

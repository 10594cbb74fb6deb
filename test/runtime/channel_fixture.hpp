// Channels for tests: types as the generator emits them, and the memory of one.
#pragma once

#include <loom/channel_in.hpp>
#include <loom/channel_out.hpp>

#include <cstdint>
#include <cstring>
#include <vector>

namespace loom_test {

struct Quote {
  std::uint64_t sequence = 0;
  std::int64_t price = 0;
  std::uint16_t symbol = 0;
};

/// A channel of quotes; those that conflate by key do so by symbol.
template <loom::ChannelFull full, std::uint32_t size = 4,
          loom::ChannelEnd reader = loom::ChannelEnd::js>
struct QuoteChannel {
  using Message = Quote;
  static constexpr loom::ChannelShape shape{
      .name = "quotes", .capacity = size, .full = full, .to = reader};
  static constexpr auto key = &Quote::symbol;
};

/// A shared block with one channel, its counters at `start`.
class ChannelBlock {
 public:
  explicit ChannelBlock(std::uint32_t start = 0, bool attached = true, std::size_t bytes = 1 << 16)
      : words_(bytes / 8 + 8) {
    header().tail = start;
    header().head = start;
    loom::control_block(memory()).js_attached = attached ? 1 : 0;
  }
  ChannelBlock(const ChannelBlock&) = delete;
  ChannelBlock& operator=(const ChannelBlock&) = delete;

  /// Aligned to 64.
  std::byte* memory() {
    auto address = reinterpret_cast<std::uintptr_t>(words_.data());
    return reinterpret_cast<std::byte*>((address + 63) / 64 * 64);
  }
  std::byte* channel() { return memory() + 1024; }
  loom::ChannelHeader& header() { return *reinterpret_cast<loom::ChannelHeader*>(channel()); }
  std::uint64_t drops() { return loom::stats_block(memory()).get(loom::Stat::channel_drops); }

  template <class Publisher>
  void attach(Publisher& publisher, loom::Doorbell* reader = nullptr) {
    publisher.attach(
        {.shared = memory(), .memory = channel(), .now = &now_nanoseconds, .reader = reader});
  }
  template <class Receiver>
  void attach_reader(Receiver& receiver) {
    receiver.attach(channel(), nullptr);
  }

  std::uint64_t now_nanoseconds = 0;

 private:
  std::vector<std::uint64_t> words_;
};

/// A writer and a reader of one channel.
template <class Channel>
struct ChannelPair {
  explicit ChannelPair(std::uint32_t start = 0) : block(start) {
    block.attach(writer);
    block.attach_reader(reader);
  }

  /// Sequences of at most `maximum` messages, as they are read.
  std::vector<std::uint64_t> take(std::uint32_t maximum = UINT32_MAX) {
    std::vector<std::uint64_t> sequences;
    reader.take(maximum, [&](const Quote& quote) { sequences.push_back(quote.sequence); });
    return sequences;
  }
  loom::PublishResult::Value publish(std::uint64_t sequence, std::uint16_t symbol = 0) {
    return writer
        .publish({.sequence = sequence,
                  .price = -3 * static_cast<std::int64_t>(sequence),
                  .symbol = symbol})
        .value();
  }

  ChannelBlock block;
  loom::Publisher<Channel> writer;
  loom::Receiver<Channel> reader;
};

}  // namespace loom_test

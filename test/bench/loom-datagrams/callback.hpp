// Takes the messages of each datagram, and counts how late each is in the handler.
#pragma once

#include <bench/handlers.hpp>
#include <cstdint>

#include "../loom/totals.hpp"

struct Sink : bench::SinkBase<Sink> {
  /// A length that passes the datagram's end is no message, and the last of it.
  void on_datagram(auto& /*socket*/, const loom::Datagram& datagram) noexcept {
    const std::byte* at = datagram.bytes.data();
    std::uint32_t left = datagram.bytes.size();
    while (left >= bench::prefix_bytes) {
      const std::uint32_t size =
          std::to_integer<std::uint32_t>(at[0]) << 8U | std::to_integer<std::uint32_t>(at[1]);
      left -= bench::prefix_bytes;
      at += bench::prefix_bytes;
      if (size > left) return;
      bench::totals.take(at, size, reactor().batch_nanoseconds(),
                         [this] { return reactor().now_nanoseconds(); });
      left -= size;
      at += size;
    }
  }
};

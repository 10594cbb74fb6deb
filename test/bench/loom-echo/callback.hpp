// Gives every byte back. The answer that no longer fits the write queue is kept, and its connection
// is not read from until it does.
#pragma once

#include <bench/handlers.hpp>
#include <cstdint>
#include <cstring>
#include <type_traits>

struct Echo : bench::EchoBase<Echo> {
  /// The most that one receive can bring.
  static constexpr std::uint32_t piece_bytes = 32768;

  /// The piece of a connection that waits for room.
  struct State {
    std::uint32_t size = 0;
    std::byte piece[piece_bytes] = {};
  };

  void on_data(auto& connection, loom::Bytes bytes) noexcept {
    constexpr auto& shape = std::remove_reference_t<decltype(connection)>::Descriptor::shape;
    static_assert(shape.buffer_bytes <= piece_bytes, "a receive must fit into State::piece");
    static_assert(shape.write_queue_bytes / 2 >= piece_bytes, "on_drain must find room for it");
    if (connection.write(bytes).value() != loom::WriteResult::full) return;
    State& kept = connection.state();
    std::memcpy(kept.piece, bytes.data(), bytes.size());
    kept.size = bytes.size();
    connection.pause();
  }

  void on_drain(auto& connection) noexcept {
    State& kept = connection.state();
    connection.write({kept.piece, kept.size});
    kept.size = 0;
    connection.resume();
  }
};

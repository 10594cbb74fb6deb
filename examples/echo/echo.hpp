// Gives every byte back. A peer that sends without reading is not read from while its answers wait:
// the one piece that no longer fits the write queue is kept, and reading stops until it does.
#pragma once

#include <cstdint>
#include <cstring>
#include <echo/handlers.hpp>
#include <type_traits>

/// Serves fds.tcp and fds.local on reactors.main.
struct Echo : echo::EchoBase<Echo> {
  /// The most that one receive can bring, in bytes.
  static constexpr std::uint32_t piece_bytes = 32768;

  /// The piece of a connection that waits for room.
  struct State {
    std::uint32_t size = 0;
    std::byte piece[piece_bytes] = {};
  };

  /// Whatever came goes back.
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

  /// Half of the write queue is free again.
  void on_drain(auto& connection) noexcept {
    State& kept = connection.state();
    connection.write({kept.piece, kept.size});
    kept.size = 0;
    connection.resume();
  }
};

// An exact echo under backpressure. What a full write queue refuses is kept, the connection is
// paused, and goes on when on_drain says so; a message in between would be an error.
#pragma once

#include <cstring>

#include "transcript.hpp"

/// Sends back what it receives, never more than it can queue, never out of order.
struct Mirror : server::MirrorBase<Mirror> {
  static constexpr std::uint32_t receive_bytes = 4096;

  struct State {
    transcript::Seen seen;
    std::uint32_t kept_bytes = 0;
    bool drain_owed = false;
    std::byte kept[receive_bytes];
  };

  void on_open(auto& connection) { transcript::note(*this, connection, "open"); }

  void on_data(auto& connection, loom::Bytes bytes) {
    State& state = connection.state();
    transcript::expect_reading(*this, connection, state.seen);
    state.seen.add(bytes);
    if (connection.write(bytes)) return;
    std::memcpy(state.kept, bytes.data(), bytes.size());
    state.kept_bytes = bytes.size();
    state.drain_owed = true;
    state.seen.paused = true;
    connection.pause();
  }

  void on_drain(auto& connection) {
    State& state = connection.state();
    if (!state.drain_owed) {
      transcript::note(*this, connection, "VIOLATION: on_drain that nothing asked for");
      return;
    }
    state.drain_owed = false;
    if (!connection.write(loom::Bytes(state.kept, state.kept_bytes))) {
      transcript::note(*this, connection, "VIOLATION: refused although half of the queue is free");
    }
    state.seen.paused = false;
    connection.resume();
  }

  void on_close(auto& connection, loom::CloseReason why) {
    const State& state = connection.state();
    transcript::note(*this, connection, "close: %s after %llu bytes, hash %08x", why.name(),
                     static_cast<unsigned long long>(state.seen.bytes), state.seen.hash.value());
  }
};

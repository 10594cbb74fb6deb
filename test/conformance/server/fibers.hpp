// The handlers of the conformance server in fiber style: what server.hpp does by hooks, as
// straight-line code. The transcripts are the same.
#pragma once

#include <server/handlers.hpp>

#include "fiber_script.hpp"
#include "transcript.hpp"

/// Sends back what it receives: a write that finds no room waits, and so does the peer.
struct Mirror : server::MirrorBase<Mirror> {
  struct State {
    transcript::Seen seen;
  };

  void run(auto& connection) {
    transcript::note(*this, connection.handle(), "open");
    while (const auto bytes = connection.read()) {
      connection.state().seen.add(*bytes);
      if (!connection.write(*bytes)) return;
    }
  }

  void on_close(auto& connection, loom::CloseReason why) {
    const transcript::Seen& seen = connection.state().seen;
    transcript::note(*this, connection, "close: %s after %llu bytes, hash %08x", why.name(),
                     static_cast<unsigned long long>(seen.bytes), seen.hash.value());
  }
};

/// Answers each message with its length and its hash, and notes it.
struct Digest : server::DigestBase<Digest> {
  void run(auto& connection) {
    transcript::note(*this, connection.handle(), "open");
    while (const auto message = connection.read()) {
      transcript::Hash hash;
      hash.add(*message);
      transcript::note(*this, connection.handle(), "message of %u bytes, hash %08x",
                       message->size(), hash.value());
      char answer[64];
      const int length =
          std::snprintf(answer, sizeof answer, "%u %08x", message->size(), hash.value());
      const loom::Bytes text(reinterpret_cast<const std::byte*>(answer),
                             static_cast<std::uint32_t>(length));
      if (!connection.write_frame(text)) return;
    }
  }

  void on_close(auto& connection, loom::CloseReason why) {
    transcript::note(*this, connection, "close: %s", why.name());
  }
};

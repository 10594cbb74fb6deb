// The handlers of the conformance server. Each is driven by what its peers send, so that the
// scenarios are written down in one place, the driver.
#pragma once

#include <server/handlers.hpp>

#include "mirror.hpp"
#include "script.hpp"

/// Answers each message with its length and its hash, and notes it.
struct Digest : server::DigestBase<Digest> {
  void on_open(auto& connection) { transcript::note(*this, connection, "open"); }

  void on_data(auto& connection, loom::Bytes message) {
    transcript::Hash hash;
    hash.add(message);
    transcript::note(*this, connection, "message of %u bytes, hash %08x", message.size(),
                     hash.value());
    char answer[64];
    const int length =
        std::snprintf(answer, sizeof answer, "%u %08x", message.size(), hash.value());
    const loom::Bytes text(reinterpret_cast<const std::byte*>(answer),
                           static_cast<std::uint32_t>(length));
    if (!connection.write_frame(text)) {
      transcript::note(*this, connection, "VIOLATION: an answer did not fit its queue");
    }
  }

  void on_close(auto& connection, loom::CloseReason why) {
    transcript::note(*this, connection, "close: %s", why.name());
  }
};

// The handlers of the conformance client: they note what they see and obey what their servers
// say: `!close`, `!abort`, `!finish`, `!stop`.
#pragma once

#include <client/handlers.hpp>

#include <string_view>

#include "timers.hpp"
#include "transcript.hpp"

/// Greets, notes every line, and obeys.
struct Dialer : client::DialerBase<Dialer> {
  void on_start() { reactor().log("T start 0.0 on_start"); }

  void on_open(auto& connection) {
    transcript::note(*this, connection, "open");
    if (!connection.write_frame(loom::Bytes("hello"))) {
      transcript::note(*this, connection, "VIOLATION: a new connection refused a write");
    }
  }

  void on_data(auto& connection, loom::Bytes line) {
    const std::string_view text = line.text();
    transcript::note(*this, connection, "line %.*s", static_cast<int>(text.size()), text.data());
    if (text == "!close") connection.close();
    if (text == "!abort") connection.abort();
    if (text == "!finish") connection.finish();
    if (text == "!stop") reactor().stop();
  }

  void on_close(auto& connection, loom::CloseReason why) {
    transcript::note(*this, connection, "close: %s", why.name());
  }
};

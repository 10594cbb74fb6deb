// The handlers of the conformance client in fiber style: what client.hpp does by hooks.
#pragma once

#include <client/handlers.hpp>

#include <string_view>

#include "timers.hpp"
#include "transcript.hpp"

/// Greets, notes every line, and obeys.
struct Dialer : client::DialerBase<Dialer> {
  void on_start() { reactor().log("T start 0.0 on_start"); }

  void run(auto& connection) {
    transcript::note(*this, connection.handle(), "open");
    if (!connection.write_frame(loom::Bytes("hello"))) {
      transcript::note(*this, connection.handle(), "VIOLATION: a new connection refused a write");
    }
    while (const auto line = connection.read()) {
      const std::string_view text = line->text();
      transcript::note(*this, connection.handle(), "line %.*s", static_cast<int>(text.size()),
                       text.data());
      if (text == "!close") connection.close();
      if (text == "!abort") connection.abort();
      if (text == "!finish") connection.finish();
      if (text == "!stop") reactor().stop();
    }
  }

  /// Also when an attempt failed, which no fiber sees.
  void on_close(auto& connection, loom::CloseReason why) {
    transcript::note(*this, connection, "close: %s", why.name());
  }
};

// The handlers of the conformance client: they note what they see and obey what their servers
// say: `!close`, `!abort`, `!finish`, `!stop`.
#pragma once

#include <client/handlers.hpp>

#include <string_view>

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

/// Notes once that a periodic timer came for the third time.
struct Clock : client::ClockBase<Clock> {
  std::uint64_t expirations = 0;
  std::uint64_t due_nanoseconds = 0;

  void on_tick(loom::Tick tick) {
    constexpr std::uint64_t period_nanoseconds = 2'000'000;
    if (due_nanoseconds != 0 &&
        tick.due_nanoseconds - due_nanoseconds != tick.expirations * period_nanoseconds) {
      reactor().log("T beat 0.0 VIOLATION: expirations and due times disagree");
    }
    due_nanoseconds = tick.due_nanoseconds;
    const bool early = expirations < 3;
    expirations += tick.expirations;
    if (early && expirations >= 3) reactor().log("T beat 0.0 three expirations or more");
  }
};

/// Notes each expiration of a one-shot timer.
struct Alarm : client::AlarmBase<Alarm> {
  void on_tick(loom::Tick tick) {
    reactor().log(tick.expirations == 1 ? "T late 0.0 fired" : "T late 0.0 VIOLATION: again");
  }
};

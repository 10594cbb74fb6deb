// A handler of a pipe: it counts what comes and says so where it may write.
#pragma once

#include <descriptors/handlers.hpp>

#include "transcript.hpp"

/// Notes short lines; `!sum` writes how much came, as an event of the transcript.
struct Orders : descriptors::OrdersBase<Orders> {
  struct State {
    transcript::Seen seen;
  };

  void on_open(auto& connection) { transcript::note(*this, connection, "open"); }

  void on_data(auto& connection, loom::Bytes line) {
    transcript::Seen& seen = connection.state().seen;
    if (line.text() != "!sum") return seen.add(line);
    char text[128];
    const int length = std::snprintf(
        text, sizeof text, "T orders %u.%u %llu lines, %llu bytes, hash %08x\n", connection.index(),
        connection.generation(), static_cast<unsigned long long>(seen.messages),
        static_cast<unsigned long long>(seen.bytes), seen.hash.value());
    connection.write(loom::Bytes(std::string_view(text, static_cast<std::size_t>(length))));
  }

  void on_close(auto& connection, loom::CloseReason why) {
    transcript::note(*this, connection, "close: %s", why.name());
  }
};

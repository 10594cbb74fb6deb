// A handler that takes descriptors and gives them back.
#pragma once

#include <descriptors/handlers.hpp>

#include <unistd.h>

#include "transcript.hpp"

/// Keeps the last descriptor of each connection; `!back` sends it back with the line `back`.
struct Broker : descriptors::BrokerBase<Broker> {
  struct State {
    loom::ReceivedDescriptor kept;
  };

  void on_open(auto& connection) { transcript::note(*this, connection, "open"); }

  void on_descriptor(auto& connection, loom::ReceivedDescriptor descriptor) {
    char text[32];
    // loom: allow blocking — a few bytes of a file that its sender just wrote
    const ssize_t size = ::pread(descriptor.get(), text, sizeof text, 0);
    transcript::note(*this, connection, "descriptor that reads '%.*s'",
                     size < 0 ? 0 : static_cast<int>(size), text);
    connection.state().kept = std::move(descriptor);
  }

  void on_data(auto& connection, loom::Bytes line) {
    transcript::note(*this, connection, "line '%.*s'", static_cast<int>(line.size()),
                     line.text().data());
    if (line.text() != "!back") return;
    connection.write("before\n");
    const int kept = connection.state().kept.get();
    if (!connection.send_descriptor(kept, "back\n")) {
      transcript::note(*this, connection, "VIOLATION: not sent");
    }
    connection.state().kept = {};
    connection.write("after\n");
  }

  void on_close(auto& connection, loom::CloseReason why) {
    transcript::note(*this, connection, "close: %s", why.name());
  }
};

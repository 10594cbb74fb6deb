// The handlers of the servers that declared loads are tried at.
#pragma once

#include <tuned/handlers.hpp>

/// Gives every byte back; a load of a few messages always fits the write queue.
struct Echo : tuned::EchoBase<Echo> {
  void on_data(auto& connection, loom::Bytes bytes) noexcept { connection.write(bytes); }
};

/// Takes messages and says nothing.
struct Sink : tuned::SinkBase<Sink> {
  void on_data(auto& /*connection*/, loom::Bytes /*message*/) noexcept {}
};

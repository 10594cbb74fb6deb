// Handlers for tests of the bindings: JavaScript sends through their fds, too.
#pragma once

#include <requests/handlers.hpp>

/// Says hello on each connection, ahead of whatever JavaScript sends there.
struct Talker : requests::TalkerBase<Talker> {
  void on_open(auto& connection) { connection.write_frame("hello"); }
  void on_data(auto& /*connection*/, loom::Bytes /*bytes*/) {}
};

/// Answers each datagram with the same bytes.
struct Hearer : requests::HearerBase<Hearer> {
  void on_datagram(Socket& socket, const loom::Datagram& datagram) {
    socket.send_to(datagram.peer, datagram.bytes);
  }
};

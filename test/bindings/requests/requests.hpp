// Handlers for tests of the bindings: JavaScript sends through their fds, too.
#pragma once

#include <unistd.h>

#include <requests/handlers.hpp>
#include <stdexcept>
#include <string>

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

/// Adds up an order. Its note may ask for something else: to throw it, or to wait for the end.
struct Totals : requests::TotalsBase<Totals> {
  requests::Total on_call(auto& call, const requests::Order& order) {
    const std::string note(order.note.view());
    if (note.starts_with("throw ")) throw std::runtime_error(note.substr(6));
    while (note == "wait" && !call.is_cancelled()) usleep(100);
    requests::Total total;
    total.id = order.id;
    total.side = order.side;
    for (const auto& leg : order.legs) {
      total.notional.unscaled += leg.price.unscaled * static_cast<std::int64_t>(leg.quantity);
    }
    for (const std::uint8_t tag : order.tags) total.notional.unscaled += tag;
    return total;
  }
};

// What is compiled for other systems: the echo example's handler, and one of each other kind.
#pragma once
#include "../../examples/echo/echo.hpp"

/// Straight-line code on a stack of its own: what a thread makes of each line goes to a file.
struct Lines : echo::LinesBase<Lines> {
  void run(auto& connection) {
    while (const auto bytes = connection.read()) {
      const auto size = loom::offload(this->pools.crunch, [&] { return bytes->size(); });
      if (!size || !this->notes.append(*bytes)) return;
      if (!connection.write_frame(*bytes)) return;
    }
  }
};

/// Counts datagrams for JavaScript.
struct Packets : echo::PacketsBase<Packets> {
  void on_datagram(auto& socket, const loom::Datagram& datagram) {
    count_ += 1;
    socket.send_to(datagram.peer, datagram.bytes);
  }
  void on_tick(loom::Tick /*tick*/) { this->counts.publish({.count = count_}); }

 private:
  std::uint32_t count_ = 0;
};

/// Says again what it is told.
struct Orders : echo::OrdersBase<Orders> {
  void on_data(auto& connection, loom::Bytes bytes) { connection.write(bytes); }
};

/// Hears of SIGHUP.
struct Reload : echo::ReloadBase<Reload> {
  void on_signal(const loom::SignalInfo& info) { last = info.number; }
  int last = 0;
};

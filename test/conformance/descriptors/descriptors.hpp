// The handlers of the program with every kind of descriptor; each is driven by its peers.
#pragma once

#include <descriptors/handlers.hpp>

#include <string>

#include "broker.hpp"
#include "orders.hpp"
#include "sources.hpp"
#include "transcript.hpp"

/// Sends each packet back. `!large` answers what becomes of writes that cannot be packets, and
/// `!burst` answers with 20 packets of growing size at once.
struct Packets : descriptors::PacketsBase<Packets> {
  static constexpr std::uint32_t burst_packets = 20;

  void on_open(auto& connection) { transcript::note(*this, connection, "open"); }

  void on_data(auto& connection, loom::Bytes packet) {
    transcript::Hash hash;
    hash.add(packet);
    transcript::note(*this, connection, "packet of %u bytes, hash %08x", packet.size(),
                     hash.value());
    if (packet.text() == "!large") return refused(connection);
    if (packet.text() == "!burst") return burst(connection);
    if (!connection.write(packet)) transcript::note(*this, connection, "VIOLATION: no room");
  }

  void on_close(auto& connection, loom::CloseReason why) {
    transcript::note(*this, connection, "close: %s", why.name());
  }

 private:
  static void refused(auto& connection) {
    static constexpr std::byte bytes[65536]{};
    const bool empty = connection.write(loom::Bytes()).value() == loom::WriteResult::empty;
    const bool large =
        connection.write(loom::Bytes(bytes, connection.writable_bytes() + 1)).value() ==
        loom::WriteResult::too_large;
    connection.write(empty && large ? loom::Bytes("empty, too_large") : loom::Bytes("VIOLATION"));
  }

  static void burst(auto& connection) {
    static constexpr std::byte bytes[burst_packets]{};
    for (std::uint32_t size = 1; size <= burst_packets; ++size) {
      connection.write(loom::Bytes(bytes, size));
    }
  }
};

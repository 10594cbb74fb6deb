// Sends of JavaScript through fds that a C++ handler serves: the bytes go behind what the handler
// wrote, into the same bounded queue. One that finds no room waits for it, in order.
#pragma once

#include <cerrno>
#include <cstdint>

#include "connection.hpp"
#include "datagram_socket.hpp"
#include "js_request_table.hpp"

namespace loom {

/// In place of an errno: there is no room now.
inline constexpr int send_waits = -1;

/// The errno that says what became of a write; 0 when it was queued.
constexpr int error_of(WriteResult result) noexcept {
  switch (result.value()) {
    case WriteResult::queued: return 0;
    case WriteResult::full: return send_waits;
    case WriteResult::closed: return ENOTCONN;
    case WriteResult::too_large: return EMSGSIZE;
    default: return EINVAL;
  }
}

/// Queues what `slot` asks for on its connection. @returns 0, an errno, or send_waits.
template <class Fd>
int send_for_js(StreamFamily<Fd>& family, const JsRequestSlot& slot) noexcept {
  const JsRequest& asked = slot.asked;
  if (asked.slot >= family.slot_count) return ENOTCONN;
  if (asked.bytes + Fd::Framing::overhead_bytes > family.queue_bytes) return EMSGSIZE;
  StreamSlot<Fd>& connection = family.slots[asked.slot];
  if (asked.offset != 0 && connection.generation != asked.offset) return ENOTCONN;
  if (connection.state != SlotState::open) return ENOTCONN;
  // What was refused before comes first; it is tried again once half of the queue is free.
  if (connection.write_refused) return send_waits;
  return error_of(Connection<Fd>(connection).write_frame(Bytes(slot.memory, asked.bytes)));
}

/// The same on a datagram socket. Behind the bytes lies the text of an address, with its NUL, where
/// there is one.
template <class Fd>
int send_for_js(DatagramFamily<Fd>& family, const JsRequestSlot& slot) noexcept {
  const JsRequest& asked = slot.asked;
  if (asked.slot >= family.slot_count) return ENOTCONN;
  if (asked.address_bytes > asked.bytes) return EINVAL;
  DatagramSlot<Fd>& socket = family.slots[asked.slot];
  if (socket.send_refused && socket.state == DatagramState::open) return send_waits;
  PeerAddress peer;
  if (asked.address_bytes != 0) {
    const std::byte* text = slot.memory + asked.bytes - asked.address_bytes;
    if (text[asked.address_bytes - 1] != std::byte{0}) return EINVAL;
    const auto found = PeerAddress::from_text(reinterpret_cast<const char*>(text));
    if (!found) return EDESTADDRREQ;
    peer = *found;
  } else if (family.addresses.peer.bytes == 0) {
    return EDESTADDRREQ;
  }
  const Bytes bytes(slot.memory, asked.bytes - asked.address_bytes);
  return error_of(DatagramSocket<Fd>(socket).send_to(peer, bytes));
}

}  // namespace loom

// The records of the byte rings between one reactor and JavaScript: their header, what they tell or
// ask, and payloads of a fixed form. templates/bindings/layout.ts says the same in TypeScript.
#pragma once

#include <cstdint>

namespace loom {

/// Begins every record of a byte ring; the payload follows, padded to 8 bytes.
struct RecordHeader {
  /// Payload bytes, or `record_skip`.
  std::uint32_t bytes;
  /// Program-wide number of the fd.
  std::uint16_t fd;
  /// A DeliveryEvent or an InboxCommand.
  std::uint16_t event;
  /// Position of the connection within its fd, 0 .. connections - 1.
  std::uint32_t slot;
  std::uint32_t generation;
};
static_assert(sizeof(RecordHeader) == 16 && alignof(RecordHeader) == 4);

/// In place of a payload length: nothing more before the end of the ring, go on at its start.
inline constexpr std::uint32_t record_skip = 0xffffffff;

/// What a record in the delivery ring tells JavaScript.
enum class DeliveryEvent : std::uint16_t {
  open = 1,
  data = 2,
  drain = 3,
  /// Payload: ClosePayload.
  close = 4,
  /// Payload: u64 expirations since the last tick; `fd` is a timer, slot and generation are 0.
  tick = 5,
  /// The peer will send no more. JavaScript answers with InboxCommand::close once everything before
  /// this was read, so that answers to the last messages are still sent.
  end = 6,
  /// Payload: JsOutcome; `slot` is the number of the request.
  completed = 7,
  /// Several messages of one connection, in their order. Payload: for each a RunEntry and its
  /// bytes, padded to 8.
  run = 8,
  // From here on: events of the program, with payloads of program_event.hpp.
  /// A connection of a client was established.
  up = 32,
  /// It ended, or an attempt failed.
  down = 33,
  /// Something is missing in what an fd receives.
  gap = 34,
  /// A handler has caught up again.
  resynced = 35,
  /// A channel began to lose messages, or has room again.
  overflow = 36,
  /// A hook or a fiber held the loop longer than its budget.
  stall = 37,
  /// Events that found no room.
  lost = 38,
};

/// What a record in the inbox asks of the reactor.
enum class InboxCommand : std::uint16_t {
  /// One message; the reactor adds the framing.
  data = 2,
  close = 3,
  abort = 4,
  finish = 5,
  pause = 6,
  resume = 7,
};

/// Stands before each message of DeliveryEvent::run.
struct RunEntry {
  /// Of the message.
  std::uint32_t bytes;
  std::uint32_t reserved;
};
static_assert(sizeof(RunEntry) == 8);

/// Payload of DeliveryEvent::close.
struct ClosePayload {
  /// A CloseKind.
  std::uint16_t kind;
  std::uint16_t reserved;
  /// errno, 0 when none.
  std::int32_t system_error;
};
static_assert(sizeof(ClosePayload) == 8);

}  // namespace loom

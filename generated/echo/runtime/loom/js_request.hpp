// What JavaScript asks of a reactor besides its connections, such as reading a file: an entry of
// fixed size in a ring of the shared block, and what it came to, a record in the ring towards
// JavaScript. Bytes to read or to write lie in the arena, a part of the same block.
// templates/bindings/requests.ts says the same in TypeScript.
#pragma once

#include <cstddef>
#include <cstdint>

namespace loom {

/// What is asked.
enum class JsRequestKind : std::uint16_t {
  /// Ends the request of the same number and generation, which then completes.
  cancel = 1,
  read = 2,       ///< of a file, pread(2) as often as it takes
  write = 3,      ///< of a file, pwrite(2) as often as it takes; mode 'append': at its end
  size = 4,       ///< of a file, statx(2) into the arena: sizeof(struct statx) bytes
  truncate = 5,   ///< of a file to `offset` bytes, ftruncate(2)
  sync = 6,       ///< of a file, fsync(2)
  sync_data = 7,  ///< of a file, fdatasync(2)
  /// Its bytes on a connection, framed, or in a datagram; done when they are queued.
  send = 8,
  /// A function on a pool: the request is at the start of its bytes, the reply goes behind it.
  call = 9,
};

/// One entry of the ring.
struct JsRequest {
  /// A JsRequestKind.
  std::uint16_t kind;
  /// Program-wide number of the fd. call: which of the reactor's calls.
  std::uint16_t fd;
  /// Which of JavaScript's requests it is, below the reactor's count; free once it has completed.
  std::uint32_t number;
  /// Tells this request from earlier ones of the same number.
  std::uint32_t generation;
  /// Its bytes in the arena: where they begin, and how many.
  std::uint32_t memory;
  std::uint32_t bytes;
  /// send: which connection or socket of the fd.
  std::uint32_t slot;
  /// Where in the file; truncate: its length. send: the generation of the connection, 0 is any.
  std::uint64_t offset;
  /// send: how many of `bytes`, at their end, are the address of the datagram, as text with its
  /// NUL; 0: the peer that the socket is connected to.
  std::uint32_t address_bytes;
  std::byte padding[28];
};
static_assert(sizeof(JsRequest) == 64 && offsetof(JsRequest, offset) == 24);
static_assert(offsetof(JsRequest, number) == 4 && offsetof(JsRequest, generation) == 8);
static_assert(offsetof(JsRequest, memory) == 12 && offsetof(JsRequest, bytes) == 16);
static_assert(offsetof(JsRequest, slot) == 20 && offsetof(JsRequest, address_bytes) == 32);

/// Payload of DeliveryEvent::completed; the record's slot is the request's number.
struct JsOutcome {
  /// errno, 0 when it was done, or js_call_threw.
  std::int32_t system_error;
  std::uint32_t reserved;
  /// Bytes that were read or written, also before an error; or the file's size. js_call_threw:
  /// bytes of what it said, in place of the reply.
  std::uint64_t value;
};
static_assert(sizeof(JsOutcome) == 16 && offsetof(JsOutcome, value) == 8);

/// In place of an errno: the function that was called threw.
inline constexpr std::int32_t js_call_threw = -1;
/// Requests and replies of calls begin at multiples of so many bytes: no message asks for more.
inline constexpr std::uint32_t js_call_alignment = 8;

}  // namespace loom

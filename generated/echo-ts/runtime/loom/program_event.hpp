// Events of the program as a whole, on their way to JavaScript: payloads of their records, and
// those that wait for room in the ring. templates/bindings/program_events.ts reads the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "ring_records.hpp"

namespace loom {

/// What a handler knows of a gap in what it receives; see HandlerBase::notify_gap.
struct Gap {
  std::uint64_t stream = 0;    ///< which sequence of its fd: a symbol, a lane; the handler's number
  std::uint64_t expected = 0;  ///< the number that should have come next
  std::uint64_t received = 0;  ///< the number that came
};

/// That a handler has caught up again; see HandlerBase::notify_resynced.
struct Resynced {
  std::uint64_t stream = 0;  ///< as in the Gap
  std::uint64_t at = 0;      ///< the number that it goes on from
};

/// Payload of DeliveryEvent::up and down; `fd`, slot and generation are the connection's.
struct ClientPayload {
  std::uint16_t kind = 0;             ///< a CloseKind; 0 for up
  std::uint16_t failed_attempts = 0;  ///< since the connection before
  std::int32_t system_error = 0;      ///< errno, 0 when none
};
static_assert(sizeof(ClientPayload) == 8);

/// Who found a gap.
enum class GapCause : std::uint32_t {
  sequence = 0,  ///< a handler
  dropped = 1,   ///< the kernel dropped datagrams; `received` of the gap says how many
};

/// Payload of DeliveryEvent::gap.
struct GapPayload {
  Gap gap;
  GapCause cause = GapCause::sequence;
  std::uint32_t reserved = 0;
};
static_assert(sizeof(GapPayload) == 32);

/// Payload of DeliveryEvent::overflow; the record's slot is the channel's number in its reactor.
struct OverflowPayload {
  std::uint64_t dropped = 0;  ///< messages lost or replaced so far
  std::uint32_t began = 0;    ///< 1 began, 0 ceased
  std::uint32_t reserved = 0;
};
static_assert(sizeof(OverflowPayload) == 16);

/// Payload of DeliveryEvent::stall, cut behind the name.
struct StallPayload {
  std::uint64_t nanoseconds = 0;
  char activity[120] = {};
};

/// Payload of DeliveryEvent::lost.
struct LostPayload {
  std::uint64_t events = 0;
};

/// Events that found no room in the ring; what does not fit here either is counted.
class WaitingEvents {
 public:
  static constexpr std::uint32_t capacity = 32;
  static constexpr std::uint32_t payload_bytes = sizeof(StallPayload);

  /// One record.
  struct Event {
    RecordHeader header{};
    alignas(8) std::byte payload[payload_bytes];
  };

  /// Nothing waits.
  [[nodiscard]] bool empty() const noexcept { return count_ == 0 && lost_ == 0; }

  /// Puts one behind those that wait.
  void push(const RecordHeader& header, const void* payload) noexcept {
    if (count_ == capacity || header.bytes > payload_bytes) {
      lost_ += 1;
      return;
    }
    Event& event = events_[(first_ + count_) % capacity];
    event.header = header;
    std::memcpy(event.payload, payload, header.bytes);
    count_ += 1;
  }

  /// Gives the oldest to `deliver(header, payload)`, which says whether there was room, then the
  /// next, and at the end how many were lost. False while some still wait.
  template <class Deliver>
  bool flush(Deliver&& deliver) noexcept {
    while (count_ != 0) {
      const Event& event = events_[first_];
      if (!deliver(event.header, event.payload)) return false;
      first_ = (first_ + 1) % capacity;
      count_ -= 1;
    }
    if (lost_ == 0) return true;
    const LostPayload payload{lost_};
    const auto event = static_cast<std::uint16_t>(DeliveryEvent::lost);
    if (!deliver(RecordHeader{sizeof payload, 0, event, 0, 0}, &payload)) return false;
    lost_ = 0;
    return true;
  }

 private:
  Event events_[capacity];
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace loom

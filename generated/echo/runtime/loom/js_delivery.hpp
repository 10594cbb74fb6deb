// The handlers of fds that declare none: what happens goes as records into the ring towards
// JavaScript. Nothing is lost when that ring is full: data stay in their receive buffers, the
// peer feels it as a full window, and an event that found no room is kept in the slot.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <cstring>

#include "framing.hpp"
#include "handler.hpp"

namespace loom {

/// Of a record with several messages, at most: enough that what a record costs is shared by many.
inline constexpr std::uint32_t run_maximum_bytes = 32768;

/// Writes the messages of one record where they will be read.
class RunWriter {
 public:
  /// What a message takes with its length before it and padding behind it.
  static constexpr std::uint32_t entry_bytes(std::uint32_t message_bytes) noexcept {
    constexpr std::uint32_t alignment = sizeof(RunEntry);
    return (alignment + message_bytes + alignment - 1) & ~(alignment - 1);
  }

  /// Writes to `place`, which has room for `capacity` bytes.
  RunWriter(std::byte* place, std::uint32_t capacity) noexcept
      : place_(place), capacity_(capacity) {}

  /// Whether another message of so many bytes fits; none that is longer than the capacity does.
  [[nodiscard]] bool fits(std::uint32_t message_bytes) const noexcept {
    return message_bytes < capacity_ && entry_bytes(message_bytes) <= capacity_ - used_;
  }

  /// Appends a message that fits.
  void append(Bytes message) noexcept {
    const RunEntry entry{message.size(), 0};
    std::memcpy(place_ + used_, &entry, sizeof entry);
    std::memcpy(place_ + used_ + sizeof entry, message.data(), message.size());
    used_ += entry_bytes(message.size());
  }

  /// Bytes that were written.
  [[nodiscard]] std::uint32_t used() const noexcept { return used_; }

 private:
  std::byte* place_;
  std::uint32_t capacity_;
  std::uint32_t used_ = 0;
};

/// Handles a stream fd by delivering it to JavaScript.
template <class Fd>
class JsDelivery {
 public:
  /// Events that wait for room; in the order open, drain, end, close.
  struct State {
    bool open_waits = false;
    bool drain_waits = false;
    bool end_waits = false;
    bool end_told = false;
    bool close_waits = false;
    CloseReason why;
  };

  void on_start() noexcept {}
  void attach_reactor(ReactorCore& core) noexcept { core_ = &core; }

  void on_open(Connection<Fd>& connection) noexcept {
    SlotWords& words = words_of(connection);
    // Partner of all three: bindings/loom/connection.ts, which reads them after the open event;
    // the ring's release publishes them.
    words.drained_bytes.store(0, std::memory_order_relaxed);
    words.wants_drain.store(0, std::memory_order_relaxed);
    words.generation.store(connection.generation(), std::memory_order_relaxed);
    connection.state().open_waits = true;
    flush(connection);
  }

  /// Whether a message of `bytes` can be delivered now.
  [[nodiscard]] bool ready(Connection<Fd>& connection, std::uint32_t bytes) noexcept {
    return flush(connection) && core_->delivery_ready(bytes);
  }

  void on_data(Connection<Fd>& connection, Bytes bytes) noexcept {
    put(connection, DeliveryEvent::data, bytes.data(), bytes.size());
  }

  /// As on_data for `first`, which is ready, and whole messages behind it in one record, as far as
  /// there is room for that. Returns how many bytes of `rest` they took, and adds their number to
  /// `messages`.
  std::uint32_t on_run(Connection<Fd>& connection, Bytes first, Bytes rest,
                       std::uint32_t& messages) noexcept {
    Cut next = Fd::Framing::cut(rest);
    // Twice, for the lengths: short messages take more room than on their way.
    std::uint32_t wanted =
        std::min(run_maximum_bytes, 2 * (RunWriter::entry_bytes(first.size()) + rest.size()));
    std::byte* place = next.bytes == 0 ? nullptr : core_->begin_delivery(wanted);
    RunWriter run(place, wanted);
    if (place == nullptr || !run.fits(first.size())) {
      on_data(connection, first);
      return 0;
    }
    run.append(first);
    std::uint32_t taken = 0;
    while (next.bytes != 0 && run.fits(next.message.size())) {
      run.append(next.message);
      messages += 1;
      taken += next.bytes;
      next = Fd::Framing::cut(rest_of(rest, taken));
    }
    core_->end_delivery(header_of(connection, DeliveryEvent::run, run.used()));
    return taken;
  }

  /// `sent` more bytes of JavaScript's sends have left the queue.
  void on_sent(Connection<Fd>& connection, std::uint32_t sent, std::uint32_t queued) noexcept {
    SlotWords& words = words_of(connection);
    // Partner: Connection.send in bindings/loom/connection.ts, which stores wants_drain and then
    // looks at drained_bytes again; sequentially consistent on both sides, so one of them sees.
    words.drained_bytes.store(words.drained_bytes.load(std::memory_order_relaxed) + sent,
                              std::memory_order_seq_cst);
    if (queued > Fd::shape.write_queue_bytes / 2) return;
    if (words.wants_drain.load(std::memory_order_seq_cst) == 0) return;
    words.wants_drain.store(0, std::memory_order_relaxed);
    connection.state().drain_waits = true;
    flush(connection);
  }

  void on_drain(Connection<Fd>& /*connection*/) noexcept {}

  /// The peer sent FIN and everything before it was delivered: JavaScript may still answer, and
  /// closes the connection when it has read that far. False while the event waits for room.
  bool on_end(Connection<Fd>& connection) noexcept {
    State& state = connection.state();
    state.end_waits = state.end_waits || !state.end_told;
    state.end_told = true;
    return flush(connection);
  }

  void on_close(Connection<Fd>& connection, CloseReason why) noexcept {
    // A sender that waits for room sees the end here, even if the ring has none for the event.
    // Partner: Connection.$drain in bindings/loom/connection.ts; relaxed, it only compares.
    words_of(connection).generation.store(0, std::memory_order_relaxed);
    connection.state().close_waits = true;
    connection.state().why = why;
    flush(connection);
  }

  /// Delivers the events that wait; false while some still do.
  bool flush(Connection<Fd>& connection) noexcept {
    State& state = connection.state();
    if (state.open_waits) {
      if (!core_->delivery_ready(0)) return false;
      state.open_waits = false;
      put(connection, DeliveryEvent::open, nullptr, 0);
    }
    if (state.drain_waits) {
      if (!core_->delivery_ready(0)) return false;
      state.drain_waits = false;
      put(connection, DeliveryEvent::drain, nullptr, 0);
    }
    if (state.end_waits) {
      if (!core_->delivery_ready(0)) return false;
      state.end_waits = false;
      put(connection, DeliveryEvent::end, nullptr, 0);
    }
    if (state.close_waits) {
      if (!core_->delivery_ready(sizeof(ClosePayload))) return false;
      state.close_waits = false;
      const ClosePayload payload{static_cast<std::uint16_t>(state.why.kind), 0,
                                 state.why.system_error};
      put(connection, DeliveryEvent::close, &payload, sizeof payload);
    }
    return true;
  }

 private:
  void put(Connection<Fd>& connection, DeliveryEvent event, const void* payload,
           std::uint32_t bytes) noexcept {
    core_->deliver(header_of(connection, event, bytes), payload);
  }

  static RecordHeader header_of(const Connection<Fd>& connection, DeliveryEvent event,
                                std::uint32_t bytes) noexcept {
    return {bytes, Fd::shape.index, static_cast<std::uint16_t>(event), connection.index(),
            connection.generation()};
  }

  [[nodiscard]] SlotWords& words_of(Connection<Fd>& connection) noexcept {
    static_assert(Fd::shape.first_shared_slot >= 0, "an fd for JavaScript has shared slot words");
    const auto first = static_cast<std::uint32_t>(Fd::shape.first_shared_slot);
    return slot_words(core_->shared_, first + connection.index());
  }

  ReactorCore* core_ = nullptr;
};

/// Handles a timer fd by delivering its ticks to JavaScript.
template <class Fd>
class JsTicks {
 public:
  void on_start() noexcept {}
  void attach_reactor(ReactorCore& core) noexcept { core_ = &core; }

  /// Expirations that find no room are added to the next record.
  void on_tick(Tick tick) noexcept {
    waiting_ += tick.expirations;
    flush();
  }

  /// Delivers what waits; false while there is no room.
  bool flush() noexcept {
    if (waiting_ == 0) return true;
    if (!core_->delivery_ready(sizeof waiting_)) return false;
    core_->deliver(
        {sizeof waiting_, Fd::shape.index, static_cast<std::uint16_t>(DeliveryEvent::tick), 0, 0},
        &waiting_);
    waiting_ = 0;
    return true;
  }

 private:
  ReactorCore* core_ = nullptr;
  std::uint64_t waiting_ = 0;
};

/// A handler that may be unready for data, is told of what was sent, and closes by itself after the
/// peer's end: delivery to JavaScript, and fibers.
template <class Handler>
concept KeepsData = requires(Handler& handler) { &Handler::on_sent; };
/// A handler that takes whole messages behind one at once.
template <class Handler>
concept TakesRuns = requires(Handler& handler) { &Handler::on_run; };
/// A handler that delivers ticks to JavaScript.
template <class Handler>
concept DeliversTicks = requires(Handler& handler) {
                          { handler.flush() } -> std::same_as<bool>;
                        };

}  // namespace loom

// A bounded queue of values between the fibers of one reactor, with a place for each inside it.
// Several may send and several receive; values arrive in the order in which they were sent, and
// whoever waits longest is served first: a value goes from hand to hand, so that nobody who comes
// later can be faster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "one_reactor.hpp"

namespace loom {

/// A channel of at most `capacity` values that wait. `Value` must be movable without throwing, and
/// default constructible for Result.
template <class Value, std::uint32_t capacity>
class FiberChannel {
  static_assert(capacity >= 1, "A channel has room for at least one value.");
  static_assert(std::is_nothrow_move_constructible_v<Value> &&
                    std::is_nothrow_move_assignable_v<Value>,
                "A value that moves through a channel must not throw when it is moved.");

 public:
  FiberChannel() noexcept = default;
  FiberChannel(const FiberChannel&) = delete;
  FiberChannel& operator=(const FiberChannel&) = delete;
  ~FiberChannel() {
    LOOM_ASSERT(senders_.empty() && receivers_.empty(), "a channel outlives the waits for it");
    while (count_ != 0) take();
  }

  /// Sends a value; waits while the channel is full.
  /// @returns Failure::closed, timed_out at `deadline_nanoseconds` on the monotonic clock, or
  ///   cancelled; then the value was not sent.
  Result<void> send(Value value, std::uint64_t deadline_nanoseconds = no_deadline) {
    if (closed_) return Failure::closed;
    FiberScheduler& fibers = reactor_.here();
    if (offer(fibers, value)) return {};
    Place place{&value};
    const auto result = wait_for_handover(fibers, senders_, &place, deadline_nanoseconds);
    if (!result) return result;
    return place.served ? Result<void>() : Failure::closed;
  }

  /// Sends a value that finds room, or a fiber that waits for it; hooks of callback style may, too.
  /// @returns Failure::full or Failure::closed; then `value` is untouched.
  Result<void> try_send(Value& value) noexcept {
    if (closed_) return Failure::closed;
    return offer(reactor_.here(), value) ? Result<void>() : Failure::full;
  }

  /// Takes the oldest value; waits while there is none.
  /// @returns Failure::ended when the channel is closed and empty, timed_out at
  ///   `deadline_nanoseconds` on the monotonic clock, or cancelled.
  Result<Value> receive(std::uint64_t deadline_nanoseconds = no_deadline) {
    FiberScheduler& fibers = reactor_.here();
    if (count_ != 0) return take_oldest(fibers);
    if (closed_) return Failure::ended;
    Value value{};
    Place place{&value};
    const auto result = wait_for_handover(fibers, receivers_, &place, deadline_nanoseconds);
    if (!result) return result.error();
    if (!place.served) return Failure::ended;
    return value;
  }

  /// Takes the oldest value when there is one.
  /// @returns Failure::ended when there will be none, else Failure::exhausted.
  Result<Value> try_receive() noexcept {
    if (count_ != 0) return take_oldest(reactor_.here());
    return closed_ ? Failure::ended : Failure::exhausted;
  }

  /// Ends the channel: nothing more is sent, what waits inside is still received.
  void close() noexcept {
    if (closed_) return;
    closed_ = true;
    wake_all(senders_);
    wake_all(receivers_);
  }

  /// Values that wait inside.
  [[nodiscard]] std::uint32_t size() const noexcept { return count_; }
  [[nodiscard]] bool is_closed() const noexcept { return closed_; }

 private:
  /// Where a waiting fiber has its value, or wants it.
  struct Place {
    Value* value = nullptr;
    bool served = false;
  };

  /// Gives the value to whoever waits for one, or a place inside.
  bool offer(FiberScheduler& fibers, Value& value) noexcept {
    if (Fiber* receiver = receivers_.front()) {
      serve(fibers, *receiver) = std::move(value);
      return true;
    }
    if (count_ == capacity) return false;
    put(value);
    return true;
  }

  /// Takes the oldest value, and lets the sender that waits longest put its own behind the others.
  Value take_oldest(FiberScheduler& fibers) noexcept {
    Value value = take();
    if (Fiber* sender = senders_.front()) put(serve(fibers, *sender));
    return value;
  }

  /// A waiting fiber will go on; its value lies on its stack until it does.
  static Value& serve(FiberScheduler& fibers, Fiber& fiber) noexcept {
    Place& place = *static_cast<Place*>(fiber.wait_place);
    place.served = true;
    fibers.make_ready(fiber, FiberWake::event);
    return *place.value;
  }

  void put(Value& value) noexcept {
    std::construct_at(at((first_ + count_) % capacity), std::move(value));
    count_ += 1;
  }

  Value take() noexcept {
    Value* oldest = at(first_);
    Value value = std::move(*oldest);
    std::destroy_at(oldest);
    first_ = (first_ + 1) % capacity;
    count_ -= 1;
    return value;
  }

  /// Bound: the fibers that wait.
  void wake_all(FiberWaitList& list) noexcept {
    FiberScheduler& fibers = reactor_.here();
    while (Fiber* fiber = list.front()) fibers.make_ready(*fiber, FiberWake::event);
  }

  Value* at(std::uint32_t index) noexcept {
    return std::launder(reinterpret_cast<Value*>(storage_ + index * sizeof(Value)));
  }

  OneReactor reactor_;
  FiberWaitList senders_;
  FiberWaitList receivers_;
  bool closed_ = false;
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  alignas(Value) std::byte storage_[capacity * sizeof(Value)];
};

}  // namespace loom

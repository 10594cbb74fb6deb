// What straight-line code gets from a wait: a value, or the reason why there is none. No result
// throws by itself and none needs errno.
#pragma once

#include <cstdint>
#include <utility>

#include "assert.hpp"

namespace loom {

/// Why there is no value.
enum class Failure : std::uint8_t {
  none,
  system,       ///< a system call failed; `system_error` says how
  ended,        ///< the stream, file or channel is at its end
  closed,       ///< closed on this side, or the connection is over
  full,         ///< a bounded queue has no room now
  exhausted,    ///< every slot, stack or buffer of this kind is taken
  timed_out,    ///< the time limit passed first
  cancelled,    ///< the scope was cancelled
  unsupported,  ///< this backend or kernel cannot do it
  threw,        ///< what was to be done let an exception escape
};

/// The word for a failure, as logs print it.
constexpr const char* failure_name(Failure failure) noexcept {
  switch (failure) {
    case Failure::none: return "none";
    case Failure::system: return "system";
    case Failure::ended: return "ended";
    case Failure::closed: return "closed";
    case Failure::full: return "full";
    case Failure::exhausted: return "exhausted";
    case Failure::timed_out: return "timed_out";
    case Failure::cancelled: return "cancelled";
    case Failure::unsupported: return "unsupported";
    case Failure::threw: return "threw";
  }
  return "unknown";
}

/// A failure, and the errno behind it (0 when there is none).
struct Error {
  Failure failure = Failure::none;
  int system_error = 0;
  /// Files: bytes of a longer read or write that were transferred before it failed.
  std::uint64_t done_bytes = 0;

  /// The word for the failure.
  [[nodiscard]] constexpr const char* name() const noexcept { return failure_name(failure); }

  friend constexpr bool operator==(const Error&, const Error&) noexcept = default;
};

/// A value or an Error. `Value` must be default constructible.
template <class Value>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Result(Value value) noexcept : value_(std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Result(Error error) noexcept : error_(error) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Result(Failure failure) noexcept : error_{failure, 0, 0} {}

  /// True when there is a value.
  [[nodiscard]] constexpr explicit operator bool() const noexcept {
    return error_.failure == Failure::none;
  }
  /// The value; only when there is one.
  [[nodiscard]] constexpr Value& operator*() noexcept {
    LOOM_ASSERT(error_.failure == Failure::none, "a Result is asked before it is used");
    return value_;
  }
  [[nodiscard]] constexpr const Value& operator*() const noexcept {
    LOOM_ASSERT(error_.failure == Failure::none, "a Result is asked before it is used");
    return value_;
  }
  [[nodiscard]] constexpr Value* operator->() noexcept { return &**this; }
  [[nodiscard]] constexpr const Value* operator->() const noexcept { return &**this; }
  /// Why there is no value; Failure::none when there is one.
  [[nodiscard]] constexpr const Error& error() const noexcept { return error_; }

 private:
  Value value_{};
  Error error_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  constexpr Result() noexcept = default;
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Result(Error error) noexcept : error_(error) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Result(Failure failure) noexcept : error_{failure, 0, 0} {}

  /// True for success.
  [[nodiscard]] constexpr explicit operator bool() const noexcept {
    return error_.failure == Failure::none;
  }
  /// Why not; Failure::none for success.
  [[nodiscard]] constexpr const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

}  // namespace loom

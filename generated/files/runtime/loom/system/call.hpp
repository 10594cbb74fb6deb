// How perform() makes a system call: the value or the negative errno, and an interrupted one again.
#pragma once

#include <cerrno>
#include <cstdint>

namespace loom::system {

/// How often an interrupted call is repeated before it gives -EINTR.
inline constexpr int maximum_interruptions = 100;

/// The result of a call that sets errno.
template <class Value>
std::int32_t result_of(Value value) noexcept {
  return value < 0 ? -errno : static_cast<std::int32_t>(value);
}

/// The result of `call`, which sets errno, repeated while a signal interrupts it.
template <class Call>
std::int32_t repeat(Call&& call) noexcept {
  std::int32_t result = -EINTR;
  for (int n = 0; n < maximum_interruptions && result == -EINTR; ++n) result = result_of(call());
  return result;
}

}  // namespace loom::system

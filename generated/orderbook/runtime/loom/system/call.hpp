// How perform() makes a system call: the value or the negative errno, and an interrupted one again
// unless whoever asked for it wants it no more.
#pragma once

#include <cerrno>
#include <cstdint>

namespace loom::system {

/// How often an interrupted call is repeated before it gives -EINTR.
inline constexpr int maximum_interruptions = 100;

/// While it lives, an interrupted call of this thread asks whether it is to be given up.
class GivingUp {
 public:
  using Ask = bool (*)(const void* of) noexcept;

  GivingUp(const void* of, Ask ask) noexcept { current() = {of, ask}; }
  GivingUp(const GivingUp&) = delete;
  GivingUp& operator=(const GivingUp&) = delete;
  ~GivingUp() { current() = {}; }

  /// Whether the call that was interrupted just now is wanted no more.
  static bool is_wanted() noexcept {
    const Current& mine = current();
    return mine.ask != nullptr && mine.ask(mine.of);
  }

 private:
  struct Current {
    const void* of = nullptr;
    Ask ask = nullptr;
  };
  static Current& current() noexcept {
    static thread_local Current value;
    return value;
  }
};

/// The result of a call that sets errno.
template <class Value>
std::int32_t result_of(Value value) noexcept {
  return value < 0 ? -errno : static_cast<std::int32_t>(value);
}

/// The result of `call`, which sets errno, repeated while a signal interrupts it; -ECANCELED when
/// it was to be given up.
template <class Call>
std::int32_t repeat(Call&& call) noexcept {
  std::int32_t result = -EINTR;
  for (int n = 0; n < maximum_interruptions && result == -EINTR; ++n) {
    result = result_of(call());
    if (result == -EINTR && GivingUp::is_wanted()) return -ECANCELED;
  }
  return result;
}

}  // namespace loom::system

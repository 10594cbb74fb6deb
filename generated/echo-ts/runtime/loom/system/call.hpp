// How perform() makes a system call: the value or the negative errno, and an interrupted one again
// unless whoever asked for it wants it no more.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace loom::system {

/// How often an interrupted call is repeated before it gives -EINTR.
inline constexpr int maximum_interruptions = 100;

/// While it lives, an interrupted call of this thread looks whether it is to be given up.
class GivingUp {
 public:
  /// Whoever wants the call no more sets `given_up`, before its signal.
  explicit GivingUp(const std::atomic<bool>& given_up) noexcept { current() = &given_up; }
  GivingUp(const GivingUp&) = delete;
  GivingUp& operator=(const GivingUp&) = delete;
  ~GivingUp() { current() = nullptr; }

  /// Whether the call that was interrupted just now is wanted no more.
  static bool is_wanted() noexcept {
    const std::atomic<bool>* given_up = current();
    // Partner: RequestJob::withdraw. Relaxed: a look that comes too early is followed by the next
    // signal.
    return given_up != nullptr && given_up->load(std::memory_order_relaxed);
  }

 private:
  static const std::atomic<bool>*& current() noexcept {
    static thread_local const std::atomic<bool>* value = nullptr;
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

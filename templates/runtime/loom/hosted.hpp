// A reactor that somebody else's thread turns: no thread of its own, no sleep. The host calls
// turn() whenever `poll_fd` is readable, its time is over or it has left something, and goes on
// with its own work in between.
#pragma once

#include <cstdint>
#include <memory>

namespace loom {

/// What a turn for a host came to.
enum class HostedState : std::uint8_t {
  busy,   ///< something was left for the next turn, which may follow at once
  spins,  ///< nothing was left, but the reactor looks without a pause
  idle,   ///< nothing to do before poll_fd is readable or wait_nanoseconds are over
  over,   ///< the reactor has stopped; it is turned no more
};

/// What a host may ask of a reactor of one type. A table that is written down, because nothing here
/// has a virtual one.
struct HostedCalls {
  HostedState (*turn)(void* life) noexcept;
  void (*finish)(void* life) noexcept;
  int (*poll_fd)(void* life) noexcept;
  std::uint64_t (*wait_nanoseconds)(void* life) noexcept;
  void (*destroy)(void* life) noexcept;
};

/// The calls of a `Life` (reactor_life.hpp).
template <class Life>
inline constexpr HostedCalls hosted_calls{
    [](void* life) noexcept { return static_cast<Life*>(life)->turn(); },
    [](void* life) noexcept { static_cast<Life*>(life)->finish(); },
    [](void* life) noexcept { return static_cast<Life*>(life)->poll_fd(); },
    [](void* life) noexcept { return static_cast<Life*>(life)->wait_nanoseconds(); },
    [](void* life) noexcept { delete static_cast<Life*>(life); },
};

/// A started reactor as its host has it; everything belongs to the thread that started it.
class HostedReactor {
 public:
  template <class Life>
  explicit HostedReactor(std::unique_ptr<Life> life) noexcept
      : calls_(hosted_calls<Life>), life_(life.release()) {}
  HostedReactor(const HostedReactor&) = delete;
  HostedReactor& operator=(const HostedReactor&) = delete;
  /// After finish(), or a turn that said `over`.
  ~HostedReactor() { calls_.destroy(life_); }

  /// One turn: bounded by the batches of the reactor's shape, and by what its hooks do.
  HostedState turn() noexcept { return calls_.turn(life_); }

  /// Turns it until it has stopped. Somebody has asked it to.
  void finish() noexcept { calls_.finish(life_); }

  /// Readable when there is something to do; for poll(2) and its like alone. Negative when no
  /// descriptor is to be had.
  [[nodiscard]] int poll_fd() noexcept { return calls_.poll_fd(life_); }

  /// After a turn that was idle: when the next is due at the latest, in nanoseconds from now.
  [[nodiscard]] std::uint64_t wait_nanoseconds() noexcept { return calls_.wait_nanoseconds(life_); }

 private:
  const HostedCalls& calls_;
  void* life_;
};

}  // namespace loom

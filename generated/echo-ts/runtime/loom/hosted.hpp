// A reactor that somebody else's thread turns: no thread of its own, no sleep. The host calls
// turn() whenever `poll_fd` is readable, its time is over or it has left something, and goes on
// with its own work in between.
#pragma once

#include <cstdint>

namespace loom {

/// What a turn for a host came to.
enum class HostedState : std::uint8_t {
  busy,  ///< the next turn may follow at once
  idle,  ///< nothing to do before poll_fd is readable or wait_nanoseconds are over
  over,  ///< the reactor has stopped; it is turned no more
};

/// A started reactor as its host has it; everything belongs to the thread that started it.
class HostedReactor {
 public:
  HostedReactor() = default;
  HostedReactor(const HostedReactor&) = delete;
  HostedReactor& operator=(const HostedReactor&) = delete;
  /// What still runs is stopped first, which may wait for its connections as any stop does.
  virtual ~HostedReactor() = default;

  /// One turn: bounded by the batches of the reactor's shape, and by what its hooks do.
  virtual HostedState turn() noexcept = 0;

  /// Turns it until it has stopped. Somebody has asked it to.
  virtual void finish() noexcept = 0;

  /// Readable when there is something to do; for poll(2) and its like alone.
  [[nodiscard]] virtual int poll_fd() const noexcept = 0;

  /// After a turn that was idle: when the next is due at the latest, in nanoseconds from now.
  [[nodiscard]] virtual std::uint64_t wait_nanoseconds() noexcept = 0;
};

}  // namespace loom

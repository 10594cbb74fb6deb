// What JavaScript asks of a loop: the commands in its inbox, taken in their order.
#pragma once

#include <cstdint>

#include "byte_ring.hpp"
#include "reactor_delivery.hpp"
#include "watched.hpp"

namespace loom {

/// The layer below Reactor (CRTP); `Derived` offers command_for(record), `Shape` the inbox's place.
template <class Derived, class Backend, class Shape>
class ReactorCommands : public ReactorDelivery<Derived, Backend> {
  using Base = ReactorDelivery<Derived, Backend>;

 protected:
  using Base::core_;

  /// Finds the inbox in the shared block, to which the core is attached.
  void open_commands() noexcept {
    inbox_ = ByteRingConsumer(ring_header(core_.shared_, Shape::inbox_offset),
                              ring_data(core_.shared_, Shape::inbox_offset), Shape::inbox_bytes);
  }

  /// Takes commands, at most `Shape::inbox_batch`; gives how many. One that finds no room in its
  /// connection's write queue holds up those behind it until something completes, for a send makes
  /// room; the loop may sleep meanwhile.
  std::uint32_t take_commands() noexcept {
    blocked_ = false;
    std::uint32_t count = 0;
    while (count < Shape::inbox_batch) {
      const auto record = inbox_.peek();
      if (!record.has_value()) break;
      const Watched<Shape> watched(core_, activity::command);
      blocked_ = !static_cast<Derived&>(*this).command_for(*record);
      if (blocked_) break;
      inbox_.release();
      count += 1;
    }
    return count;
  }

  /// Something completed: the first command may find room now.
  void unblock_commands() noexcept { blocked_ = false; }

  /// Whether there is a command that could be taken.
  bool commands_wait() noexcept { return !blocked_ && !inbox_.empty(); }

 private:
  ByteRingConsumer inbox_;
  /// The first command finds no room in its connection's write queue.
  bool blocked_ = false;
};

}  // namespace loom

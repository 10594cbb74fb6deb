// What JavaScript asks of a loop: the commands in its inbox, taken in their order.
#pragma once

#include <cstdint>

#include "inbox_reader.hpp"
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
    inbox_ = InboxReader(ring_header(core_.shared_, Shape::inbox_offset),
                         ring_data(core_.shared_, Shape::inbox_offset), Shape::inbox_bytes);
  }

  /// Takes commands, at most `Shape::inbox_batch`; gives how many. Those of a connection without
  /// room in its write queue wait until something completes, for a send makes room; the loop may
  /// sleep meanwhile.
  std::uint32_t take_commands() noexcept {
    return inbox_.take(Shape::inbox_batch, [this](const Record& record) {
      const Watched<Shape> watched(core_, activity::command);
      return static_cast<Derived&>(*this).command_for(record);
    });
  }

  /// Something completed: commands that wait may find room now.
  void unblock_commands() noexcept { inbox_.again(); }

  /// Whether there is a command that could be taken.
  bool commands_wait() noexcept { return inbox_.waits(); }

 private:
  InboxReader inbox_;
};

}  // namespace loom

// What a loop owes JavaScript: deliveries and messages that found no room, tried again, and one
// wake-up for all that a turn published.
#pragma once

#include <cstdint>
#include <type_traits>

#include "channel_layout.hpp"
#include "request_engine.hpp"
#include "run.hpp"
#include "timer_family.hpp"

namespace loom {

/// The layer below ReactorCommands (CRTP); its functions are parts of the loop's steps.
template <class Derived, class Backend>
class ReactorDelivery : public RequestEngine<Derived, Backend> {
  using Base = RequestEngine<Derived, Backend>;

 protected:
  using Base::core_;

  /// Tries again what found no room towards JavaScript; settling does it.
  void retry_deliveries() noexcept {
    if (!core_.stalled_) return;
    core_.stalled_ = false;
    core_.flush_events();
    derived().each_stream([](auto& family) {
      for (auto& slot : family.slots) {
        if (slot.retry) family.mark_dirty(slot);
      }
    });
    derived().each_timer([](auto& timer) {
      using Handler = typename std::remove_cvref_t<decltype(timer)>::Handler;
      if constexpr (DeliversTicks<Handler>) timer.handler->flush();
    });
  }

  /// Publishes messages that wait for room in their channel; true when there is room, so that the
  /// loop must turn once more. What still finds none, here or in the delivery ring, has announced
  /// that: whoever reads wakes the loop when it has made some.
  bool channels_wait() noexcept {
    bool again = false;
    derived().each_channel([&](auto& channel) {
      if (!channel.waits()) return;
      const bool has_room = channel.flush();
      if (!has_room) channel.announce_wait();
      again = has_room || channel.flush() || again;
    });
    return again;
  }

  /// At most one wake-up a turn for each that reads, and only when it sleeps.
  void wake_js(ReactorRun& reactor_run) noexcept {
    tell_overflows();
    bool published = core_.delivered_;
    core_.delivered_ = false;
    derived().each_channel([&](auto& channel) {
      channel.flush();
      if (!channel.take_published()) return;
      constexpr ChannelEnd to = std::remove_cvref_t<decltype(channel)>::shape.to;
      if constexpr (to == ChannelEnd::js) published = true;
      if constexpr (to == ChannelEnd::reactor) channel.wake_reader();
    });
    if (!published || reactor_run.wake_js == nullptr) return;
    if (core_.control_->take_js_wake_up()) reactor_run.wake_js(reactor_run.context);
  }

 private:
  /// Tells of channels to JavaScript that began or ceased to lose messages.
  void tell_overflows() noexcept {
    std::uint32_t number = 0;
    derived().each_channel([&](auto& channel) {
      if constexpr (std::remove_cvref_t<decltype(channel)>::shape.to == ChannelEnd::js) {
        if (const auto began = channel.take_overflow(); began.has_value()) {
          const ChannelCounts counts = channel.counts();
          const OverflowPayload payload{
              counts.dropped_newest + counts.dropped_oldest + counts.conflated, *began ? 1U : 0U};
          this->core_.tell(DeliveryEvent::overflow, 0, number, payload);
        }
        number += 1;
      }
    });
  }

  Derived& derived() noexcept { return static_cast<Derived&>(*this); }
};

}  // namespace loom

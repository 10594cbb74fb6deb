// Takes messages, whose first words are numbered from 1 on, and says now and then how many.
#pragma once

#include <cstdint>
#include <orders/handlers.hpp>

struct Taker : orders::TakerBase<Taker> {
  void on_message(auto& /*orders*/, const orders::Order& order) noexcept {
    taken_.messages += 1;
    if (order.word0 != static_cast<std::uint32_t>(taken_.messages)) taken_.disordered += 1;
  }

  void on_tick(loom::Tick /*tick*/) noexcept { static_cast<void>(this->taken.publish(taken_)); }

 private:
  orders::Taken taken_{};
};

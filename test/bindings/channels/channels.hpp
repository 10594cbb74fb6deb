// Passes orders on, each handler with a queue of its own for what found a channel full, and
// publishes bursts on command.
#pragma once

#include <array>
#include <bindings_channels/handlers.hpp>
#include <cstddef>

/// Orders that wait for room; more than the test posts at once.
class Waiting {
 public:
  void push(const bindings_channels::Order& order) noexcept {
    orders_[end_ % orders_.size()] = order;
    end_ += 1;
  }
  /// Publishes in order until `channel` is full.
  void flush(auto& channel) noexcept {
    while (first_ != end_ && channel.publish(orders_[first_ % orders_.size()])) first_ += 1;
  }

 private:
  std::array<bindings_channels::Order, 1U << 16U> orders_{};
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

/// Takes what JavaScript posts.
struct Left : bindings_channels::LeftBase<Left> {
  using Orders = loom::ChannelIn<bindings_channels::channel::Orders>;

  void on_message(Orders& /*orders*/, const bindings_channels::Order& order) noexcept {
    waiting.push(order);
    waiting.flush(this->passed);
  }

  /// From `newest`, `oldest`, `keyed` and `last`: goes back at once.
  void on_message(auto& /*channel*/, const bindings_channels::Order& order) noexcept {
    this->lossy.publish(order);
  }

  /// One turn, so JavaScript takes nothing meanwhile unless it already does.
  void on_message(auto& /*bursts*/, const bindings_channels::Burst& burst) noexcept {
    for (std::uint32_t n = 1; n <= burst.count; ++n) {
      const bindings_channels::Order order{
          .sequence = n,
          .price = -static_cast<std::int64_t>(n),
          .symbol = static_cast<std::uint16_t>(burst.keys == 0 ? 0 : n % burst.keys)};
      if (burst.policy == 0) this->lossy.publish(order);
      if (burst.policy == 1) this->latest.publish(order);
      if (burst.policy == 2) this->tops.publish(order);
    }
  }

  void on_room(auto& /*passed*/) noexcept { waiting.flush(this->passed); }
  void on_tick(loom::Tick /*tick*/) noexcept {}

  Waiting waiting;
};

/// Gives everything back to JavaScript: `passed` by callbacks, `asked` by two fibers.
struct Right : bindings_channels::RightBase<Right> {
  void on_start() {
    for (int n = 0; n < 2; ++n) {
      this->reactor().fibers().spawn(bindings_channels::stacks::small, "answers", [this] {
        while (const auto order = loom::receive(this->asked)) {
          if (!loom::send(this->answered, *order)) return;
        }
      });
    }
  }

  void on_message(auto& /*passed*/, const bindings_channels::Order& order) noexcept {
    waiting.push(order);
    waiting.flush(this->returned);
  }
  void on_room(auto& /*returned*/) noexcept { waiting.flush(this->returned); }

  Waiting waiting;
};

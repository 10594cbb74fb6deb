// A handler's end of a channel that it publishes to: a member of the emitted base, named as in the
// config. The publisher itself belongs to the reactor, because several handlers may publish.
#pragma once

#include <concepts>

#include "channel.hpp"
#include "channel_waiters.hpp"

namespace loom {

/// Gives messages to a channel. Only inside hooks of the reactor that the channel comes from.
template <class Channel>
class ChannelOut {
 public:
  using Message = typename Channel::Message;

  /// Gives a message to the reader; see PublishResult. `dropped` on a reactor that the channel does
  /// not come from. After `full` the handler's on_room(channel) is called once half of the channel
  /// is free.
  PublishResult publish(const Message& message) noexcept {
    if (publisher_ == nullptr) return PublishResult::dropped;
    const PublishResult result = publisher_->publish(message);
    if constexpr (Channel::shape.full == ChannelFull::block) {
      if (result.value() == PublishResult::full) is_owed_room_ = true;
    }
    return result;
  }

  /// Its name in the config.
  [[nodiscard]] static constexpr const char* name() noexcept { return Channel::shape.name; }

  /// For the emitted code: binds the handler to its reactor's publisher.
  void attach(Publisher<Channel>& publisher) noexcept { publisher_ = &publisher; }

  /// What became of the messages of this channel until now; all 0 on a reactor that it does not
  /// come from.
  [[nodiscard]] ChannelCounts counts() const noexcept {
    return publisher_ == nullptr ? ChannelCounts{} : publisher_->counts();
  }

  /// For the runtime: fibers that wait for room.
  [[nodiscard]] ChannelWaiters& waiters() noexcept { return waiters_; }

  /// For the runtime: whether on_room is due; once for any number of refusals.
  [[nodiscard]] bool take_room() noexcept {
    if (!is_owed_room_ || !publisher_->flush()) return false;
    is_owed_room_ = false;
    return true;
  }

 private:
  Publisher<Channel>* publisher_ = nullptr;
  bool is_owed_room_ = false;
  ChannelWaiters waiters_;
};

/// `handler.on_room(channel)` can be called.
template <class Handler, class Channel>
concept HasOnRoom = requires(Handler& handler, ChannelOut<Channel>& channel) {
                      { handler.on_room(channel) } -> std::same_as<void>;
                    };

}  // namespace loom

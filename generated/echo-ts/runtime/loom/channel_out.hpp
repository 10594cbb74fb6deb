// A handler's end of a channel: a member of the emitted base, named as in the config. The
// publisher itself belongs to the reactor, because several handlers may publish to one channel.
#pragma once

#include "channel.hpp"

namespace loom {

/// Gives messages to a channel. Only inside hooks of the reactor that the channel comes from.
template <class Message, std::uint32_t capacity, ChannelFull full>
class ChannelOut {
 public:
  /// Gives a message to JavaScript. False when the channel was full (the message was dropped, or
  /// with `conflate` waits for room) and on a reactor that the channel does not come from.
  bool publish(const Message& message) const noexcept {
    return publisher_ != nullptr && publisher_->publish(message);
  }

  /// For the emitted code: binds the handler to its reactor's publisher.
  void attach(Publisher<Message, capacity, full>& publisher) noexcept { publisher_ = &publisher; }

 private:
  Publisher<Message, capacity, full>* publisher_ = nullptr;
};

}  // namespace loom

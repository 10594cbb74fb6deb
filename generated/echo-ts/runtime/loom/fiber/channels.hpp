// Channels of the config in straight-line code: `loom::receive(this->orders)` waits for a message,
// `loom::send(this->quotes, quote)` for room. Several fibers may wait for one channel; each message
// goes to one of them.
#pragma once

#include "../channel_in.hpp"
#include "../channel_out.hpp"
#include "baton.hpp"

namespace loom {

namespace detail {

/// A fiber that waits for a channel.
class ChannelFiber : public ChannelWaiter {
 public:
  explicit ChannelFiber(ChannelWaiters& list) noexcept
      : ChannelWaiter(list, [](ChannelWaiter& self) noexcept {
          static_cast<ChannelFiber&>(self).baton_.post();
        }) {}

  Result<void> wait(std::uint64_t deadline_nanoseconds) {
    return baton_.wait_until(deadline_nanoseconds);
  }

 private:
  Baton baton_;
};

}  // namespace detail

/// In a fiber: the next message of a channel of `style: 'fiber'`, a copy.
/// @returns Failure::timed_out when `deadline_nanoseconds` on the monotonic clock passed first,
///   Failure::cancelled when the scope was cancelled first or the reactor stops.
template <class Channel>
Result<typename Channel::Message> receive(ChannelIn<Channel>& channel,
                                          std::uint64_t deadline_nanoseconds = no_deadline) {
  static_assert(Channel::shape.is_awaited,
                "on_message takes the messages of this channel: declare style: 'fiber'");
  typename Channel::Message message;
  // Bound: each round waits for a message that another fiber took first.
  while (!channel.take(message)) {
    detail::ChannelFiber waiting(channel.waiters());
    if (const auto waited = waiting.wait(deadline_nanoseconds); !waited) return waited.error();
  }
  return message;
}

/// In a fiber: publishes a message; waits for room where a full channel blocks.
/// @returns as receive(); then nothing was published.
template <class Channel>
Result<void> send(ChannelOut<Channel>& channel, const typename Channel::Message& message,
                  std::uint64_t deadline_nanoseconds = no_deadline) {
  // Bound: each round waits for room that another fiber took first.
  while (channel.publish(message).value() == PublishResult::full) {
    detail::ChannelFiber waiting(channel.waiters());
    if (const auto waited = waiting.wait(deadline_nanoseconds); !waited) return waited.error();
  }
  return {};
}

}  // namespace loom

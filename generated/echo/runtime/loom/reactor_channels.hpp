// Channels in the loop: messages from JavaScript and from other reactors are mail, and writers that
// found a channel full are told of room.
#pragma once

#include <cstdint>
#include <type_traits>

#include "channel_in.hpp"
#include "channel_out.hpp"
#include "reactor_js_requests.hpp"
#include "shared_file.hpp"
#include "thrown.hpp"

namespace loom {

/// The layer below Reactor (CRTP).
template <class Derived, class Backend, class Shape>
class ReactorChannels : public ReactorJsRequests<Derived, Backend, Shape> {
  using Base = ReactorJsRequests<Derived, Backend, Shape>;

 public:
  /// Shows (handler, channel in, receiver); for reactors to which no channel comes.
  template <class Visit>
  void each_receiver(Visit&& /*visit*/) noexcept {}
  /// Shows (handler, channel out) where a full channel blocks; for reactors without any.
  template <class Visit>
  void each_outlet(Visit&& /*visit*/) noexcept {}

 protected:
  using Base::core_;

  /// Binds a writing end to its channel to JavaScript, at `offset` of this reactor's block.
  template <class Channel>
  void bind_to_js(Publisher<Channel>& publisher, std::uint32_t offset) noexcept {
    bind(publisher, core_.shared_ + offset, nullptr);
  }
  /// The same for a channel to reactor `reader`, at `offset` of that one's block.
  template <class Channel>
  void bind_to_reactor(Publisher<Channel>& publisher, const ReactorRun& run, std::uint32_t reader,
                       std::uint32_t offset) noexcept {
    bind(publisher, run.runs[reader].shared + offset, &core_.inboxes_[reader].doorbell());
  }
  /// The same for a channel to other processes, in a file that is made now.
  template <class Channel>
  StartError bind_to_shared_memory(SharedFile& file, Publisher<Channel>& publisher) noexcept {
    StartError error = file.open(Channel::shape.name, Channel::shared_name, shared_form<Channel>());
    if (!error) bind(publisher, file.channel(), nullptr);
    return error;
  }
  /// Binds a reading end to its channel from JavaScript, at `offset` of this reactor's block.
  template <class Channel>
  void bind_from_js(Receiver<Channel>& receiver, std::uint32_t offset) noexcept {
    receiver.attach(core_.shared_ + offset, nullptr);
  }
  /// The same for a channel from reactor `writer`.
  template <class Channel>
  void bind_from_reactor(Receiver<Channel>& receiver, std::uint32_t writer,
                         std::uint32_t offset) noexcept {
    receiver.attach(core_.shared_ + offset, &core_.inboxes_[writer].doorbell());
  }

  /// Hands over messages that have come, at most `Shape::inbox_batch` of each channel, and tells
  /// handlers of room. @returns how many of both
  std::uint32_t take_messages() noexcept {
    std::uint32_t count = tell_of_room();
    derived().each_receiver([&](auto& handler, auto& channel, auto& receiver) {
      count += this->take_from(handler, channel, receiver);
    });
    return count;
  }

  /// Whether there are messages that somebody would take. Notes who waits for room that was made.
  bool messages_wait() noexcept {
    bool any = false;
    derived().each_receiver([&](auto& /*handler*/, auto& channel, auto& receiver) {
      // Looked at here, because fibers take messages later in a turn than the mail step.
      if (receiver.take_js_wake_up()) core_.delivered_ = true;
      const bool is_wanted =
          !std::remove_cvref_t<decltype(receiver)>::shape.is_awaited || channel.waiters().any();
      any = any || (is_wanted && receiver.has_any());
    });
    return any;
  }

 private:
  template <class Channel>
  void bind(Publisher<Channel>& publisher, std::byte* memory, Doorbell* reader) noexcept {
    publisher.attach({.shared = core_.shared_,
                      .memory = memory,
                      .now = &core_.batch_nanoseconds_,
                      .reader = reader});
  }

  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  template <class Handler, class Channel>
  std::uint32_t take_from(Handler& handler, ChannelIn<Channel>& channel,
                          Receiver<Channel>& receiver) noexcept {
    if constexpr (Channel::shape.is_awaited) {
      if (!channel.waiters().any() || !receiver.has_any()) return 0;
      channel.waiters().wake_one();
      return 1;
    } else {
      return receiver.take(Shape::inbox_batch, [&](const auto& message) {
        const Watched<Shape> watched(core_, activity::message);
        guard_channel(handler, channel.name(), "on_message",
                      [&] { handler.on_message(channel, message); });
      });
    }
  }

  std::uint32_t tell_of_room() noexcept {
    std::uint32_t count = 0;
    bool has_room = false;
    derived().each_channel([&](auto& publisher) {
      if (!publisher.blocks() || !publisher.waits() || !publisher.flush()) return;
      publisher.end_wait();
      has_room = true;
    });
    if (!has_room) return count;
    derived().each_outlet([&](auto& handler, auto& channel) {
      if (!channel.take_room()) return;
      count += 1;
      channel.waiters().wake_all();
      const Watched<Shape> watched(core_, activity::message);
      guard_channel(handler, channel.name(), "on_room", [&] { handler.on_room(channel); });
    });
    return count;
  }

  /// Runs a hook; what it throws is logged, and the channel goes on.
  template <class Handler, class Hook>
  void guard_channel(const Handler& /*whose*/, const char* channel, const char* name,
                     Hook&& hook) noexcept {
    try {
      hook();
    } catch (...) {
      const ThrownBy by{"channels.", channel, type_name<Handler>(), name};
      report_thrown(core_, by, "the channel goes on (handler_threw)");
    }
  }
};

}  // namespace loom

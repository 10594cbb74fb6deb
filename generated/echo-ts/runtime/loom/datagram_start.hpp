// How datagram fds begin and end: opened at the reactor's start, sent dry and closed at its stop.
#pragma once

#include <cstdint>
#include <cstring>

#include "datagram_engine.hpp"

namespace loom {

/// Adds to DatagramEngine what happens from outside of it.
template <class Derived, class Backend>
class DatagramStart : public DatagramEngine<Derived, Backend> {
  using Base = DatagramEngine<Derived, Backend>;

 public:
  /// For the emitted code: opens every datagram fd; the first error ends it.
  StartError start_datagrams(ReactorRun& reactor_run) noexcept {
    StartError error;
    derived().each_datagram([&](auto& family) {
      if (!error) error = start_datagram(family, reactor_run);
    });
    return error;
  }

  /// For the emitted code, once everything started: handlers hear of their sockets and receiving
  /// begins.
  void begin_datagrams() noexcept {
    derived().each_datagram([this]<class Fd>(DatagramFamily<Fd>& family) {
      for (DatagramSlot<Fd>& slot : family.slots) {
        slot.state = DatagramState::open;
        DatagramSocket<Fd> socket(slot);
        this->template guard<Fd>("on_open", [&] { family.handler->on_open(socket); });
        family.mark_dirty(slot);
      }
    });
  }

  /// Takes away the paths that unix sockets bound; at the end, and when another fd could not start.
  void remove_datagram_paths() noexcept {
    derived().each_datagram([](auto& family) {
      if (!family.opened) return;
      if (const char* path = path_of(family.addresses.local)) ::unlink(path);
    });
  }

 protected:
  using Base::backend_;
  using Base::core_;

  /// Settles every datagram fd.
  void settle_all_datagrams() noexcept {
    derived().each_datagram([this](auto& family) { this->settle_datagrams(family); });
  }

  /// The reactor stops: no hook is called any more, queues drain.
  void stop_datagrams() noexcept {
    derived().each_datagram([](auto& family) {
      for (auto& slot : family.slots) {
        if (slot.state == DatagramState::open) slot.state = DatagramState::ending;
        family.mark_dirty(slot);
      }
    });
  }

  /// While the reactor stops: whether every socket is closed. `forced`: the time for draining is
  /// over.
  bool datagrams_stopped(bool forced) noexcept {
    bool stopped = true;
    derived().each_datagram([&](auto& family) {
      for (auto& slot : family.slots) {
        if (slot.state == DatagramState::vacant) continue;
        stopped = false;
        if (!forced || slot.send_cancelled) continue;
        slot.send_cancelled = true;
        family.mark_dirty(slot);
      }
    });
    return stopped;
  }

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }

  /// Opens the sockets of one fd and hands its buffers to the backend.
  template <class Fd>
  StartError start_datagram(DatagramFamily<Fd>& family, ReactorRun& reactor_run) noexcept {
    // What is declared is what may be overridden: the own address, or else the peer's.
    const bool binds = Fd::shape.address[0] != '\0';
    const char* declared = binds ? Fd::shape.address : Fd::shape.peer;
    const char* text = reactor_run.address_of(Fd::shape.name, declared);
    StartError error = resolve_datagram(Fd::shape, binds ? text : "", binds ? Fd::shape.peer : text,
                                        family.addresses);
    if (error) return error;
    constexpr ReceiveStrategy strategy = Fd::shape.strategy;
    error = backend_.add_group(Fd::shape.buffer_group, family.buffers.group(), strategy);
    if (error) return error;
    for (DatagramSlot<Fd>& slot : family.slots) {
      int fd = -1;
      error = open_datagram(Fd::shape, family.addresses, fd);
      if (error) return error;
      family.opened = true;
      // A loop that never sleeps need not know whether a datagram is the last.
      const bool tries_again =
          strategy == ReceiveStrategy::direct && Base::Shape::wait == WaitMode::spin;
      if (tries_again) slot.receive_request.least = 1;
      slot.handle = backend_.adopt(fd, {.receive = strategy, .datagrams = true});
      if (slot.handle < 0) {
        return StartError::make(start_code::cannot_open_datagram, Fd::shape.name, -slot.handle,
                                "fds.%s: the %s backend cannot watch its socket: %s. %s",
                                Fd::shape.name, Backend::name, std::strerror(-slot.handle),
                                shortage_fix(-slot.handle));
      }
      slot.receive.handle = slot.send.handle = slot.handle;
      slot.close.handle = slot.cancel.handle = slot.handle;
    }
    char bound[PeerAddress::longest_text];
    format_address(family.addresses.local, bound, sizeof bound);
    reactor_run.report_bound(Fd::shape.index, Fd::shape.name, bound);
    return {};
  }
};

}  // namespace loom

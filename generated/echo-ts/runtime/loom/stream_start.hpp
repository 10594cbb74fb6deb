// How a stream fd begins, and what JavaScript may ask of its connections: called by the emitted
// reactor at its start and for each record of its inbox.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#include "adopt_socket.hpp"
#include "run.hpp"
#include "stream_spread.hpp"

namespace loom {

/// Adds to StreamSpread what happens from outside of it.
template <class Derived, class Backend>
class StreamStart : public StreamSpread<Derived, Backend> {
  using Base = StreamSpread<Derived, Backend>;

 public:
  /// For the emitted code: start_stream() of every stream fd; the first error ends it.
  StartError start_streams(ReactorRun& reactor_run) noexcept {
    StartError error;
    static_cast<Derived&>(*this).each_stream([&](auto& family) {
      if (!error) error = this->start_stream(family, reactor_run);
    });
    return error;
  }

  /// For the emitted code, once everything started: servers accept, clients connect.
  void begin_streams() noexcept {
    static_cast<Derived&>(*this).each_stream([this](auto& family) { this->begin_stream(family); });
  }

  /// Resolves the address of one fd, hands its buffers to the backend, and listens where it is a
  /// server.
  template <class Fd>
  StartError start_stream(StreamFamily<Fd>& family, ReactorRun& reactor_run) noexcept {
    const char* text = reactor_run.address_of(family.shape.name, family.shape.address);
    text = reactor_run.first_bound(family.shape.index, text);
    StartError error = backend_.add_group(family.shape.buffer_group, family.buffers.group(),
                                          family.shape.traits.receive);
    if (error) return error;
    if constexpr (Fd::shape.traits.receive == ReceiveStrategy::bundle) {
      say_unbundled(family.shape, reactor_run);
    }
    int fd = -1;
    if constexpr (Fd::shape.hands_over()) {
      error = this->join_share(family, reactor_run);
      if (error || reactor_run.instance != 0) return error;
    }
    if constexpr (Fd::shape.is_pipe()) {
      error = check_end(family.shape, text, false);
      if (!error) error = check_end(family.shape, family.shape.write_address, true);
      if (!error) error = open_first_ends(family.shape, text, family.ends);
      family.addresses.count = 1;
      std::snprintf(family.address_text, sizeof family.address_text, "%s", text);
      return error;
    }
    if (names_descriptor(text)) {
      error = adopt_socket(family.shape, text, fd);
      if (error) return error;
      format_bound(fd, text, family.address_text, sizeof family.address_text);
    } else {
      error = resolve_addresses(family.shape, text, family.addresses);
      if (error) return error;
      SocketAddress& address = family.addresses.items[0];
      if (family.shape.is_server()) error = listen_on(family.shape, address, fd);
      if (error) return error;
      format_address(address, family.address_text, sizeof family.address_text);
    }
    family.adopted = fd;
    return family.shape.is_server() ? watch_listener(family, reactor_run) : StartError{};
  }

  /// Takes away the paths that unix servers bound; at the end, and when another fd could not start.
  void remove_paths() noexcept {
    static_cast<Derived&>(*this).each_stream([](auto& family) {
      if (family.listener < 0 || family.shape.is_tcp()) return;
      if (const char* path = path_of(family.addresses.items[0])) ::unlink(path);
    });
  }

  /// After every fd was started without error: accepts and connects.
  template <class Fd>
  void begin_stream(StreamFamily<Fd>& family) noexcept {
    if (family.shape.is_server()) {
      family.take_part(true);
      return this->arm_accept(family);
    }
    for (StreamSlot<Fd>& slot : family.slots) {
      if (family.addresses.count == 0) {
        this->open_adopted(family, slot);
      } else {
        this->open_client(family, slot);
      }
    }
  }

  /// What JavaScript asked of one connection. False: there is no room now, ask again later; so is
  /// what it asks behind that, except to abort.
  template <class Fd>
  bool command(StreamFamily<Fd>& family, const Record& record) noexcept {
    if (record.slot >= family.slot_count) return true;
    StreamSlot<Fd>& slot = family.slots[record.slot];
    if (slot.generation != record.generation) return true;
    const Connection<Fd> connection(slot);
    const auto command = static_cast<InboxCommand>(record.event);
    if (slot.write_refused && connection.writable() && command != InboxCommand::abort) return false;
    switch (command) {
      case InboxCommand::data:
        return connection.write_frame(Bytes(record.bytes)).value() != WriteResult::full;
      case InboxCommand::close: connection.close(); return true;
      case InboxCommand::abort: connection.abort(); return true;
      case InboxCommand::finish: connection.finish(); return true;
      case InboxCommand::pause: connection.pause(); return true;
      case InboxCommand::resume: connection.resume(); return true;
    }
    return true;
  }

 protected:
  using Base::backend_;
  using Base::core_;

 private:
  /// A config may declare what is newer than the kernel that runs it: says what is done instead.
  void say_unbundled(const StreamShape& shape, const ReactorRun& reactor_run) noexcept {
    if constexpr (requires { backend_.lacks_bundles(); }) {
      if (!backend_.lacks_bundles() || reactor_run.instance != 0) return;
      char line[200];
      std::snprintf(line, sizeof line,
                    "loom: fds.%s: this kernel has no bundled receives, which Linux 6.10 brought; "
                    "receive.strategy 'bundle' is 'multishot' here",
                    shape.name);
      core_.log(line);
    }
  }

  /// Hands the listener in `family.adopted` to the backend.
  template <class Fd>
  StartError watch_listener(StreamFamily<Fd>& family, ReactorRun& reactor_run) noexcept {
    const int fd = std::exchange(family.adopted, -1);
    family.listener = backend_.adopt(fd, {.trigger = family.shape.traits.trigger});
    if (family.listener < 0) {
      return StartError::make(start_code::cannot_listen, family.shape.name, -family.listener,
                              "fds.%s: the %s backend cannot watch the listener: %s. %s",
                              family.shape.name, Backend::name, std::strerror(-family.listener),
                              shortage_fix(-family.listener));
    }
    if (reactor_run.instance != 0) return {};
    reactor_run.report_bound(family.shape.index, family.shape.name, family.address_text);
    return {};
  }
};

}  // namespace loom

// What eventfds and signalfds do in a reactor: started with the other fds, read again after each
// event, and ended with the loop. A read that fails says so once by on_error and is not repeated,
// so that a descriptor which somebody closed costs an event and not a core.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "datagram_start.hpp"
#include "event_source.hpp"
#include "run.hpp"
#include "signal_source.hpp"
#include "thrown.hpp"

namespace loom {

/// Adds the sources of events to the streams and datagrams.
template <class Derived, class Backend>
class SourceEngine : public DatagramStart<Derived, Backend> {
  using Base = DatagramStart<Derived, Backend>;

 public:
  /// For the emitted code: opens every source; the first error ends it.
  StartError start_sources() noexcept {
    StartError error;
    static_cast<Derived&>(*this).each_source([&](auto& family) {
      if (!error) error = start_source(family);
    });
    return error;
  }

  /// For the emitted code, once everything started: waits for the first events.
  void begin_sources() noexcept {
    static_cast<Derived&>(*this).each_source([this](auto& family) { this->start(family.read); });
  }

  /// read(2) of a source: whole records, or a negative errno.
  template <class Family>
  void source_read(Family& family, const Completion& completion) noexcept {
    this->finish(family.read);
    if (completion.result > 0) {
      guard(family, Family::hook,
            [&] { family.deliver(static_cast<std::uint32_t>(completion.result)); });
    } else if (completion.result == -ECANCELED) {
      return;
    } else if (completion.result != -EINTR && completion.result != -EAGAIN) {
      core_.stats().add(Stat::receive_errors);
      guard(family, "on_error", [&] {
        family.handler->on_error(Error{Failure::system, -completion.result});
      });
      return;
    }
    if (!stopping_) this->start(family.read);
  }

  /// The cancellation of a source's read was carried out.
  template <class Family>
  void source_cancelled(Family& family, const Completion& /*completion*/) noexcept {
    this->finish(family.cancel);
  }

  /// For reactors without sources; the emitted code hides it.
  template <class Visit>
  void each_source(Visit&& /*visit*/) noexcept {}

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

  /// The loop stops: no further events.
  void stop_sources() noexcept {
    static_cast<Derived&>(*this).each_source([this](auto& family) {
      if (!family.read.in_flight) return;
      family.cancel.handle = family.handle;
      this->start(family.cancel);
    });
  }

 private:
  template <class Family>
  StartError start_source(Family& family) noexcept {
    StartError error = family.open();
    if (error) return error;
    const int fd = family.give_descriptor();
    family.handle = fd < 0 ? -errno : backend_.adopt(fd);
    if (family.handle < 0) {
      return StartError::make(start_code::cannot_open, family.shape.name, -family.handle,
                              "fds.%s: the %s backend cannot watch it: %s. Raise the limit of open "
                              "files (ulimit -n).",
                              family.shape.name, Backend::name, std::strerror(-family.handle));
    }
    family.read.kind = OperationKind::receive;
    family.read.transfer = Family::transfer;
    family.read.handle = family.handle;
    family.read.tag = Tag(0, family.shape.read_operation, 0);
    family.cancel.kind = OperationKind::cancel_all;
    family.cancel.tag = Tag(0, family.shape.cancel_operation, 0);
    return {};
  }

  /// Runs the hook of this name; an exception that escapes it is logged, and the source goes on.
  template <class Family, class Hook>
  void guard(Family& family, const char* name, Hook&& hook) noexcept {
    try {
      hook();
    } catch (...) {
      const std::string_view handler = type_name<typename Family::Handler>();
      report_thrown(core_, {"fds.", family.shape.name, handler, name}, "the fd goes on");
    }
  }
};

}  // namespace loom

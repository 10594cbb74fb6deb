// What the epoll backend does with system requests: the way that emulation.hpp gives each. Those
// that wait do so in an epoll instance inside the backend's own.
#pragma once

#include <sys/epoll.h>

#include <cerrno>
#include <cstdint>

#include "../core.hpp"
#include "../request_pool.hpp"
#include "../unsupported_log.hpp"
#include "request_targets.hpp"

namespace loom {

/// The requests of one reactor on epoll.
class EpollRequests {
 public:
  /// Watches for requests in `epoll_fd`, under the number `event_number`; what is over at once goes
  /// into `finished`. @returns 0, or a negative errno.
  int open(ReactorCore& core, int epoll_fd, std::uint32_t event_number,
           OperationQueue& finished) noexcept {
    core_ = &core;
    finished_ = &finished;
    pool_.open(core, finished);
    const int waits_fd = waits_.open(finished);
    if (waits_fd < 0) return waits_fd;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = event_number;
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, waits_fd, &event) == 0 ? 0 : -errno;
  }

  /// Starts a request; it is over at once, or waits.
  void submit(RequestOperation& operation) noexcept {
    core_->stats().add(Stat::kernel_entries);
    const system::Request& request = operation.request;
    std::int32_t result = -ENOSYS;
    switch (system::emulation_now(request)) {
      case system::Emulation::refused: unsupported_.note(*core_, "epoll", request.opcode); break;
      case system::Emulation::at_once: result = system::perform(request); break;
      case system::Emulation::pool:
      case system::Emulation::either: return pool_.submit(operation);
      case system::Emulation::loop:
        result = has_targets(request) ? apply_to_targets(waits_, request) : waits_.begin(operation);
        break;
    }
    if (result == system::not_yet) return;
    operation.result = result;
    finished_->push(operation);
  }

  /// Ends the request that a record's own cancellation is about, if it waits.
  void cancel(Operation& cancellation) noexcept {
    cancellation.in_flight = false;
    waits_.cancel(RequestOperation::target_of(cancellation));
  }

  /// The backend's epoll instance says that something is ready here.
  void look() noexcept { waits_.look(); }

  /// Whether something is to be tried again.
  [[nodiscard]] bool has_ready() const noexcept { return waits_.has_ready(); }

  /// Tries again what is ready; about `maximum` completions go to `sink`. Returns how many.
  template <class Sink>
  std::uint32_t serve(std::uint32_t maximum, Sink&& sink) noexcept {
    if (pool_.has_waiting()) pool_.offer_waiting();
    return waits_.serve(maximum, sink);
  }

  /// Closes what is watched.
  void close() noexcept { waits_.close(); }

 private:
  ReactorCore* core_ = nullptr;
  OperationQueue* finished_ = nullptr;
  RequestPool pool_;
  RequestWaits waits_;
  UnsupportedLog unsupported_;
};

}  // namespace loom

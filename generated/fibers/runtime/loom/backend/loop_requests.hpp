// What a backend without a ring does with system requests: the way that emulation.hpp gives each.
// Those that wait do so beside the backend's own descriptors (request_waits.hpp).
#pragma once

#include <cerrno>
#include <cstdint>

#include "../core.hpp"
#include "../request_pool.hpp"
#include "../unsupported_log.hpp"
#include "request_targets.hpp"

namespace loom {

/// The requests of one reactor; `Watch` watches for those that wait.
template <class Watch>
class LoopRequests {
 public:
  /// What is over at once goes into `finished`; `backend` is its name in the log. @returns the
  /// descriptor that the backend watches to know when to look(), or a negative errno.
  int open(ReactorCore& core, const char* backend, OperationQueue& finished) noexcept {
    core_ = &core;
    backend_ = backend;
    finished_ = &finished;
    pool_.open(core, finished);
    return waits_.open(finished);
  }

  /// Starts a request; it is over at once, or waits.
  void submit(RequestOperation& operation) noexcept {
    core_->stats().add(Stat::kernel_entries);
    const system::Request& request = operation.request;
    std::int32_t result = -ENOSYS;
    switch (system::emulation_now(request)) {
      case system::Emulation::refused: unsupported_.note(*core_, backend_, request.opcode); break;
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

  /// The descriptor of open() is readable: takes what is ready.
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
  const char* backend_ = "";
  OperationQueue* finished_ = nullptr;
  RequestPool pool_;
  RequestWaits<Watch> waits_;
  UnsupportedLog unsupported_;
};

}  // namespace loom

// What every part of a reactor shares and no backend decides: its clock, its counters, the ring
// towards JavaScript, its deadlines, and the wish to stop. Hooks reach it as `reactor()`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <span>

#include "assert.hpp"
#include "byte_ring.hpp"
#include "lateness.hpp"
#include "pool_queue.hpp"
#include "program_event.hpp"
#include "reactor_clock.hpp"
#include "shared_layout.hpp"
#include "timer_wheel.hpp"

namespace loom {

class Activity;
struct ActivityTable;

class FiberScheduler;
class RequestDesk;

/// One address for each type of handler.
template <class Handler>
inline constexpr char handler_key = 0;

/// A reactor's common state. Only the reactor's own thread touches it, `stop` excepted.
class ReactorCore {
 public:
  /// CLOCK_MONOTONIC now, in nanoseconds, to well under a microsecond; see reactor_clock.hpp.
  [[nodiscard]] std::uint64_t now_nanoseconds() noexcept { return clock_.now_nanoseconds(); }

  /// now_nanoseconds() when the loop took the current batch of completions, in nanoseconds. Costs
  /// nothing to read.
  [[nodiscard]] std::uint64_t batch_nanoseconds() const noexcept { return batch_nanoseconds_; }

  /// The way to this reactor for other threads; see ReactorHandle.
  [[nodiscard]] ReactorHandle handle() const noexcept {
    return inbox_ == nullptr ? ReactorHandle() : ReactorHandle(*inbox_);
  }

  /// Asks every reactor of the program to stop: connections drain for a moment, then close.
  void stop() noexcept { request_stop_(program_); }

  /// The live counters of this reactor.
  [[nodiscard]] StatsBlock& stats() noexcept { return *stats_; }

  /// The fibers of this reactor; only where some fd is of fiber style.
  [[nodiscard]] FiberScheduler& fibers() noexcept {
    LOOM_ASSERT(fibers_ != nullptr, "a reactor has fibers when an fd of it is of fiber style");
    return *fibers_;
  }

  /// How late deadlines came, from their due time to their dispatch: ticks of timers, time limits,
  /// pauses. What was armed for a time in the past was late from the start.
  [[nodiscard]] LatenessSummary timer_lateness() const noexcept { return lateness_.summary(); }

  /// Prints one line for people, through the program's logger; `text` has no line end.
  void log(const char* text) noexcept {
    if (log_ != nullptr) log_(context_, text);
  }

  // From here on: for the runtime, not for handlers.

  /// In a catch block: counts what is being handled and prints it, `who` threw it before it and
  /// what becomes of that behind it.
  void log_thrown(const char* who, const char* consequence) noexcept {
    stats_->add(Stat::exceptions);
    const auto say = [&](const char* what) {
      char line[320];
      std::snprintf(line, sizeof line, "loom: %s threw: %.120s; %s", who, what, consequence);
      log(line);
    };
    try {
      throw;
    } catch (const std::exception& error) {
      say(error.what());
    } catch (...) {
      say("something that is no std::exception");
    }
  }

  /// One of the reactor's handlers, by its type: `key` is the address of handler_key<Handler>.
  struct HandlerNode {
    const void* key = nullptr;
    void* handler = nullptr;
    HandlerNode* next = nullptr;
  };

  /// Lets mail find a handler; before the first turn.
  void add_handler(HandlerNode& node) noexcept {
    node.next = handlers_;
    handlers_ = &node;
  }

  /// Calls `callable` with the handler of type `Handler`; a line in the log when this reactor has
  /// none.
  template <class Handler, class Callable>
  void call_handler(const Callable& callable) {
    for (HandlerNode* node = handlers_; node != nullptr; node = node->next) {
      if (node->key == &handler_key<Handler>) {
        return callable(*static_cast<Handler*>(node->handler));
      }
    }
    log("loom: mail for a handler that this reactor does not have; it was dropped");
  }

  /// Binds the core to its shared block and its program; once, before the first turn.
  void attach(std::byte* shared, void (*request_stop)(void*) noexcept, void* program,
              void (*logger)(void*, const char*) noexcept, void* context) noexcept {
    shared_ = shared;
    stats_ = &stats_block(shared);
    control_ = &control_block(shared);
    request_stop_ = request_stop;
    program_ = program;
    log_ = logger;
    context_ = context;
  }

  /// Binds the ring towards JavaScript.
  void attach_delivery(std::uint32_t offset, std::uint32_t ring_bytes) noexcept {
    delivery_ =
        ByteRingProducer(ring_header(shared_, offset), ring_data(shared_, offset), ring_bytes);
  }

  /// Every deadline of the reactor, on the clock of now_nanoseconds(). What expires is dispatched
  /// like a completion: tag of the entry, result -ETIME.
  [[nodiscard]] TimerWheel& wheel() noexcept { return wheel_; }

  /// Gives a job of this reactor to a pool. When it is posted, it comes home once: the reactor
  /// dispatches {job.tag, job.result}, with -ECANCELED when it stopped before a worker began the
  /// job. Otherwise (full, which is counted, or closed while stopping) the job stays the caller's.
  PostResult submit_job(PoolQueue& pool, Job& job) noexcept {
    const PostResult result = offer_job(pool, job);
    if (result.value() == PostResult::full) stats_->add(Stat::offload_refused);
    return result;
  }

  /// The same for a job that waits for room and is offered again.
  PostResult offer_job(PoolQueue& pool, Job& job) noexcept {
    if (inbox_->cancels_jobs()) return PostResult::closed;
    job.home = inbox_;
    job.is_job = true;
    if (!pool.submit(job)) return PostResult::full;
    jobs_out_ += 1;
    in_flight_ += 1;
    stats_->add(Stat::offloaded);
    return PostResult::posted;
  }

  /// Whether a record of `payload_bytes` fits the ring towards JavaScript now. When it does not,
  /// the reactor is marked as stalled, and JavaScript wakes it after making room.
  [[nodiscard]] bool delivery_ready(std::uint32_t payload_bytes) noexcept {
    if (delivery_.has_room(payload_bytes)) return true;
    control_->announce_stall();
    if (delivery_.has_room(payload_bytes)) return true;
    if (!stalled_) stats_->add(Stat::delivery_stalls);
    stalled_ = true;
    return false;
  }

  /// Appends a record that fits (delivery_ready said so).
  void deliver(const RecordHeader& header, const void* payload) noexcept {
    std::byte* place = delivery_.reserve(header.bytes);
    LOOM_ASSERT(place != nullptr, "deliver() only after delivery_ready()");
    if (header.bytes != 0) std::memcpy(place, payload, header.bytes);
    delivery_.commit(header);
    delivered_ = true;
  }

  /// Tells JavaScript of an event of the program, `fd` and `slot` being whose; nothing while nobody
  /// consumes. Without room in the ring it waits, and is counted when that has no room either.
  template <class Payload>
  void tell(DeliveryEvent event, std::uint16_t fd, std::uint32_t slot, const Payload& payload,
            std::uint32_t payload_bytes = sizeof(Payload)) noexcept {
    static_assert(sizeof(Payload) <= WaitingEvents::payload_bytes, "it may have to wait");
    if (control_ == nullptr || !control_->attached()) return;
    const RecordHeader header{payload_bytes, fd, static_cast<std::uint16_t>(event), slot, 0};
    waiting_events_.push(header, &payload);
    flush_events();
  }

  /// Delivers the events that wait, as far as there is room.
  void flush_events() noexcept {
    if (waiting_events_.empty()) return;
    waiting_events_.flush([this](const RecordHeader& header, const void* payload) {
      if (!delivery_ready(header.bytes)) return false;
      deliver(header, payload);
      return true;
    });
  }

  /// Memory for a record of up to `payload_bytes` (set to what the ring can ever take, where that
  /// is less), or nullptr when there is no room now; end_delivery() says what became of it.
  [[nodiscard]] std::byte* begin_delivery(std::uint32_t& payload_bytes) noexcept {
    payload_bytes = std::min(payload_bytes, delivery_.longest_payload());
    return delivery_.reserve(payload_bytes);
  }

  /// Appends the record that was begun; it may be shorter than was asked for.
  void end_delivery(const RecordHeader& header) noexcept {
    delivery_.commit(header);
    delivered_ = true;
  }

  Inbox* inbox_ = nullptr;
  /// Of all reactors of the program, by their index.
  std::span<Inbox> inboxes_;
  /// Carries out what the backend cannot; nullptr: the reactor's thread does it.
  PoolQueue* blocking_ = nullptr;
  /// What handlers note their requests on; nullptr before the start.
  RequestDesk* desk_ = nullptr;
  /// What the loop is at, for the watchdog, and the names of that; see Watched.
  Activity* activity_ = nullptr;
  const ActivityTable* activity_names_ = nullptr;
  std::byte* shared_ = nullptr;
  StatsBlock* stats_ = nullptr;
  ControlBlock* control_ = nullptr;
  ByteRingProducer delivery_;
  WaitingEvents waiting_events_;
  FiberScheduler* fibers_ = nullptr;
  ReactorClock clock_;
  std::uint64_t batch_nanoseconds_ = 0;
  TimerWheel wheel_;
  LatenessHistogram lateness_;
  /// A record was appended since JavaScript was last woken.
  bool delivered_ = false;
  /// Something waits for room towards JavaScript and must be tried again.
  bool stalled_ = false;
  /// Requests wait for room in the pool: of that nobody tells, so the loop looks now and then.
  bool waits_for_pool_ = false;
  /// The same of calls from JavaScript.
  bool calls_wait_for_pool_ = false;
  /// Bytes have left a connection's queue, which may have waited for that.
  bool made_room_ = false;
  /// Some family has connections to settle.
  bool dirty_ = false;
  /// Operations between submit and final completion; the wake-up read is not one of them.
  std::uint32_t in_flight_ = 0;
  /// Those of them that a pool has: their records must not go away before they come home.
  std::uint32_t jobs_out_ = 0;

 private:
  HandlerNode* handlers_ = nullptr;
  void (*request_stop_)(void*) noexcept = nullptr;
  void* program_ = nullptr;
  void (*log_)(void*, const char*) noexcept = nullptr;
  void* context_ = nullptr;
};

}  // namespace loom

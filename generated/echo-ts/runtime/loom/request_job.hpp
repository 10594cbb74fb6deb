// A system request on its way through a pool, where a worker makes the plain call. One that no
// worker has begun can be withdrawn; one that runs is interrupted, and completes: with what it did
// until then, or cancelled. A call that does not wait, or whose wait no signal ends (that of a slow
// disk), completes as if nobody had asked.
#pragma once

#include <sched.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "interrupter.hpp"
#include "pool_queue.hpp"
#include "system/perform.hpp"

namespace loom {

/// The job of a RequestOperation.
class RequestJob : public Job {
 public:
  RequestJob() noexcept { run = &RequestJob::work; }

  /// The reactor, before it submits the job: its completion will be {tag, the call's result}.
  void prepare(const system::Request& request, Tag completion_tag) noexcept {
    request_ = &request;
    tag = completion_tag;
    // Relaxed: the queue hands the record over.
    given_up_.store(false, std::memory_order_relaxed);
    state_.store(State::queued, std::memory_order_relaxed);
  }

  /// The reactor: the call is not to be made, or to end. Harmless when it is too late or nothing is
  /// queued.
  void withdraw() noexcept {
    State expected = State::queued;
    // Partner: work(). Relaxed: only the order of the two exchanges of this word matters.
    if (state_.compare_exchange_strong(expected, State::withdrawn, std::memory_order_relaxed)) {
      return;
    }
    expected = State::begun;
    // Partner: work(), which releases `interrupter_`, and waits for what follows before it goes on.
    if (!state_.compare_exchange_strong(expected, State::interrupting, std::memory_order_acquire)) {
      return;
    }
    // Partner: GivingUp, on the worker, behind the signal.
    given_up_.store(true, std::memory_order_relaxed);
    interrupter_->begin();
    // Partner: work(), which acquires: its end() comes after this begin().
    state_.store(State::interrupted, std::memory_order_release);
  }

  /// The reactor, while no queue has the job: whether it was withdrawn since prepare().
  [[nodiscard]] bool is_withdrawn() const noexcept {
    return state_.load(std::memory_order_relaxed) == State::withdrawn;
  }

 private:
  enum class State : std::uint8_t {
    idle,
    queued,
    begun,
    withdrawn,
    interrupting,  ///< the reactor is telling the worker
    interrupted,   ///< and has done so
    ended,
  };

  static void work(Job& job) noexcept {
    auto& mine = static_cast<RequestJob&>(job);
    static thread_local const Interrupter interrupter;
    mine.interrupter_ = &interrupter;
    State expected = State::queued;
    // Partner: withdraw(), which acquires `interrupter_`.
    if (!mine.state_.compare_exchange_strong(expected, State::begun, std::memory_order_release,
                                             std::memory_order_relaxed)) {
      mine.result = -ECANCELED;
      return;
    }
    mine.result = mine.call(interrupter);
    mine.end(interrupter);
  }

  /// The worker: from now on withdraw() leaves its thread alone.
  void end(const Interrupter& interrupter) noexcept {
    State expected = State::begun;
    // Partner: withdraw(), which finds it ended, or has begun to interrupt.
    if (state_.compare_exchange_strong(expected, State::ended, std::memory_order_relaxed)) return;
    // Bound: the reactor is between two lines. Partner: withdraw(), which releases.
    while (state_.load(std::memory_order_acquire) == State::interrupting) sched_yield();
    interrupter.end();
  }

  std::int32_t call(const Interrupter& interrupter) noexcept {
    // Interrupted or not, close(2) has closed: its descriptor may be somebody else's by then.
    if (request_->opcode == system::Opcode::close) return system::perform(*request_);
    const system::GivingUp giving_up(given_up_);
    interrupter.open();
    const std::int32_t value = system::perform(*request_);
    interrupter.shut();
    return value;
  }

  const system::Request* request_ = nullptr;
  /// Of the worker that makes the call; from `begun` on.
  const Interrupter* interrupter_ = nullptr;
  /// Partners: prepare, withdraw and work.
  std::atomic<State> state_{State::idle};
  /// Partners: withdraw and call.
  std::atomic<bool> given_up_{false};
};

}  // namespace loom

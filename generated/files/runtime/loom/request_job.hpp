// A system request on its way through a pool, where a worker makes the plain call. One that no
// worker has begun can be withdrawn; one that runs completes.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>

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
    state_.store(State::queued, std::memory_order_relaxed);
  }

  /// The reactor: the call is not to be made. Harmless when it is too late or nothing is queued.
  void withdraw() noexcept {
    State expected = State::queued;
    // Partner: work(). Relaxed: only the order of the two exchanges of this word matters.
    state_.compare_exchange_strong(expected, State::withdrawn, std::memory_order_relaxed);
  }

  /// The reactor, while no queue has the job: whether it was withdrawn since prepare().
  [[nodiscard]] bool is_withdrawn() const noexcept {
    return state_.load(std::memory_order_relaxed) == State::withdrawn;
  }

 private:
  enum class State : std::uint8_t { idle, queued, begun, withdrawn };

  static void work(Job& job) noexcept {
    auto& mine = static_cast<RequestJob&>(job);
    // Partner: withdraw().
    const State before = mine.state_.exchange(State::begun, std::memory_order_relaxed);
    mine.result = before == State::withdrawn ? -ECANCELED : system::perform(*mine.request_);
  }

  const system::Request* request_ = nullptr;
  /// Partners: prepare, withdraw and work.
  std::atomic<State> state_{State::idle};
};

}  // namespace loom

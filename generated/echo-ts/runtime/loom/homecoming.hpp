// The way home for records that belong to a reactor and went elsewhere: pool jobs, fibers that
// another thread wakes. An intrusive stack that many threads push to and the reactor takes whole,
// turned around into the order in which they came. It is never full, because each record is in it
// at most once.
#pragma once

#include <atomic>
#include <cstdint>

#include "assert.hpp"
#include "tag.hpp"

namespace loom {

/// The part of a record that comes home. The reactor dispatches {tag, result}.
struct HomecomingNode {
  HomecomingNode* next = nullptr;  ///< link of the queue that holds the record
  Tag tag;                         ///< of the completion
  std::int32_t result = 0;         ///< of the completion
  /// Between come_home() and take(). Written by whoever has the record: handed over with it.
  bool coming = false;
  /// The reactor waits for it before it ends, and counts it among its operations in flight.
  bool is_job = false;
};

/// Many producers, one consumer; first come, first taken.
class Homecoming {
 public:
  /// Any thread that has the record; from now on it is the reactor's again.
  void come_home(HomecomingNode& node) noexcept {
    LOOM_ASSERT(!node.coming, "a record comes home once");
    node.coming = true;
    HomecomingNode* first = arrived_.load(std::memory_order_relaxed);
    do {
      node.next = first;
      // Partner: take() and has_arrivals(). Releases the record; sequentially consistent because a
      // look at the doorbell follows.
    } while (!arrived_.compare_exchange_weak(first, &node, std::memory_order_seq_cst,
                                             std::memory_order_relaxed));
  }

  /// The consumer. The record that has waited longest, or nullptr.
  HomecomingNode* take() noexcept {
    if (in_order_ == nullptr) turn_around();
    HomecomingNode* node = in_order_;
    if (node == nullptr) return nullptr;
    in_order_ = node->next;
    node->next = nullptr;
    node->coming = false;
    return node;
  }

  /// The consumer. Sequentially consistent: it may follow the announcement of a sleep.
  [[nodiscard]] bool has_arrivals() const noexcept {
    return in_order_ != nullptr || arrived_.load(std::memory_order_seq_cst) != nullptr;
  }

 private:
  void turn_around() noexcept {
    // A plain look first: the exchange would take the cache line from those who push.
    if (arrived_.load(std::memory_order_relaxed) == nullptr) return;
    // Partner: come_home(), which releases.
    HomecomingNode* node = arrived_.exchange(nullptr, std::memory_order_acquire);
    // Bound: the records that exist.
    while (node != nullptr) {
      HomecomingNode* next = node->next;
      node->next = in_order_;
      in_order_ = node;
      node = next;
    }
  }

  /// The latest first. Partners: come_home and take.
  alignas(64) std::atomic<HomecomingNode*> arrived_{nullptr};
  /// The earliest first; the consumer's alone.
  alignas(64) HomecomingNode* in_order_ = nullptr;
};

}  // namespace loom

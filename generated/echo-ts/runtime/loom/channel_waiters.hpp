// Who waits for a channel inside one reactor: fibers for messages, or for room. A list in the order
// in which they came; what each of them is and how it goes on is fiber/channels.hpp's to know.
#pragma once

#include "assert.hpp"

namespace loom {

class ChannelWaiters;

/// One that waits; it takes itself off the list when it is destroyed.
class ChannelWaiter {
 public:
  /// `wake` lets it go on, once.
  ChannelWaiter(ChannelWaiters& list, void (*wake)(ChannelWaiter& self) noexcept) noexcept;
  ChannelWaiter(const ChannelWaiter&) = delete;
  ChannelWaiter& operator=(const ChannelWaiter&) = delete;
  ~ChannelWaiter();

 private:
  friend class ChannelWaiters;
  ChannelWaiters& list_;
  void (*wake_)(ChannelWaiter& self) noexcept;
  ChannelWaiter* next_ = nullptr;
  bool is_listed_ = true;
};

/// The list; one thread's.
class ChannelWaiters {
 public:
  ChannelWaiters() = default;
  ChannelWaiters(const ChannelWaiters&) = delete;
  ChannelWaiters& operator=(const ChannelWaiters&) = delete;

  [[nodiscard]] bool any() const noexcept { return first_ != nullptr; }

  /// Lets the one that waits longest go on.
  void wake_one() noexcept {
    LOOM_ASSERT(any(), "somebody waits");
    ChannelWaiter& waiter = *first_;
    remove(waiter);
    waiter.wake_(waiter);
  }

  /// Lets all go on. Bound: those that wait now.
  void wake_all() noexcept {
    while (any()) wake_one();
  }

 private:
  friend class ChannelWaiter;

  void add(ChannelWaiter& waiter) noexcept {
    ChannelWaiter** place = &first_;
    while (*place != nullptr) place = &(*place)->next_;
    *place = &waiter;
  }

  void remove(ChannelWaiter& waiter) noexcept {
    ChannelWaiter** place = &first_;
    while (*place != &waiter) place = &(*place)->next_;
    *place = waiter.next_;
    waiter.is_listed_ = false;
  }

  ChannelWaiter* first_ = nullptr;
};

inline ChannelWaiter::ChannelWaiter(ChannelWaiters& list,
                                    void (*wake)(ChannelWaiter& self) noexcept) noexcept
    : list_(list), wake_(wake) {
  list_.add(*this);
}

inline ChannelWaiter::~ChannelWaiter() {
  if (is_listed_) list_.remove(*this);
}

}  // namespace loom

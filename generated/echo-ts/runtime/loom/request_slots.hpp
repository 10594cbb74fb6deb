// System requests of callback handlers: a bounded table of records, and what a handler says and
// hears of them. A hook only notes what it wants; the loop starts it when the hook has returned.
#pragma once

#include <cstdint>

#include "request_operation.hpp"
#include "result.hpp"

namespace loom {

/// What a request came to.
struct Completed {
  std::uint64_t token = 0;  ///< what the handler gave with the request
  std::int32_t result = 0;  ///< what the system call gives, or a negative errno
  bool more = false;        ///< the same request completes again
};

/// A request in flight, by which it can be cancelled.
struct Ticket {
  std::uint32_t slot = 0;
  std::uint32_t generation = 0;
};

/// One record, and whose it is.
struct RequestSlot : RequestOperation {
  std::uint64_t token = 0;
  const void* owner = nullptr;
  RequestSlot* next_free = nullptr;
  std::uint32_t generation = 0;
  bool taken = false;
  bool cancel_wished = false;
};

/// One reactor's table, without its size.
class RequestDesk {
 public:
  RequestDesk() = default;
  RequestDesk(const RequestDesk&) = delete;
  RequestDesk& operator=(const RequestDesk&) = delete;

  /// Notes a request; see HandlerBase::submit.
  Result<Ticket> submit(const void* owner, const system::Request& request,
                        std::uint64_t token) noexcept {
    if (closed_) return Failure::closed;
    RequestSlot* slot = free_;
    if (slot == nullptr) return Failure::exhausted;
    free_ = slot->next_free;
    const auto index = static_cast<std::uint32_t>(slot - slots_);
    slot->generation += 1;
    slot->tag = Tag(index, common_operation::request, slot->generation);
    slot->request = request;
    slot->token = token;
    slot->owner = owner;
    slot->taken = true;
    slot->cancel_wished = slot->cancelled = false;
    wished_.push(*slot);
    return Ticket{index, slot->generation};
  }

  /// Notes a cancellation; harmless for a request that has completed.
  void cancel(Ticket ticket) noexcept {
    if (ticket.slot >= count_ || slots_[ticket.slot].generation != ticket.generation) return;
    slots_[ticket.slot].cancel_wished = true;
    cancels_wished_ = true;
  }

  /// Notes a cancellation of all; nothing is taken any more.
  void close() noexcept {
    closed_ = true;
    for (std::uint32_t index = 0; index < count_; ++index) slots_[index].cancel_wished = true;
    cancels_wished_ = true;
  }

  /// Starts what hooks have noted, then cancels.
  template <class Start, class Cancel>
  void carry_out(Start&& start, Cancel&& cancel_one) noexcept {
    while (!wished_.empty()) start(*wished_.pop());
    if (!cancels_wished_) return;
    cancels_wished_ = false;
    for (std::uint32_t index = 0; index < count_; ++index) {
      RequestSlot& slot = slots_[index];
      if (slot.cancel_wished && slot.taken) cancel_one(slot);
      slot.cancel_wished = false;
    }
  }

  /// The record that a completion is of; nullptr when it is of an earlier request.
  RequestSlot* find(Tag tag) noexcept {
    if (tag.slot() >= count_) return nullptr;
    RequestSlot& slot = slots_[tag.slot()];
    return slot.taken && slot.generation == tag.generation() ? &slot : nullptr;
  }

  /// After the final completion.
  void release(RequestSlot& slot) noexcept {
    slot.taken = false;
    slot.next_free = free_;
    free_ = &slot;
  }

 protected:
  RequestDesk(RequestSlot* slots, std::uint32_t count) noexcept : slots_(slots), count_(count) {}

  /// Links the free records, when they exist.
  void fill() noexcept {
    for (std::uint32_t index = count_; index > 0; --index) release(slots_[index - 1]);
  }

 private:
  RequestSlot* slots_ = nullptr;
  std::uint32_t count_ = 0;
  RequestSlot* free_ = nullptr;
  OperationQueue wished_;
  bool cancels_wished_ = false;
  bool closed_ = false;
};

/// A table of `count` records: `reactors.<name>.requests`.
template <std::uint32_t count>
class RequestSlots : public RequestDesk {
  static_assert(count < Tag::slot_limit, "a tag numbers the records");

 public:
  RequestSlots() noexcept : RequestDesk(slots_, count) { fill(); }

 private:
  RequestSlot slots_[count];
};

/// Without records every request is refused.
template <>
class RequestSlots<0> : public RequestDesk {};

}  // namespace loom

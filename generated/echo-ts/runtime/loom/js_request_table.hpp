// The requests of JavaScript that one reactor has taken: a record for each number that JavaScript
// may use, the ring they come through, and those whose completion waits for room on the way back.
#pragma once

#include <sys/stat.h>

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core.hpp"
#include "file.hpp"
#include "js_request.hpp"
#include "request_operation.hpp"

namespace loom {

/// One request, from when it is taken until JavaScript was told.
struct JsRequestSlot : RequestOperation {
  JsRequest asked{};
  std::byte* memory = nullptr;  ///< its bytes in the arena
  FileState* file = nullptr;
  std::uint64_t done_bytes = 0;
  JsOutcome outcome{};
  bool taken = false;
};

// map.txt counts with it.
static_assert(sizeof(JsRequestSlot) == 376);

/// The ring's reading end. The producer never writes more than it holds: the number of a request is
/// used again only when it has completed.
class JsRequestRing {
 public:
  /// Finds the ring at `offset` of the shared block; `entries` is 2^n.
  void open(std::byte* shared, std::uint32_t offset, std::uint32_t entries) noexcept {
    LOOM_ASSERT(std::has_single_bit(entries), "a ring has 2^n entries");
    header_ = &ring_header(shared, offset);
    data_ = ring_data(shared, offset);
    mask_ = entries - 1;
    head_ = header_->head.load(std::memory_order_relaxed);
  }

  /// Copies the oldest entry to `entry` and frees its place; false when there is none.
  bool take(JsRequest& entry) noexcept {
    if (empty()) return false;
    std::memcpy(&entry, data_ + std::size_t{head_ & mask_} * sizeof entry, sizeof entry);
    head_ += 1;
    // Partner: RequestQueue in requests.ts, which asserts by it that the ring has room.
    header_->head.store(head_, std::memory_order_release);
    return true;
  }

  /// Sequentially consistent where it looks at the shared counter: the look may follow
  /// ControlBlock::announce_sleep.
  [[nodiscard]] bool empty() noexcept {
    if (head_ != known_tail_) return false;
    // Partner: RequestQueue in requests.ts, which stores it with Atomics.
    known_tail_ = header_->tail.load(std::memory_order_seq_cst);
    return head_ == known_tail_;
  }

 private:
  RingHeader* header_ = nullptr;
  const std::byte* data_ = nullptr;
  std::uint32_t mask_ = 0;
  std::uint32_t head_ = 0;
  std::uint32_t known_tail_ = 0;
};

/// The records of `count` requests, and what is common to them.
template <std::uint32_t count>
class JsRequestTable {
  static_assert(count < Tag::slot_limit, "a tag numbers the records");

 public:
  JsRequestRing ring;
  /// Completed ones that wait for room towards JavaScript, in order.
  OperationQueue untold;
  /// Sends that wait for room in the queue of their connection, and calls that wait for room in
  /// that of their pool, in order.
  OperationQueue blocked;
  /// Something completed since those were last tried.
  bool try_blocked = false;
  /// The arena is known to the ring of the backend, under this number.
  bool registered = false;
  /// Nothing is taken any more.
  bool closed = false;

  /// The record of an entry that was just taken, or nullptr where the entry is none that the
  /// bindings write: what is shared with JavaScript is not believed.
  JsRequestSlot* begin(const JsRequest& asked, std::byte* arena,
                       std::uint32_t arena_bytes) noexcept {
    if (asked.number >= count || slots_[asked.number].taken) return nullptr;
    if (asked.memory > arena_bytes || asked.bytes > arena_bytes - asked.memory) return nullptr;
    JsRequestSlot& slot = slots_[asked.number];
    slot.asked = asked;
    slot.tag = Tag(asked.number, common_operation::js_request, asked.generation);
    slot.memory = arena + asked.memory;
    slot.file = nullptr;
    slot.done_bytes = 0;
    slot.cancelled = false;
    slot.taken = true;
    return &slot;
  }

  /// The record that is in use under this number and generation, or nullptr.
  JsRequestSlot* find(std::uint32_t number, std::uint32_t generation) noexcept {
    if (number >= count) return nullptr;
    JsRequestSlot& slot = slots_[number];
    return slot.taken && slot.asked.generation == generation ? &slot : nullptr;
  }

  /// Calls `visit` with every record that is in use.
  template <class Visit>
  void each(Visit&& visit) noexcept {
    for (JsRequestSlot& slot : slots_) {
      if (slot.taken) visit(slot);
    }
  }

 private:
  JsRequestSlot slots_[count];
};

/// JavaScript asks for nothing.
template <>
class JsRequestTable<0> {};

/// The request of the system that takes `slot` one step further. `memory` is what the ring knows
/// the arena by, or none.
inline system::Request next_step_of(const JsRequestSlot& slot, bool registered,
                                    std::uint16_t memory) noexcept {
  const int fd = slot.file->fd;
  const JsRequest& asked = slot.asked;
  std::byte* const begin = slot.memory + slot.done_bytes;
  const std::span<std::byte> rest(begin, asked.bytes - slot.done_bytes);
  const bool at_end = slot.file->shape.mode == FileMode::append;
  const std::uint64_t offset = at_end ? system::current_offset : asked.offset + slot.done_bytes;
  switch (static_cast<JsRequestKind>(asked.kind)) {
    case JsRequestKind::read:
      return registered ? system::read_fixed(fd, rest, offset, memory)
                        : system::read(fd, rest, offset);
    case JsRequestKind::write:
      return registered ? system::write_fixed(fd, rest, offset, memory)
                        : system::write(fd, rest, offset);
    case JsRequestKind::size:
      return system::statx(fd, "", AT_EMPTY_PATH, STATX_SIZE,
                           reinterpret_cast<struct statx*>(slot.memory));
    case JsRequestKind::truncate: return system::ftruncate(fd, asked.offset);
    case JsRequestKind::sync: return system::fsync(fd);
    case JsRequestKind::sync_data: return system::fdatasync(fd);
    case JsRequestKind::cancel:
    case JsRequestKind::send:
    case JsRequestKind::call: break;
  }
  return {};
}

}  // namespace loom

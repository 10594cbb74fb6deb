// Work that a hook gives to a pool, and what is to follow on the reactor: two callables in a slot
// of bounded size that the reactor owns, so that nothing is allocated. The work may run on any
// worker at any time; what follows it runs on the reactor's thread like a hook, exactly once for
// each submission that was posted.
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>
#include <type_traits>

#include "core.hpp"
#include "operation.hpp"
#include "result.hpp"
#include "thrown.hpp"

namespace loom {

/// Bytes that a job, its value, and what follows it may hold each.
inline constexpr std::size_t offload_bytes = 64;

class OffloadTable;

/// One submission of a PoolOut.
struct OffloadSlot : Job {
  void (*follow)(OffloadTable& table, OffloadSlot& slot) = nullptr;
  OffloadSlot* next_free = nullptr;
  bool threw = false;
  alignas(16) std::byte work[offload_bytes] = {};  ///< the job, then its value, or why it threw
  alignas(16) std::byte then[offload_bytes] = {};

  /// What `work` or `then` holds.
  template <class Stored>
  static Stored& in(std::byte* storage) noexcept {
    return *std::launder(reinterpret_cast<Stored*>(storage));
  }
};

// map.txt counts with these sizes.
static_assert(sizeof(OffloadSlot) == 192);

/// One reactor's submissions to one pool: the slots, their free list, and how they come home.
class OffloadTable {
 public:
  /// Binds the slots to the reactor, the pool, and the operation number that they come home with.
  void attach(ReactorCore& core, PoolQueue& pool, const char* pool_name,
              std::uint16_t operation) noexcept {
    core_ = &core;
    pool_ = &pool;
    pool_name_ = pool_name;
    for (std::uint32_t n = 0; n < slot_count_; ++n) {
      slots_[n].tag = Tag(n, operation, 0);
      slots_[n].next_free = n + 1 == slot_count_ ? nullptr : &slots_[n + 1];
    }
    free_ = slots_;
  }

  /// The pool's queue.
  [[nodiscard]] PoolQueue& queue() const noexcept { return *pool_; }

  /// See PoolOut::submit.
  template <class Work, class Then>
  PostResult submit(const Work& work, const Then& then) noexcept;

  /// A slot came home: what follows runs now.
  void done(const Completion& completion) noexcept {
    LOOM_ASSERT(completion.tag.slot() < slot_count_, "a tag of another table");
    OffloadSlot& slot = slots_[completion.tag.slot()];
    if (slot.threw) note_exception(slot);
    try {
      slot.follow(*this, slot);
    } catch (...) {
      report_thrown(*core_, {"what follows a job of pools.", pool_name_}, "the loop goes on");
    }
  }

  /// What `slot` held was copied: what follows it may submit again.
  void release(OffloadSlot& slot) noexcept {
    slot.next_free = free_;
    free_ = &slot;
  }

 protected:
  OffloadTable(OffloadSlot* slots, std::uint32_t slot_count) noexcept
      : slots_(slots), slot_count_(slot_count) {}

 private:
  void note_exception(const OffloadSlot& slot) noexcept {
    char line[160];
    std::snprintf(line, sizeof line, "loom: a job of pools.%s threw: %s", pool_name_,
                  reinterpret_cast<const char*>(slot.work));
    core_->log(line);
  }

  OffloadSlot* slots_;
  std::uint32_t slot_count_;
  OffloadSlot* free_ = nullptr;
  ReactorCore* core_ = nullptr;
  PoolQueue* pool_ = nullptr;
  const char* pool_name_ = "";
};

/// An OffloadTable and its slots: at most `slot_count` submissions are out at once.
template <std::uint32_t slot_count>
class OffloadTableOf : public OffloadTable {
  static_assert(slot_count > 0 && slot_count < Tag::slot_limit);

 public:
  OffloadTableOf() noexcept : OffloadTable(slots_, slot_count) {}
  OffloadTableOf(const OffloadTableOf&) = delete;
  OffloadTableOf& operator=(const OffloadTableOf&) = delete;

 private:
  OffloadSlot slots_[slot_count];
};

/// A handler's end of a pool: `this->pools.<name>`. Only inside hooks of its reactor.
class PoolOut {
 public:
  /// Runs `work()` on a worker of the pool, then `then(Result<Value>)` on this reactor's thread,
  /// Value being what `work` returned. Both hold at most 64 trivially copyable bytes, and so does
  /// the value. The result is Failure::threw when `work` threw, and Failure::cancelled when the
  /// reactor stopped before a worker began it.
  /// @returns posted, full (the pool's queue, or all of this reactor's slots for it: try later), or
  /// closed (the reactor is stopping); `then` is called once when it was posted, and never else.
  template <class Work, class Then>
  PostResult submit(const Work& work, const Then& then) const noexcept {
    return table_ == nullptr ? PostResult::closed : table_->submit(work, then);
  }

  /// For the emitted code: binds the handler to its reactor's submissions.
  void attach(OffloadTable& table) noexcept { table_ = &table; }

  /// For the runtime: where jobs of one's own making go, by ReactorCore::submit_job.
  [[nodiscard]] PoolQueue& queue() const noexcept { return table_->queue(); }

 private:
  OffloadTable* table_ = nullptr;
};

/// What the template below makes of a job and what follows it.
template <class Work, class Then>
struct OffloadCalls {
  using Value = std::invoke_result_t<Work&>;
  static constexpr bool has_value = !std::is_void_v<Value>;

  static void run(Job& job) noexcept {
    auto& slot = static_cast<OffloadSlot&>(job);
    // A copy: the value takes its place.
    Work work = OffloadSlot::in<Work>(slot.work);
    const char* what = "something that is no std::exception";
    try {
      if constexpr (has_value) {
        ::new (static_cast<void*>(slot.work)) Value(work());
      } else {
        work();
      }
      return;
    } catch (const std::exception& error) {
      note(slot, error.what());
    } catch (...) {
      note(slot, what);
    }
  }

  static void follow(OffloadTable& table, OffloadSlot& slot) {
    Then then = OffloadSlot::in<Then>(slot.then);
    const Result<Value> result = result_of(slot);
    table.release(slot);
    then(result);
  }

 private:
  static Result<Value> result_of(OffloadSlot& slot) noexcept {
    if (slot.result == -ECANCELED) return Error{Failure::cancelled, ECANCELED};
    if (slot.threw) return Failure::threw;
    if constexpr (has_value) {
      return OffloadSlot::in<Value>(slot.work);
    } else {
      return {};
    }
  }

  static void note(OffloadSlot& slot, const char* what) noexcept {
    slot.threw = true;
    std::snprintf(reinterpret_cast<char*>(slot.work), offload_bytes, "%s", what);
  }
};

template <class Work, class Then>
PostResult OffloadTable::submit(const Work& work, const Then& then) noexcept {
  static_assert(std::is_invocable_v<Work&>, "A job is called without arguments.");
  using Value = std::invoke_result_t<Work&>;
  constexpr auto fits = []<class Stored>() {
    return std::is_trivially_copyable_v<Stored> && sizeof(Stored) <= offload_bytes &&
           alignof(Stored) <= 16;
  };
  static_assert(fits.template operator()<Work>(),
                "A job holds at most 64 trivially copyable bytes: capture numbers and pointers, "
                "and keep the rest where it lives until the job is over.");
  static_assert(fits.template operator()<Then>(),
                "What follows a job holds at most 64 trivially copyable bytes: capture the "
                "connection, this, and small values.");
  if constexpr (!std::is_void_v<Value>) {
    static_assert(fits.template operator()<Value>() && std::is_default_constructible_v<Value>,
                  "A job returns nothing, or at most 64 trivially copyable bytes.");
  }
  static_assert(std::is_invocable_v<Then&, Result<Value>>,
                "What follows a job is called with loom::Result of what the job returns.");
  OffloadSlot* slot = free_;
  if (slot == nullptr) {
    core_->stats().add(Stat::offload_refused);
    return PostResult::full;
  }
  using Calls = OffloadCalls<Work, Then>;
  ::new (static_cast<void*>(slot->work)) Work(work);
  ::new (static_cast<void*>(slot->then)) Then(then);
  slot->threw = false;
  slot->result = 0;
  slot->run = &Calls::run;
  slot->follow = &Calls::follow;
  const PostResult result = core_->submit_job(*pool_, *slot);
  if (result) free_ = slot->next_free;
  return result;
}

}  // namespace loom

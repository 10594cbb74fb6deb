// Calls from JavaScript to functions of the user's on the threads of a pool: `calls` of the config.
// The request lies in the arena, where JavaScript wrote it, and the reply is made behind it, so
// nothing is copied; a worker calls on_call in between. templates/bindings/call.ts is the other
// end.
#pragma once

#include <atomic>
#include <cerrno>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <new>

#include "js_request_table.hpp"
#include "pool_queue.hpp"

namespace loom {

/// One call: `calls.<name>` of the config.
struct CallShape {
  const char* name = "";
  std::uint16_t index = 0;  ///< among the calls of its reactor
  /// In what it gets of the arena: where the reply begins, and all of it in bytes.
  std::uint32_t reply_offset = 0;
  std::uint32_t bytes = 0;
};

/// What on_call gets besides the request. `Which` is the call's emitted type.
template <class Which>
class Call {
 public:
  static constexpr const CallShape& shape = Which::shape;

  /// For the runtime: `cancelled` is the job's, and outlives this.
  explicit Call(const std::atomic<bool>& cancelled) noexcept : cancelled_(&cancelled) {}

  /// Nobody waits for the reply any more: its signal was aborted, or the program stops. Whatever is
  /// returned then is thrown away; long work looks now and then.
  [[nodiscard]] bool is_cancelled() const noexcept {
    // Partner: JsCallTable::cancel. Relaxed: nothing is read on the strength of it.
    return cancelled_->load(std::memory_order_relaxed);
  }

 private:
  const std::atomic<bool>* cancelled_;
};

/// What a struct derives from whose on_call answers JavaScript (CRTP). There is one of it in each
/// reactor that has calls for it, and on_call may run on every thread of its pools at once: what it
/// changes there it must guard. It has no reactor: whatever belongs to one is for other handlers.
template <class Self>
class CallHandlerBase {
 public:
  /// Runs once on the reactor's thread, before the first call.
  void on_start() noexcept {}
};

/// `handler.on_call(call, request)` can be called and gives the reply.
template <class Handler, class Which>
concept HasOnCall =
    requires(Handler& handler, Call<Which>& call, const typename Which::Request& request) {
      { handler.on_call(call, request) } -> std::same_as<typename Which::Reply>;
    };

/// One call on its way through a pool.
struct JsCallJob : Job {
  void* handler = nullptr;  ///< that of the call
  const std::byte* request = nullptr;
  std::byte* reply = nullptr;     ///< place of the reply, or of the words of what was thrown
  std::uint32_t reply_bytes = 0;  ///< of the place
  std::uint32_t said_bytes = 0;   ///< length of the words of what was thrown
  /// Partners: JsCallTable on the reactor's thread, Call::is_cancelled on the worker's.
  std::atomic<bool> cancelled{false};

  /// The words of what was thrown, cut where the place ends.
  void note(const char* what) noexcept {
    const int length = std::snprintf(reinterpret_cast<char*>(reply), reply_bytes, "%s", what);
    const std::uint32_t wanted = length < 0 ? 0 : static_cast<std::uint32_t>(length);
    said_bytes = wanted < reply_bytes ? wanted : reply_bytes - 1;
    result = js_call_threw;
  }
};

// map.txt counts with it.
static_assert(sizeof(JsCallJob) == 80);

/// One call as its reactor has it: which struct answers, and on which pool.
template <class Which>
class CallFamily {
  using Handler = typename Which::Handler;
  using Request = typename Which::Request;
  using Reply = typename Which::Reply;
  static_assert(alignof(Request) <= js_call_alignment && alignof(Reply) <= js_call_alignment);

 public:
  static constexpr CallShape shape = Which::shape;
  static_assert(shape.reply_offset >= sizeof(Request) &&
                shape.reply_offset % js_call_alignment == 0);
  static_assert(shape.bytes >= shape.reply_offset + sizeof(Reply));

  /// One of this call waits for room in its pool: whatever comes later waits behind it.
  bool waits = false;

  /// Binds the call; before the first turn.
  void attach(Handler& handler, PoolQueue& pool) noexcept {
    handler_ = &handler;
    pool_ = &pool;
  }

  /// The queue to the threads that run it.
  [[nodiscard]] PoolQueue& pool() const noexcept { return *pool_; }

  /// Makes the job of a request; false where that has no room for what the call needs: what is
  /// shared with JavaScript is not believed.
  [[nodiscard]] bool prepare(JsCallJob& job, const JsRequestSlot& slot) const noexcept {
    const JsRequest& asked = slot.asked;
    if (asked.memory % js_call_alignment != 0) return false;
    if (asked.bytes < shape.bytes) return false;
    job.run = &CallFamily::run;
    job.handler = handler_;
    job.request = slot.memory;
    job.reply = slot.memory + shape.reply_offset;
    job.reply_bytes = asked.bytes - shape.reply_offset;
    return true;
  }

 private:
  /// On a thread of the pool.
  static void run(Job& base) noexcept {
    auto& job = static_cast<JsCallJob&>(base);
    Call<Which> call(job.cancelled);
    job.result = -ECANCELED;
    if (call.is_cancelled()) return;
    const auto& request = *std::launder(reinterpret_cast<const Request*>(job.request));
    try {
      ::new (static_cast<void*>(job.reply))
          Reply(static_cast<Handler*>(job.handler)->on_call(call, request));
      if (!call.is_cancelled()) job.result = 0;
    } catch (const std::exception& error) {
      job.note(error.what());
    } catch (...) {
      job.note("something that is no std::exception");
    }
  }

  Handler* handler_ = nullptr;
  PoolQueue* pool_ = nullptr;
};

/// The jobs of `count` requests, by their number.
template <std::uint32_t count>
class JsCallTable {
 public:
  /// The job of a request that has none out.
  JsCallJob& begin(const JsRequestSlot& slot) noexcept {
    JsCallJob& job = jobs_[slot.asked.number];
    job.tag = slot.tag;
    job.said_bytes = 0;
    // Relaxed: the queue hands the record over.
    job.cancelled.store(false, std::memory_order_relaxed);
    return job;
  }

  /// The job of request `number`.
  JsCallJob& operator[](std::uint32_t number) noexcept { return jobs_[number]; }

  /// Nobody waits for the reply of request `number` any more.
  void cancel(std::uint32_t number) noexcept {
    // Partner: Call::is_cancelled.
    jobs_[number].cancelled.store(true, std::memory_order_relaxed);
  }

 private:
  JsCallJob jobs_[count];
};

/// JavaScript calls nothing here.
template <>
class JsCallTable<0> {};

}  // namespace loom

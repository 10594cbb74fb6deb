// The layer of the loop that carries out what JavaScript asks besides its connections. An entry is
// taken, done by as many system requests as it needs, and told with one record in the ring towards
// JavaScript; what finds no room there waits in order.
#pragma once

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "js_call.hpp"
#include "js_request_table.hpp"
#include "js_send.hpp"
#include "reactor_commands.hpp"

namespace loom {

/// The layer below Reactor (CRTP); its functions are parts of the loop's steps. With requests in
/// its Shape, `Derived` offers each_file, with calls each_call.
template <class Derived, class Backend, class Shape>
class ReactorJsRequests : public ReactorCommands<Derived, Backend, Shape> {
  using Base = ReactorCommands<Derived, Backend, Shape>;
  static constexpr bool has_any = Shape::js_requests != 0;

 public:
  /// For the emitted code, behind the files' start: finds the ring, and makes the arena known to
  /// the backend.
  StartError start_js_requests() noexcept {
    table_.ring.open(core_.shared_, Shape::js_request_offset, Shape::js_request_entries);
    if constexpr (requires { backend_.register_memory(0, arena(), std::size_t{1}); }) {
      const int result = backend_.register_memory(arena_memory, arena(), Shape::js_arena_bytes);
      table_.registered = result == 0;
      if (result != 0) report_unregistered(-result);
    }
    return {};
  }

  /// For the emitted code: a step of a request is over.
  void js_request_completed(const Completion& completion) noexcept {
    JsRequestSlot* slot = table_.find(completion.tag.slot(), completion.tag.generation());
    if (slot == nullptr) return core_.stats().add(Stat::stale_completions);
    if (is_call(*slot)) return call_completed(*slot, completion.result);
    this->finish(*slot);
    const std::int32_t result = result_of(*slot, completion.result);
    if (result == -EINTR) return take_step(*slot);
    if (result < 0) return end(*slot, -result);
    switch (static_cast<JsRequestKind>(slot->asked.kind)) {
      case JsRequestKind::read:
      case JsRequestKind::write: return moved(*slot, static_cast<std::uint32_t>(result));
      case JsRequestKind::size:
        slot->done_bytes = reinterpret_cast<struct statx*>(slot->memory)->stx_size;
        break;
      default: break;
    }
    end(*slot, 0);
  }

 protected:
  using Base::backend_;
  using Base::core_;

  /// Takes requests, at most `Shape::inbox_batch`; gives how many.
  std::uint32_t take_js_requests() noexcept {
    if constexpr (!has_any) {
      return 0;
    } else {
      tell_waiting();
      const bool may_go = table_.try_blocked || core_.calls_wait_for_pool_;
      if (may_go || !table_.ring.empty()) try_blocked();
      std::uint32_t count = 0;
      JsRequest asked;
      while (count < Shape::inbox_batch && !table_.closed && table_.ring.take(asked)) {
        count += 1;
        take(asked);
      }
      return count;
    }
  }

  /// Whether there is a request that could be taken.
  [[nodiscard]] bool js_requests_wait() noexcept {
    if constexpr (!has_any) {
      return false;
    } else {
      return !table_.closed && (!table_.ring.empty() || blocked_may_go());
    }
  }

  /// Something completed: whatever waits for room may find it now.
  void unblock_commands() noexcept {
    Base::unblock_commands();
    if constexpr (has_any) table_.try_blocked = true;
  }

  /// While the loop stops: once its time to drain is over nothing more is taken, and what is in
  /// flight is cancelled. True when nothing waits to be taken or told.
  bool end_js_requests([[maybe_unused]] std::uint64_t now) noexcept {
    if constexpr (!has_any) {
      return true;
    } else {
      if (table_.closed) return true;
      if (!this->drain_is_over(now)) {
        // Calls that wait for their pool get it meanwhile; sends that wait for a peer do not count.
        const bool calls_wait = core_.calls_wait_for_pool_;
        return table_.ring.empty() && table_.untold.empty() && !calls_wait;
      }
      table_.closed = true;
      table_.each([this](JsRequestSlot& slot) { cancel(slot); });
      try_blocked();
      return true;
    }
  }

 private:
  /// Of the arena, among the memories that the ring knows: files' buffers come first.
  static constexpr std::uint16_t arena_memory = Shape::memories == 0 ? 0 : Shape::memories - 1;

  [[nodiscard]] std::byte* arena() noexcept { return core_.shared_ + Shape::js_arena_offset; }

  void take(const JsRequest& asked) noexcept {
    if (static_cast<JsRequestKind>(asked.kind) == JsRequestKind::cancel) {
      if (JsRequestSlot* slot = table_.find(asked.number, asked.generation)) cancel(*slot);
      return;
    }
    JsRequestSlot* slot = table_.begin(asked, arena(), Shape::js_arena_bytes);
    if (slot == nullptr) return core_.log("loom: a request of JavaScript makes no sense; dropped");
    if (static_cast<JsRequestKind>(asked.kind) == JsRequestKind::send) return send(*slot);
    if (is_call(*slot)) return call(*slot);
    static_cast<Derived&>(*this).each_file([&](auto& family) {
      if (family.shape.index == asked.fd) slot->file = &family.state;
    });
    if (slot->file == nullptr) return end(*slot, EBADF);
    if (!makes_sense(asked)) return end(*slot, EINVAL);
    take_step(*slot);
  }

  /// Whether it is a request about a file; what is shared with JavaScript is not believed.
  static bool makes_sense(const JsRequest& asked) noexcept {
    if (asked.kind < static_cast<std::uint16_t>(JsRequestKind::read)) return false;
    if (asked.kind > static_cast<std::uint16_t>(JsRequestKind::sync_data)) return false;
    if (static_cast<JsRequestKind>(asked.kind) != JsRequestKind::size) return true;
    return asked.bytes >= sizeof(struct statx) && asked.memory % alignof(struct statx) == 0;
  }

  void take_step(JsRequestSlot& slot) noexcept {
    if (slot.cancelled) return end(slot, ECANCELED);
    slot.request = next_step_of(slot, table_.registered, arena_memory);
    this->start(slot);
  }

  void cancel(JsRequestSlot& slot) noexcept {
    if (slot.in_flight) return cancel_request(backend_, slot);
    if constexpr (Shape::js_calls) calls_.cancel(slot.asked.number);
    // Of one that waits: it ends when it is tried next.
    slot.cancelled = true;
    table_.try_blocked = true;
  }

  [[nodiscard]] bool blocked_may_go() const noexcept {
    return table_.try_blocked && !table_.blocked.empty();
  }

  /// Tries what waits for room once more, in order. Within this no connection gets room, so what
  /// was asked of it later stays behind what was asked before. Bound: the requests that exist.
  void try_blocked() noexcept {
    table_.try_blocked = false;
    core_.calls_wait_for_pool_ = false;
    if constexpr (Shape::js_calls) {
      static_cast<Derived&>(*this).each_call([](auto& family) { family.waits = false; });
    }
    for (std::uint32_t left = table_.blocked.size(); left != 0; --left) {
      auto& slot = static_cast<JsRequestSlot&>(*table_.blocked.pop());
      if (slot.cancelled) {
        end(slot, ECANCELED);
      } else if (is_call(slot)) {
        call(slot);
      } else {
        send(slot);
      }
    }
  }

  /// Whether it is a call, where the reactor has any.
  static bool is_call(const JsRequestSlot& slot) noexcept {
    return Shape::js_calls && static_cast<JsRequestKind>(slot.asked.kind) == JsRequestKind::call;
  }

  /// Gives a call to its pool, or has it wait for room there.
  void call([[maybe_unused]] JsRequestSlot& slot) noexcept {
    if constexpr (Shape::js_calls) {
      JsCallJob& job = calls_.begin(slot);
      PoolQueue* pool = nullptr;
      bool* waits = nullptr;
      static_cast<Derived&>(*this).each_call([&](auto& family) {
        if (family.shape.index != slot.asked.fd) return;
        if (family.prepare(job, slot)) pool = &family.pool();
        waits = &family.waits;
      });
      if (pool == nullptr) return end(slot, EINVAL);
      // A place that became free meanwhile belongs to one that waits already.
      if (*waits) return table_.blocked.push(slot);
      switch (core_.offer_job(*pool, job).value()) {
        case PostResult::posted: return;
        case PostResult::closed: return end(slot, ECANCELED);
        default: break;
      }
      *waits = true;
      core_.calls_wait_for_pool_ = true;
      table_.blocked.push(slot);
    }
  }

  /// A call came home from its pool.
  void call_completed([[maybe_unused]] JsRequestSlot& slot, std::int32_t result) noexcept {
    if constexpr (Shape::js_calls) {
      if (result != js_call_threw) return end(slot, -result);
      core_.stats().add(Stat::exceptions);
      slot.done_bytes = calls_[slot.asked.number].said_bytes;
      end(slot, js_call_threw);
    }
  }

  /// Queues the bytes of a send, or has it wait for room.
  void send(JsRequestSlot& slot) noexcept {
    int error = ENOTCONN;
    const auto attempt = [&](auto& family) {
      if constexpr (std::remove_cvref_t<decltype(family)>::shape.js_sends) {
        if (family.shape.index == slot.asked.fd) error = send_for_js(family, slot);
      }
    };
    static_cast<Derived&>(*this).each_stream(attempt);
    static_cast<Derived&>(*this).each_datagram(attempt);
    if (error == send_waits) return table_.blocked.push(slot);
    slot.done_bytes = error == 0 ? slot.asked.bytes : 0;
    end(slot, error);
  }

  /// Bytes were read or written: there may be more.
  void moved(JsRequestSlot& slot, std::uint32_t bytes) noexcept {
    slot.done_bytes += bytes;
    if (slot.done_bytes == slot.asked.bytes) return end(slot, 0);
    const bool is_read = static_cast<JsRequestKind>(slot.asked.kind) == JsRequestKind::read;
    // Nothing more is the end of what is read; nothing written, without an error, is one.
    if (bytes == 0) return end(slot, is_read ? 0 : EIO);
    take_step(slot);
  }

  void end(JsRequestSlot& slot, int error) noexcept {
    slot.outcome = {.system_error = error, .reserved = 0, .value = slot.done_bytes};
    table_.untold.push(slot);
    tell_waiting();
  }

  /// Tells JavaScript what has completed, as far as there is room.
  void tell_waiting() noexcept {
    while (!table_.untold.empty() && core_.delivery_ready(sizeof(JsOutcome))) {
      auto& slot = static_cast<JsRequestSlot&>(*table_.untold.pop());
      // Before it is told: then the number may be used again.
      slot.taken = false;
      core_.deliver(
          {sizeof(JsOutcome), slot.asked.fd, static_cast<std::uint16_t>(DeliveryEvent::completed),
           slot.asked.number, slot.asked.generation},
          &slot.outcome);
    }
  }

  void report_unregistered(int error) noexcept {
    char line[200];
    std::snprintf(line, sizeof line,
                  "loom: reactors.%s: the memory of jsRequests is not registered with the ring: "
                  "%s. Everything works, more slowly; raise RLIMIT_MEMLOCK (ulimit -l).",
                  Shape::name, std::strerror(error));
    core_.log(line);
  }

  JsRequestTable<Shape::js_requests> table_;
  JsCallTable<Shape::js_calls ? Shape::js_requests : 0> calls_;
};

}  // namespace loom

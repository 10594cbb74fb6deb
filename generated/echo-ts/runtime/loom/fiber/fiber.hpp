// The record of one fiber, and the list of fibers that wait for one thing. Records exist for the
// reactor's whole life; a fiber that ends leaves its record to the next, one generation later.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../core.hpp"
#include "../request_operation.hpp"
#include "context.hpp"
#include "exception_state.hpp"
#include "locals.hpp"
#include "sanitizer.hpp"
#include "stack_pool.hpp"

namespace loom {

class FiberScheduler;
class FiberWaitList;
class FiberGroup;

/// Where a fiber stands. Transitions happen in FiberScheduler alone.
enum class FiberState : std::uint8_t {
  vacant,          ///< no fiber
  awaiting_stack,  ///< spawned while every stack of its class is promised
  ready,           ///< waits for the loop to run it
  running,         ///< this very moment
  waiting,         ///< gave the loop its turn and waits for something
};

/// What a fiber that leaves wants the loop to do for it.
enum class FiberWish : std::uint8_t {
  nothing,         ///< somebody else will make it ready, or its deadline
  finish,          ///< its body is over
  request,         ///< its `operation` is to be submitted
  cancel_request,  ///< its `operation` is to be cancelled; the completion comes all the same
};

/// Why a fiber runs again.
enum class FiberWake : std::uint8_t {
  event,      ///< what it waited for
  timed_out,  ///< its deadline came first
  cancelled,  ///< its scope was cancelled
};

/// Thrown out of every wait of a fiber whose reactor stops, so that destructors run. It is no
/// std::exception; code that catches everything must throw it again.
struct FiberUnwind {};

/// Bytes that the captures of a spawned callable may take.
inline constexpr std::size_t fiber_capture_bytes = 64;

/// A fiber's name that is put together when the program is compiled.
struct FiberName {
  consteval FiberName(const char* prefix, const char* name) {
    char* place = text;
    while (*prefix != '\0') *place++ = *prefix++;
    while (*name != '\0') *place++ = *name++;
  }

  char text[48] = {};
};

/// One fiber.
struct Fiber {
  FiberState state = FiberState::vacant;
  FiberWish wish = FiberWish::nothing;
  FiberWake wake = FiberWake::event;
  bool has_stack = false;
  bool unwinding = false;      ///< every wait throws FiberUnwind
  bool cancelled = false;      ///< every wait fails with Failure::cancelled
  bool of_connection = false;  ///< `number` is a connection's index, `name` that of its fd
  bool shielded = false;       ///< the present wait goes on when the fiber is cancelled
  /// Somebody outside the reactor has a record of this fiber's: the kernel its operation, a worker
  /// its job, another thread its `home`. It must not end, nor wait for another, before complete().
  bool expects_completion = false;
  std::uint16_t stack_class = 0;
  std::uint32_t index = 0;  ///< of the record, and slot of its tags
  std::uint32_t generation = 1;
  std::uint32_t number = 0;  ///< which of several with the same name
  /// For people: the fd's name, or what spawn() was given. Never freed, because the watchdog and
  /// the handler that names an overflow read it whenever they like.
  const char* name = "";
  Fiber* next = nullptr;  ///< link of the ready queue, a class's queue or the free list
  FiberWaitList* waits_in = nullptr;
  Fiber* wait_next = nullptr;
  Fiber* wait_previous = nullptr;
  void* wait_place = nullptr;   ///< what whoever wakes it from a list must know of its wait
  FiberGroup* group = nullptr;  ///< of those that were spawned in one scope
  Fiber* group_next = nullptr;
  Fiber* group_previous = nullptr;
  FiberGroup* scopes = nullptr;  ///< those that it opened itself, the innermost first
  std::int32_t result = 0;       ///< of the last completion
  HomecomingNode home;           ///< how other threads wake it
  RequestOperation operation;    ///< what the kernel or a pool does for it
  TimerEntry timer;              ///< the deadline of the present wait
  FiberScheduler* scheduler = nullptr;
  void (*body)(void* argument) = nullptr;
  void* argument = nullptr;
  Stack stack;
  FiberContext context;
  SanitizedFiber sanitized;
  ExceptionState exceptions;
  FiberLocals locals;
  alignas(16) std::byte capture[fiber_capture_bytes];
};

/// Fibers that wait for one thing, oldest first. Its bound is the number of records.
class FiberWaitList {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  /// The fiber that waits longest, or nullptr.
  [[nodiscard]] Fiber* front() const noexcept { return first_; }

  /// Appends a fiber that waits for nothing else.
  void append(Fiber& fiber) noexcept {
    LOOM_ASSERT(fiber.waits_in == nullptr, "a fiber waits for one thing at a time");
    fiber.waits_in = this;
    fiber.wait_next = nullptr;
    fiber.wait_previous = last_;
    (last_ == nullptr ? first_ : last_->wait_next) = &fiber;
    last_ = &fiber;
  }

  /// Takes a fiber out, wherever it stands.
  void remove(Fiber& fiber) noexcept {
    LOOM_ASSERT(fiber.waits_in == this, "a fiber is taken out of the list it is in");
    (fiber.wait_previous == nullptr ? first_ : fiber.wait_previous->wait_next) = fiber.wait_next;
    (fiber.wait_next == nullptr ? last_ : fiber.wait_next->wait_previous) = fiber.wait_previous;
    fiber.waits_in = nullptr;
    fiber.wait_next = fiber.wait_previous = nullptr;
  }

 private:
  Fiber* first_ = nullptr;
  Fiber* last_ = nullptr;
};

/// A FIFO of fibers through their `next` links.
class FiberQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  void push(Fiber& fiber) noexcept {
    LOOM_ASSERT(fiber.next == nullptr, "a fiber is in one queue at a time");
    (last_ == nullptr ? first_ : last_->next) = &fiber;
    last_ = &fiber;
    size_ += 1;
  }

  Fiber* pop() noexcept {
    Fiber* fiber = first_;
    if (fiber == nullptr) return nullptr;
    first_ = fiber->next;
    if (first_ == nullptr) last_ = nullptr;
    fiber->next = nullptr;
    size_ -= 1;
    return fiber;
  }

  /// Takes out a fiber that waits here, wherever it stands; walks the queue.
  void remove(Fiber& fiber) noexcept {
    Fiber* before = nullptr;
    for (Fiber* each = first_; each != &fiber; each = each->next) {
      LOOM_ASSERT(each != nullptr, "a fiber is taken out of the queue it is in");
      before = each;
    }
    (before == nullptr ? first_ : before->next) = fiber.next;
    if (last_ == &fiber) last_ = before;
    fiber.next = nullptr;
    size_ -= 1;
  }

 private:
  Fiber* first_ = nullptr;
  Fiber* last_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace loom

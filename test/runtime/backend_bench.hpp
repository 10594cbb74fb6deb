// A backend on its own, without a reactor: operations go in, completions are written down, and
// every operation must have exactly one final completion. Deliberately tiny queues, so that their
// ends are reached.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "loom/backend/epoll.hpp"
#include "loom/backend/io_uring.hpp"
#include "loom/shapes.hpp"
#include "loom/socket.hpp"
#include "loom/take_mail.hpp"
#include "support.hpp"

namespace loom_test {

/// The reactor shape the backends are tried with.
struct TinyShape : loom::ReactorShape {
  static constexpr std::uint32_t submission_entries = 8;
  static constexpr std::uint32_t completion_entries = 16;
  static constexpr std::uint32_t handles = 24;
  static constexpr std::uint32_t own_handles = 12;
  static constexpr std::uint32_t buffer_groups = 1;
  static constexpr std::uint32_t maximum_buffers = 4;
};
inline constexpr std::uint32_t tiny_buffer_bytes = 1024;

/// The same with sockets whose receives are direct.
struct TinyDirectShape : TinyShape {
  static constexpr std::uint32_t direct_sockets = 16;
};
/// The same with level-triggered descriptors.
struct TinyLevelShape : TinyShape {
  static constexpr bool level_triggered = true;
};

/// Operation numbers; 1 is the backend's own.
inline constexpr std::uint16_t some_operation = 2;

/// One backend and what it answered. `Variant` has its Shape, and the traits of every descriptor.
template <template <class> class Backend, class Variant>
class BackendBench {
 public:
  using Shape = typename Variant::Shape;
  static constexpr loom::FdTraits traits = Variant::traits;
  /// A completion as the test reads it; `data` is copied out of the receive buffer.
  struct Answer {
    std::uint32_t number;
    std::int32_t result;
    bool more;
    std::string data;
  };

  BackendBench() {
    EXPECT_TRUE(inbox.doorbell().open());
    loose.core.inbox_ = &inbox;
  }

  /// Opens the backend; an error where this machine has none.
  loom::StartError open() {
    loom::StartError error = backend.probe();
    if (!error) error = backend.open(loose.core, inbox.doorbell().wake_fd());
    if (!error) error = backend.add_group(0, buffers.group(), traits.receive);
    return error;
  }

  /// An operation numbered `number`, unique among those in flight.
  loom::Operation make(std::uint32_t number, loom::OperationKind kind, std::int32_t handle) {
    loom::Operation operation;
    operation.tag = loom::Tag(number, some_operation, 1);
    operation.kind = kind;
    operation.handle = handle;
    operation.multishot =
        kind == loom::OperationKind::receive && traits.receive == loom::ReceiveStrategy::multishot;
    operation.traits = traits;
    return operation;
  }

  void submit(loom::Operation& operation) {
    EXPECT_TRUE(in_flight.insert(operation.tag.slot()).second);
    if (operation.kind == loom::OperationKind::receive)
      receives_[operation.tag.slot()] = &operation;
    if (operation.kind == loom::OperationKind::cancel_receive) {
      receives_.erase(static_cast<const loom::Operation*>(operation.pointer)->tag.slot());
    }
    backend.submit(operation);
  }

  /// One turn, as the loop makes it; returns how many completions came.
  std::uint32_t turn(std::uint64_t wait_nanoseconds = 0, std::uint32_t maximum = 64) {
    std::uint32_t count = 0;
    const auto sink = [&](const loom::Completion& completion) {
      count += 1;
      note(completion);
    };
    loom::take_homecomings(loose.core, maximum, sink);
    if (wait_nanoseconds == 0 || backend.has_overflow() || backend.completions_wait()) {
      backend.enter();
    } else {
      wait(wait_nanoseconds);
    }
    backend.dispatch(maximum, sink);
    return count;
  }

  /// Turns until `done()`; false after the patience of a test. Only what the backend itself waits
  /// for may end a turn's wait before `wait_nanoseconds`.
  template <class Done>
  bool run_until(Done&& done,
                 std::uint64_t wait_nanoseconds = 50 * loom::nanoseconds_per_millisecond) {
    const std::uint64_t limit =
        loom::monotonic_nanoseconds() + patience_milliseconds * loom::nanoseconds_per_millisecond;
    while (!done()) {
      if (loom::monotonic_nanoseconds() > limit) return false;
      turn(wait_nanoseconds);
    }
    return true;
  }

  /// Turns until nothing is in flight.
  bool drain() {
    return run_until([&] { return in_flight.empty(); });
  }

  /// The answers to operation `number`, in order.
  std::vector<Answer> answers_to(std::uint32_t number) const {
    std::vector<Answer> found;
    for (const Answer& answer : answers) {
      if (answer.number == number) found.push_back(answer);
    }
    return found;
  }

  /// Everything operation `number` received.
  std::string received(std::uint32_t number) const {
    std::string text;
    for (const Answer& answer : answers_to(number)) text += answer.data;
    return text;
  }

  /// The result of operation `number`'s final completion; runs until it is there.
  std::int32_t final_result(std::uint32_t number) {
    EXPECT_TRUE(run_until([&] { return !in_flight.contains(number); })) << "no final completion";
    const std::vector<Answer> found = answers_to(number);
    return found.empty() ? INT32_MIN : found.back().result;
  }

  void release_all() {
    for (const std::uint16_t id : kept) backend.release_buffer(0, id);
    kept.clear();
  }

  void wake() {
    const std::uint64_t one = 1;
    EXPECT_EQ(::write(inbox.doorbell().wake_fd(), &one, sizeof one),
              static_cast<ssize_t>(sizeof one));
  }

  loom::Inbox inbox;
  LooseCore loose;
  loom::BufferPool<tiny_buffer_bytes, TinyShape::maximum_buffers> buffers;
  std::vector<Answer> answers;
  std::set<std::uint32_t> in_flight;
  /// Receive buffers are given back at once unless this is set; then they lie in `kept`.
  bool keep_buffers = false;
  std::vector<std::uint16_t> kept;

 private:
  void note(const loom::Completion& completion) {
    const std::uint32_t number = completion.tag.slot();
    EXPECT_TRUE(in_flight.contains(number)) << "a completion after the final one: " << number;
    EXPECT_EQ(completion.tag.operation(), some_operation);
    EXPECT_EQ(completion.tag.generation(), 1U);
    const auto receive = receives_.find(number);
    const bool goes_on = !completion.more && completion.result > 0 && receive != receives_.end();
    if (!completion.more && !goes_on) in_flight.erase(number);
    Answer answer{number, completion.result, completion.more, {}};
    if (completion.has_buffer) {
      EXPECT_GT(completion.result, 0) << "a buffer comes with bytes in it";
      answer.data.assign(reinterpret_cast<const char*>(buffers.data(completion.buffer)),
                         static_cast<std::size_t>(completion.result));
      kept.push_back(completion.buffer);
      if (!keep_buffers) release_all();
    }
    answers.push_back(std::move(answer));
    // A receive that has to be started again for each completion is, as the engine would.
    if (goes_on) backend.submit(*receive->second);
  }

  std::map<std::uint32_t, loom::Operation*> receives_;

  /// Waits for the backend and for jobs that come home at once, as the loop does.
  void wait(std::uint64_t nanoseconds) {
    inbox.doorbell().announce_sleep();
    if (inbox.has_any()) {
      backend.enter();
    } else {
      backend.wait(nanoseconds);
    }
    inbox.doorbell().withdraw_sleep();
  }

 public:
  /// Last, so that it is closed before the memory it uses goes.
  Backend<Shape> backend;
};

}  // namespace loom_test

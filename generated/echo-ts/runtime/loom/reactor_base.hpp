// The root of every part of a reactor: its state, its backend, and the two ends of an operation.
// Families of fds and fibers derive from it, one above the other (CRTP), so that all of them start
// and finish operations in one way and the count of those in flight is right.
#pragma once

#include <cstdint>

#include "core.hpp"
#include "operation.hpp"
#include "shapes.hpp"

namespace loom {

/// The Shape that a backend was made for; the defaults for one that was made for none.
template <class Backend>
struct ShapeOf {
  using type = ReactorShape;
};
template <template <class> class Backend, class Shape>
struct ShapeOf<Backend<Shape>> {
  using type = Shape;
};

/// `Derived` is the emitted reactor; `Backend` turns operations into completions.
template <class Derived, class Backend>
class ReactorBase {
 public:
  /// The reactor's emitted constants.
  using Shape = typename ShapeOf<Backend>::type;

  /// The state that all parts of this reactor share.
  [[nodiscard]] ReactorCore& core() noexcept { return core_; }

 protected:
  /// Starts an operation that is not in flight.
  void start(Operation& operation) noexcept {
    LOOM_ASSERT(!operation.in_flight, "an operation record is started once at a time");
    operation.in_flight = true;
    core_.in_flight_ += 1;
    backend_.submit(operation);
  }

  /// Notes an operation's final completion.
  void finish(Operation& operation) noexcept {
    LOOM_ASSERT(operation.in_flight, "a final completion belongs to an operation in flight");
    operation.in_flight = false;
    core_.in_flight_ -= 1;
  }

  ReactorCore core_;
  Backend backend_;
  bool stopping_ = false;
};

}  // namespace loom

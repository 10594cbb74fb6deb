// Fibers without a loop: a scheduler with its stacks on the test's own thread.
#pragma once

#include "loom/fiber/this_fiber.hpp"
#include "loom/fiber_engine.hpp"
#include "support.hpp"

namespace loom_test {

/// The fibers of `Fibers`, with their signal stack, as a reactor has them.
template <class Fibers>
class LooseFibers {
 public:
  LooseFibers() { error = storage_->open(core_.core); }
  LooseFibers(const LooseFibers&) = delete;
  LooseFibers& operator=(const LooseFibers&) = delete;

  /// Runs what is ready until nothing is.
  void run() {
    while (loom::Fiber* fiber = scheduler().take_ready()) scheduler().enter(*fiber);
  }
  /// Unwinds every fiber that is left; a test ends with it.
  void unwind() {
    scheduler().unwind_all();
    run();
  }

  [[nodiscard]] loom::FiberScheduler& scheduler() { return storage_->scheduler; }
  [[nodiscard]] std::uint64_t stat(loom::Stat stat) const { return core_.stat(stat); }

  loom::StartError error;

 private:
  LooseCore core_;
  std::unique_ptr<loom::FiberStorage<Fibers>> storage_ =
      std::make_unique<loom::FiberStorage<Fibers>>();
};

}  // namespace loom_test

// What happens when a fiber's stack is too small: the kernel finds the guard page below it and
// sends SIGSEGV or SIGBUS. A handler on a signal stack of the reactor's thread then says which
// fiber it was and which class to enlarge, and the process ends by that signal. Every other fault
// goes on as fault_report.hpp says.
#pragma once

#include <cstdint>

#include "../fault_report.hpp"
#include "scheduler.hpp"

namespace loom {

/// Names the fibers of one reactor that overflow. Opened and destroyed on its thread.
class OverflowReport {
 public:
  /// From here on, overflows of these fibers are reported.
  void open(const ReactorCore& core, FiberScheduler& fibers) noexcept {
    report_.open(core, &tell, &fibers);
  }

 private:
  /// Names the fiber below whose stack `address` lies; false when there is none.
  static bool tell(void* scheduler, const void* address) noexcept {
    auto& fibers = *static_cast<FiberScheduler*>(scheduler);
    for (std::uint32_t index = 0; index < fibers.fiber_count(); ++index) {
      const Fiber& fiber = fibers.at(index);
      if (fiber.state == FiberState::vacant || !fiber.has_stack) continue;
      const StackPool& pool = fibers.stacks(fiber.stack_class);
      std::uint32_t stack = 0;
      if (!pool.guards(address, stack) || stack != fiber.stack.index) continue;
      say(fiber, pool.shape());
      return true;
    }
    return false;
  }

  static void say(const Fiber& fiber, const StackClass& stack_class) noexcept {
    SignalLine line;
    line.add("loom: fiber '");
    line.add(fiber.name);
    line.add("' ");
    line.add(fiber.number);
    line.add(" overflowed its stack of class '");
    line.add(stack_class.name);
    line.add("' (");
    line.add(stack_class.bytes);
    line.add(" bytes). Give the class more bytes: stacks.");
    line.add(stack_class.name);
    line.add(".bytes.\n");
    line.write();
  }

  FaultReport report_;
};

}  // namespace loom

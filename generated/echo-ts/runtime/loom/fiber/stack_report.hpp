// What a reactor's stacks were used for, when it has stopped: for the program's last words, and a
// line for people for each class that was too small.
#pragma once

#include <cstdint>
#include <cstdio>

#include "../run.hpp"
#include "scheduler.hpp"

namespace loom {

/// Notes the use of every class in `run`, and logs which refused fibers.
inline void report_stacks(const FiberScheduler& fibers, const char* reactor,
                          ReactorRun& run) noexcept {
  run.stack_class_count = 0;
  for (std::uint32_t index = 0; index < fibers.class_count(); ++index) {
    const StackPool& pool = fibers.stacks(static_cast<std::uint16_t>(index));
    const StackClass& shape = pool.shape();
    if (run.stack_class_count < maximum_reported_stack_classes) {
      run.stacks[run.stack_class_count] = {shape.name, shape.count, pool.high_water(),
                                           pool.refused()};
      run.stack_class_count += 1;
    }
    if (pool.refused() == 0) continue;
    char line[240];
    std::snprintf(
        line, sizeof line,
        "loom: reactors.%s: stacks.%s refused %u fibers: all of its %u stacks were in use "
        "and %u waited. Raise stacks.%s.count or .waiting.",
        reactor, shape.name, pool.refused(), shape.count, shape.waiting, shape.name);
    fibers.core().log(line);
  }
}

}  // namespace loom

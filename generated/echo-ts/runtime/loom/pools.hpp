// All pools of a running program: started before its reactors, stopped after them.
#pragma once

#include <cstdint>

#include "program_table.hpp"

namespace loom {

/// The pools of a program's table.
class Pools {
 public:
  /// Starts every pool; after an error none runs.
  StartError start(const ProgramTable& table) noexcept {
    LOOM_ASSERT(table.pool_count <= maximum_pools, "the generator counts the pools");
    for (std::uint32_t index = 0; index < table.pool_count; ++index) {
      StartError error = pools_[index].start(table.pools[index]);
      if (error) {
        stop();
        return error;
      }
      queues_[index] = &pools_[index].queue();
    }
    return {};
  }

  /// Ends and joins all workers; every job has come home before.
  void stop() noexcept {
    for (Pool& pool : pools_) pool.stop();
  }

  /// The queues, by the pools' indices.
  [[nodiscard]] PoolQueue* const* queues() const noexcept { return queues_; }

 private:
  Pool pools_[maximum_pools];
  PoolQueue* queues_[maximum_pools] = {};
};

}  // namespace loom

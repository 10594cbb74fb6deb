// A system request in flight: an operation record whose submission queue entry is a Request that
// somebody else filled in. It goes through the same queues as every other operation, so order is
// kept, and completes through the same switch.
#pragma once

#include "operation.hpp"
#include "system/request.hpp"

namespace loom {

/// The record. Set `request` and `tag`, then submit it; it must stay where it is until the final
/// completion, and so must whatever the request's pointers name.
struct RequestOperation : Operation {
  RequestOperation() noexcept { kind = OperationKind::request; }

  system::Request request;

  /// The record that `operation`, of kind request, is the base of.
  static RequestOperation& of(Operation& operation) noexcept {
    LOOM_ASSERT(operation.kind == OperationKind::request, "only requests carry a Request");
    return static_cast<RequestOperation&>(operation);
  }
};

}  // namespace loom

// Requests about other requests, on a loop without a ring: cancel, poll_remove, poll_update,
// timeout_remove and timeout_update. They find those that wait on the loop, by the word of their
// tag or by their descriptor; what a pool has is withdrawn by cancel_request() alone.
#pragma once

#include <cerrno>
#include <cstdint>

#include "request_waits.hpp"

namespace loom {

/// Whether `operation` is one that the request `seeker` is about.
inline bool is_target(const system::Request& seeker, const RequestOperation& operation) noexcept {
  using system::Opcode;
  const std::uint64_t word = operation.tag.word();
  if (seeker.opcode == Opcode::poll_remove) {
    return operation.request.opcode == Opcode::poll_add && word == seeker.address;
  }
  if (seeker.opcode == Opcode::timeout_remove) {
    return operation.request.opcode == Opcode::timeout && word == seeker.address;
  }
  if ((seeker.call_flags & system::cancel_flag::any) != 0) return true;
  const bool by_fd = (seeker.call_flags & system::cancel_flag::by_fd) != 0;
  return by_fd ? operation.request.fd == seeker.fd : word == seeker.address;
}

/// Changes a poll that waits; what it says of `target` follows io_uring_prep_poll_update(3).
template <class Watch>
void update_poll(RequestWaits<Watch>& waits, const system::Request& seeker,
                 RequestOperation& target) noexcept {
  if ((seeker.length & system::poll_flag::update_user_data) != 0) {
    target.tag = Tag::from_word(seeker.offset);
  }
  if ((seeker.length & system::poll_flag::update_events) != 0) {
    target.request.call_flags = seeker.call_flags;
    waits.watch_again(target);
  }
}

/// Carries out `seeker` on one target. @returns 0 or a negative errno.
template <class Watch>
std::int32_t apply(RequestWaits<Watch>& waits, const system::Request& seeker,
                   RequestOperation& target) noexcept {
  using system::Opcode;
  constexpr std::uint32_t poll_changes =
      system::poll_flag::update_user_data | system::poll_flag::update_events;
  if (seeker.opcode == Opcode::poll_remove && (seeker.length & poll_changes) != 0) {
    update_poll(waits, seeker, target);
    return 0;
  }
  if (seeker.opcode == Opcode::timeout_remove &&
      (seeker.call_flags & system::timeout_flag::update) != 0) {
    const auto* time = system::pointer_in<const system::KernelTime>(seeker.offset);
    return waits.set_time(target, *time, seeker.call_flags);
  }
  waits.cancel(target);
  return 0;
}

/// Carries out a request about others. @returns its result: -ENOENT when there is no such one, the
/// number of those cancelled when it asked for all.
template <class Watch>
std::int32_t apply_to_targets(RequestWaits<Watch>& waits, const system::Request& seeker) noexcept {
  constexpr unsigned many = system::cancel_flag::all | system::cancel_flag::any;
  const bool all = seeker.opcode == system::Opcode::async_cancel && (seeker.call_flags & many) != 0;
  std::int32_t count = 0;
  RequestOperation* each = waits.first();
  // Bound: the requests that wait.
  while (each != nullptr) {
    RequestOperation* next = each->wait.next;
    if (is_target(seeker, *each)) {
      const std::int32_t result = apply(waits, seeker, *each);
      if (!all) return result;
      count += 1;
    }
    each = next;
  }
  return all ? count : -ENOENT;
}

/// Whether a request is about others.
constexpr bool has_targets(const system::Request& request) noexcept {
  return request.opcode == system::Opcode::async_cancel ||
         request.opcode == system::Opcode::poll_remove ||
         request.opcode == system::Opcode::timeout_remove;
}

}  // namespace loom

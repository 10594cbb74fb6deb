// Sockets whose receives are direct: each is tried in every turn, whatever the kernel has reported.
// Every edge that a look takes is followed by a try before the next look, and a receive that was
// started since then, or that may have left something behind, is tried before the loop may sleep:
// no edge would tell of that.
#pragma once

#include "readiness.hpp"
#include "transfer_calls.hpp"

namespace loom {

/// A direct socket's receive is tried in the next dispatch, whatever epoll has reported.
template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::begin_receive(Operation& operation) noexcept {
  Entry& entry = entries_[operation.handle];
  entry.receive = &operation;
  if (!entry.direct) {
    if (entry.readable) list(operation.handle);
    return;
  }
  direct_untried_ = true;
  for (std::uint32_t n = 0; n < direct_count_; ++n) {
    if (direct_[n] == operation.handle) return;
  }
  LOOM_ASSERT(direct_count_ < Shape::direct_sockets, "the reactor's shape counts direct sockets");
  direct_[direct_count_] = operation.handle;
  direct_count_ += 1;
}

/// The socket is closed: its receive is tried no more.
template <class Derived, class Shape, class Entry, class RequestWatch>
void Readiness<Derived, Shape, Entry, RequestWatch>::leave_direct(std::int32_t handle) noexcept {
  if (!entries_[handle].direct) return;
  for (std::uint32_t n = 0; n < direct_count_; ++n) {
    if (direct_[n] != handle) continue;
    direct_count_ -= 1;
    direct_[n] = direct_[direct_count_];
    return;
  }
}

/// Tries each direct receive once.
template <class Derived, class Shape, class Entry, class RequestWatch>
template <class Sink>
std::uint32_t Readiness<Derived, Shape, Entry, RequestWatch>::serve_direct(Sink&& sink) noexcept {
  direct_untried_ = false;
  std::uint32_t count = 0;
  for (std::uint32_t n = direct_count_; n > 0; --n) {
    if (n > direct_count_) continue;  // the sink closed one
    Entry& entry = entries_[direct_[n - 1]];
    if (entry.receive == nullptr) continue;
    if (entry.receive->kind == OperationKind::receive_datagrams) {
      count += serve_datagrams(direct_[n - 1], sink);
      continue;
    }
    Completion completion{.tag = entry.receive->tag};
    core_->stats().add(Stat::kernel_entries);
    auto& group = groups_[entry.receive->group];
    if (!group.receive(entry.fd, *entry.receive, completion)) {
      if (errno == EINTR) direct_untried_ = true;
      continue;
    }
    // A short read of bytes emptied the socket, and what comes later is an edge of its own. After
    // any other, and where the end was announced with the bytes, there may be none.
    const bool emptied = derived().emptied(entry, *entry.receive, completion.result, group.bytes());
    if (completion.more && !emptied) direct_untried_ = true;
    if (!completion.more) entry.receive = nullptr;
    count += 1;
    sink(completion);
  }
  return count;
}

}  // namespace loom

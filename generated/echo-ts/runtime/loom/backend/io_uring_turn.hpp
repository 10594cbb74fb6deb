// The ring's part of a turn: operations into the submission queue, one system call, completions
// out.
#pragma once

#include "io_uring.hpp"

namespace loom {

/// A completion's result, or -ECANCELED in place of what Linux says inside itself of a call that is
/// to begin again after a signal: of openat, splice and tee it lets out that of a cancellation.
constexpr std::int32_t without_restart(std::int32_t result) noexcept {
  constexpr std::int32_t restarts[] = {-512, -513, -514, -516};  // ERESTARTSYS and its kind
  for (const std::int32_t restart : restarts) {
    if (result == restart) return -ECANCELED;
  }
  return result;
}

/// With room in this turn's submission it goes there, else behind those that wait already.
template <class Shape>
void IoUring<Shape>::prepare(Operation& operation) noexcept {
  if (overflow_.empty() && io_uring_sq_ready(&ring_) < Shape::submit_batch) {
    if (io_uring_sqe* sqe = io_uring_get_sqe(&ring_); sqe != nullptr) {
      fill(*sqe, operation);
      return;
    }
  }
  core_->stats().add(Stat::overflow_queued);
  overflow_.push(operation);
}

template <class Shape>
void IoUring<Shape>::prepare_overflow() noexcept {
  while (!overflow_.empty() && io_uring_sq_ready(&ring_) < Shape::submit_batch) {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    if (sqe == nullptr) return;
    Operation& operation = *overflow_.pop();
    fill(*sqe, operation);
    if (operation.kind == OperationKind::cancel_request) repeat_cancellation(operation);
  }
}

/// A cancellation that waited here may be owed once more, to a request that waits behind it.
template <class Shape>
void IoUring<Shape>::repeat_cancellation(Operation& cancellation) noexcept {
  if (!std::exchange(RequestOperation::target_of(cancellation).cancels_again, false)) return;
  cancellation.in_flight = true;
  overflow_.push(cancellation);
}

template <class Shape>
void IoUring<Shape>::arm_wake() noexcept {
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  if (sqe == nullptr) {
    wake_owed_ = true;
    return;
  }
  wake_owed_ = false;
  // The ring has the file, so that a close(2) of its number ends no read and starts no other.
  io_uring_prep_read(sqe, static_cast<int>(wake_place), &wake_count_, sizeof wake_count_, 0);
  sqe->flags |= IOSQE_FIXED_FILE;
  sqe->user_data = Tag(wake_slot::eventfd, common_operation::wake, 0).word();
}

template <class Shape>
void IoUring<Shape>::enter() noexcept {
  prepare_overflow();
  if (wake_owed_) arm_wake();
  constexpr unsigned wanted = IORING_SQ_TASKRUN | IORING_SQ_CQ_OVERFLOW;
  if (io_uring_sq_ready(&ring_) != 0) {
    count_entry(io_uring_submit_and_get_events(&ring_));
  } else if ((__atomic_load_n(ring_.sq.kflags, __ATOMIC_RELAXED) & wanted) != 0) {
    // Partner: the kernel, which sets the flag after queueing task work; the enter orders.
    io_uring_get_events(&ring_);
    count_entry(0);
  }
}

template <class Shape>
void IoUring<Shape>::wait(std::uint64_t nanoseconds) noexcept {
  LOOM_ASSERT(overflow_.empty(), "queued work is not waited upon");
  if (wake_owed_) arm_wake();
  if constexpr (has_direct) arm_direct();
  // With the submission queue full nobody could end a wait: submit first, arm the next turn.
  if (wake_owed_ || !overflow_.empty() || completions_wait()) return enter();
  const unsigned prepared = io_uring_sq_ready(&ring_);
  __kernel_timespec timeout{};
  timeout.tv_sec = static_cast<long long>(nanoseconds / nanoseconds_per_second);
  timeout.tv_nsec = static_cast<long long>(nanoseconds % nanoseconds_per_second);
  io_uring_cqe* first = nullptr;
  io_uring_submit_and_wait_timeout(&ring_, &first, 1, &timeout, nullptr);
  count_entry(static_cast<int>(prepared - io_uring_sq_ready(&ring_)));
}

template <class Shape>
void IoUring<Shape>::count_entry(int submitted) noexcept {
  core_->stats().add(Stat::kernel_entries);
  if (submitted > 0) {
    core_->stats().add(Stat::submissions, static_cast<std::uint64_t>(submitted));
  }
}

template <class Shape>
template <class Sink>
std::uint32_t IoUring<Shape>::dispatch(std::uint32_t maximum, Sink&& sink) noexcept {
  std::uint32_t count = requests_.complete(maximum, sink);
  if constexpr (has_direct) count += dispatch_direct(maximum, sink);
  return count + dispatch_queue(maximum, sink);
}

template <class Shape>
template <class Sink>
std::uint32_t IoUring<Shape>::dispatch_queue(std::uint32_t maximum, Sink&& sink) noexcept {
  std::uint32_t count = 0;
  unsigned head = 0;
  io_uring_cqe* cqe = nullptr;
  io_uring_for_each_cqe(&ring_, head, cqe) {
    if (count == maximum) break;
    count += 1;
    const Tag tag = Tag::from_word(cqe->user_data);
    if (tag.operation() == common_operation::none) continue;
    if (tag.operation() == common_operation::wake) {
      core_->stats().add(Stat::wakeups);
      woken_ = true;
      if (tag.slot() == wake_slot::eventfd) arm_wake();
      continue;
    }
    if (tag.operation() == common_operation::message) {
      message_failed(tag, cqe->res);
      continue;
    }
    if (has_direct && tag.operation() == common_operation::readiness) {
      note_readiness(tag);
      continue;
    }
    Completion completion;
    completion.tag = tag;
    completion.result = cqe->res > -512 ? cqe->res : without_restart(cqe->res);
    completion.more = (cqe->flags & IORING_CQE_F_MORE) != 0;
    completion.has_buffer = (cqe->flags & IORING_CQE_F_BUFFER) != 0;
    completion.buffer = static_cast<std::uint16_t>(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
    sink(completion);
  }
  io_uring_cq_advance(&ring_, count);
  return count;
}

}  // namespace loom

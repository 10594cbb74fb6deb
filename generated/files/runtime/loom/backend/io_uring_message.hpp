// Wake-ups between rings: a message of this ring's ends another one's wait without a system call of
// its own (IORING_OP_MSG_RING, Linux 5.18). It leaves with the next submission, which comes before
// this thread can sleep. Where the kernel has no such operation, or the queue no room, the doorbell
// writes its eventfd.
#pragma once

#include "../inbox.hpp"
#include "io_uring.hpp"

namespace loom {

/// From now on this thread rings doorbells through its ring, and its own doorbell through the ring.
template <class Shape>
void IoUring<Shape>::begin_messages() noexcept {
  if (core_->inbox_ == nullptr) return;
  io_uring_probe* probe = io_uring_get_probe_ring(&ring_);
  const bool supported =
      probe != nullptr && io_uring_opcode_supported(probe, IORING_OP_MSG_RING) != 0;
  io_uring_free_probe(probe);
  if (!supported) return;
  messages_ = true;
  core_->inbox_->doorbell().answer_messages_at(ring_.ring_fd);
  RingMessenger::begin(this, [](void* self, int target_ring_fd) noexcept {
    return static_cast<IoUring*>(self)->send_message(target_ring_fd);
  });
}

/// Before the ring goes away: messages that were promised still leave.
template <class Shape>
void IoUring<Shape>::end_messages() noexcept {
  if (!messages_) return;
  messages_ = false;
  RingMessenger::end();
  core_->inbox_->doorbell().answer_messages_at(-1);
  if (io_uring_sq_ready(&ring_) != 0) io_uring_submit(&ring_);
}

/// Prepares a message; false without room. It answers only when it fails.
template <class Shape>
bool IoUring<Shape>::send_message(int target_ring_fd) noexcept {
  const auto place = static_cast<std::uint32_t>(target_ring_fd);
  if (!overflow_.empty() || place >= Tag::slot_limit) return false;
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  if (sqe == nullptr) return false;
  io_uring_prep_msg_ring(sqe, target_ring_fd, 0,
                         Tag(wake_slot::message, common_operation::wake, 0).word(), 0);
  sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
  sqe->user_data = Tag(place, common_operation::message, 0).word();
  return true;
}

/// A message failed. With a ring that is gone nobody is left to be woken; one that had no room or
/// memory for it is sent it again.
template <class Shape>
void IoUring<Shape>::message_failed(Tag tag, std::int32_t error) noexcept {
  const bool again = error == -EOVERFLOW || error == -ENOMEM || error == -EAGAIN;
  if (again) static_cast<void>(send_message(static_cast<int>(tag.slot())));
}

}  // namespace loom

// Wake-ups between rings: a message of this ring's ends another one's wait without a system call of
// its own (IORING_OP_MSG_RING, Linux 5.18). It leaves with the next submission, which comes before
// this thread can sleep. Where the kernel has no such operation, or the queue no room, the doorbell
// writes its eventfd, and so it does for a message that fails, whatever the reason: somebody may
// have closed the other ring's descriptor.
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
  RingMessenger::begin(this, [](void* self, const Doorbell& target, int ring_fd) noexcept {
    return static_cast<IoUring*>(self)->send_message(target, ring_fd);
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
  unsigned head = 0;
  io_uring_cqe* cqe = nullptr;
  io_uring_for_each_cqe(&ring_, head, cqe) {
    const Tag tag = Tag::from_word(cqe->user_data);
    if (tag.operation() == common_operation::message) message_failed(tag, cqe->res);
  }
}

/// Prepares a message to a reactor of this program; false without room. It answers only when it
/// fails.
template <class Shape>
bool IoUring<Shape>::send_message(const Doorbell& target, int ring_fd) noexcept {
  std::uint32_t place = 0;
  // Bound: the reactors of a program.
  for (Inbox& inbox : core_->inboxes_) {
    if (&inbox.doorbell() == &target) break;
    place += 1;
  }
  // One of another program may be gone before its message has failed.
  if (place == core_->inboxes_.size() || !overflow_.empty()) return false;
  io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
  if (sqe == nullptr) return false;
  io_uring_prep_msg_ring(sqe, ring_fd, 0, Tag(wake_slot::message, common_operation::wake, 0).word(),
                         0);
  sqe->flags |= IOSQE_CQE_SKIP_SUCCESS;
  sqe->user_data =
      Tag(place, common_operation::message, static_cast<std::uint32_t>(ring_fd)).word();
  return true;
}

/// A message to the reactor whose number and ring are in its tag failed.
template <class Shape>
void IoUring<Shape>::message_failed(Tag tag, std::int32_t error) noexcept {
  Doorbell& target = core_->inboxes_[tag.slot()].doorbell();
  const bool may_work_later = error == -EOVERFLOW || error == -ENOMEM || error == -EAGAIN;
  if (!may_work_later) target.refuse_messages_at(static_cast<int>(tag.generation()));
  target.write_eventfd();
}

}  // namespace loom

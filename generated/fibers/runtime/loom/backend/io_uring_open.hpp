// How a ring begins and ends: whether this process may have one, its flags, tables and buffers.
#pragma once

#include "io_uring.hpp"

namespace loom {

template <class Shape>
StartError IoUring<Shape>::probe() noexcept {
  io_uring ring{};
  io_uring_params params{};
  params.flags = setup_flags;
  const int error = io_uring_queue_init_params(8, &ring, &params);
  if (error == 0) {
    MappingOrder::unmaps();
    io_uring_queue_exit(&ring);
    return {};
  }
  const char* why = "io_uring_setup failed";
  if (error == -EPERM) {
    why = "refused by a seccomp filter or kernel.io_uring_disabled; allow it or keep epoll";
  } else if (error == -ENOSYS) {
    why = "this kernel or sandbox has no io_uring; keep epoll";
  } else if (error == -EINVAL) {
    why = "the kernel is older than 6.1; update it or keep epoll";
  }
  return unavailable(error, why);
}

template <class Shape>
StartError IoUring<Shape>::open(ReactorCore& core, int wake_fd) noexcept {
  core_ = &core;
  io_uring_params params{};
  params.flags = setup_flags | IORING_SETUP_CQSIZE;
  params.cq_entries = Shape::completion_entries;
  int error = io_uring_queue_init_params(Shape::submission_entries, &ring_, &params);
  if (error != 0) return unavailable(error, "io_uring_setup");
  MappingOrder::mapped();
  open_ = true;
  if (params.cq_entries < Shape::completion_entries) return unavailable(0, "short CQ");
  ring_.ring_fd = ring_.enter_ring_fd = move_high(ring_.ring_fd);
  io_uring_register_ring_fd(&ring_);
  error = io_uring_register_files_sparse(&ring_, Shape::handles + 1);
  if (error != 0) return unavailable(error, "IORING_REGISTER_FILES2");
  error = io_uring_register_files_update(&ring_, wake_place, &wake_fd, 1);
  if (error != 1) return unavailable(error, "IORING_REGISTER_FILES_UPDATE2");
  error = io_uring_register_file_alloc_range(&ring_, Shape::own_handles,
                                             Shape::handles - Shape::own_handles);
  if (error != 0) return unavailable(error, "IORING_REGISTER_FILE_ALLOC_RANGE");
  for (std::uint32_t index = 0; index < Shape::own_handles; ++index) {
    own_free_[index] = static_cast<std::int32_t>(Shape::own_handles - 1 - index);
  }
  own_free_count_ = Shape::own_handles;
  // Without limits of ours the kernel has its own: RLIMIT_NPROC for what cannot be polled.
  unsigned workers[2] = {Shape::bounded_workers, Shape::unbounded_workers};
  io_uring_register_iowq_max_workers(&ring_, workers);
  if constexpr (has_direct) open_direct();
  requests_.open(core, ring_);
  begin_messages();
  arm_wake();
  return {};
}

template <class Shape>
void IoUring<Shape>::close() noexcept {
  if (!open_) return;
  end_messages();
  MappingOrder::unmaps();
  io_uring_queue_exit(&ring_);
  open_ = false;
  bell_.close();
  for (DirectSocket& socket : direct_) {
    if (socket.fd >= 0) ::close(std::exchange(socket.fd, -1));
  }
}

template <class Shape>
StartError IoUring<Shape>::add_group(std::uint16_t group, const BufferGroup& buffers,
                                     ReceiveStrategy strategy) noexcept {
  LOOM_ASSERT(group < Shape::buffer_groups && buffers.count <= Shape::maximum_buffers,
              "the reactor's shape counts its buffer groups");
  if constexpr (has_direct) {
    if (strategy == ReceiveStrategy::direct) {
      direct_buffers_[group].fill(buffers);
      is_direct_group_[group] = true;
      return {};
    }
  }
  groups_[group] = buffers;
  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uint64_t>(rings_[group].entries);
  registration.ring_entries = buffers.count;
  registration.bgid = group;
  const int error = io_uring_register_buf_ring(&ring_, &registration, 0);
  if (error != 0) return unavailable(error, "IORING_REGISTER_PBUF_RING");
  io_uring_buf_ring_init(buffer_ring(group));
  for (std::uint16_t id = 0; id < buffers.count; ++id) release_buffer(group, id);
  return {};
}

template <class Shape>
int IoUring<Shape>::register_memory(std::uint16_t index, std::byte* memory,
                                    std::size_t bytes) noexcept {
  LOOM_ASSERT(index < Shape::memories, "the reactor's shape counts its memories");
  if (index == 0) {
    const int error = io_uring_register_buffers_sparse(&ring_, Shape::memories);
    if (error != 0) return error;
  }
  const iovec part{memory, bytes};
  const __u64 no_tag = 0;
  const int registered = io_uring_register_buffers_update_tag(&ring_, index, &part, &no_tag, 1);
  return registered < 0 ? registered : 0;
}

}  // namespace loom

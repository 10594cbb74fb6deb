// The io_uring backend, by liburing. One ring per reactor with a single issuer and deferred task
// work; direct descriptors, multishot accept and receive, provided-buffer rings, one enter per
// turn that submits and takes events together (measured against the alternatives in the design
// notes). Needs Linux 6.1.
//
// With deferred task work a loop that only looks at the completion queue never sees anything:
// IORING_SQ_TASKRUN must be looked at, and an enter made when it is set.
#pragma once

#include <liburing.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include "../buffer_pool.hpp"
#include "../core.hpp"
#include "../error.hpp"
#include "../operation.hpp"
#include "../sanitizer.hpp"

namespace loom {

/// `Shape` is the reactor's emitted shape: queue sizes, handle counts, buffer groups.
template <class Shape>
class IoUring {
 public:
  static constexpr const char* name = "io_uring";
  static constexpr std::uint64_t stat_value = 1;
  static constexpr unsigned setup_flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                          IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL;

  IoUring() noexcept = default;
  IoUring(const IoUring&) = delete;
  IoUring& operator=(const IoUring&) = delete;
  ~IoUring() { close(); }

  /// Whether this process may use io_uring and the kernel is new enough; a sentence if not.
  static StartError probe() noexcept {
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
    } else if (error == -ENOMEM) {
      why = "not enough locked memory; raise RLIMIT_MEMLOCK";
    }
    return unavailable(error, why);
  }

  /// Makes the ring, on the thread that will run the loop. A write to the eventfd `wake_fd`, which
  /// stays the caller's, ends a wait.
  StartError open(ReactorCore& core, int wake_fd) noexcept {
    core_ = &core;
    wake_fd_ = wake_fd;
    io_uring_params params{};
    params.flags = setup_flags | IORING_SETUP_CQSIZE;
    params.cq_entries = Shape::completion_entries;
    int error = io_uring_queue_init_params(Shape::submission_entries, &ring_, &params);
    if (error != 0) return unavailable(error, "io_uring_setup");
    MappingOrder::mapped();
    open_ = true;
    if (params.cq_entries < Shape::completion_entries) return unavailable(0, "short CQ");
    io_uring_register_ring_fd(&ring_);
    error = io_uring_register_files_sparse(&ring_, Shape::handles);
    if (error != 0) return unavailable(error, "IORING_REGISTER_FILES2");
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
    arm_wake();
    return {};
  }

  /// Hands the kernel a group of receive buffers, all of them free.
  StartError add_group(std::uint16_t group, const BufferGroup& buffers) noexcept {
    LOOM_ASSERT(group < Shape::buffer_groups && buffers.count <= Shape::maximum_buffers,
                "the reactor's shape counts its buffer groups");
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

  /// Puts a socket into the file table and closes the descriptor.
  /// @returns the handle, or a negative errno.
  std::int32_t adopt(int fd) noexcept {
    if (own_free_count_ == 0) {
      ::close(fd);
      return -ENFILE;
    }
    const std::int32_t handle = own_free_[own_free_count_ - 1];
    const int result =
        io_uring_register_files_update(&ring_, static_cast<unsigned>(handle), &fd, 1);
    ::close(fd);
    if (result < 0) return result;
    own_free_count_ -= 1;
    return handle;
  }

  /// Closes a handle that no operation uses, at once.
  void discard(std::int32_t handle) noexcept {
    int none = -1;
    io_uring_register_files_update(&ring_, static_cast<unsigned>(handle), &none, 1);
    forget(handle);
  }

  /// The handle was closed by an operation and may be given again.
  void forget(std::int32_t handle) noexcept {
    if (handle < 0 || handle >= static_cast<std::int32_t>(Shape::own_handles)) return;
    own_free_[own_free_count_] = handle;
    own_free_count_ += 1;
  }

  /// Starts an operation. Past what fits the submission queue or one turn, it waits, in order.
  void submit(Operation& operation) noexcept {
    if (operation.kind == OperationKind::send_datagrams) return submit_datagrams(operation);
    if (overflow_.empty() && io_uring_sq_ready(&ring_) < Shape::submit_batch) {
      if (io_uring_sqe* sqe = io_uring_get_sqe(&ring_); sqe != nullptr) {
        fill(*sqe, operation);
        return;
      }
    }
    core_->stats().add(Stat::overflow_queued);
    overflow_.push(operation);
  }

  /// Whether operations wait for room in the submission queue.
  [[nodiscard]] bool has_overflow() const noexcept { return !overflow_.empty(); }

  /// Gives a receive buffer back to the kernel.
  void release_buffer(std::uint16_t group, std::uint16_t id) noexcept {
    const BufferGroup& buffers = groups_[group];
    io_uring_buf_ring* ring = buffer_ring(group);
    io_uring_buf_ring_add(ring, buffers.memory + std::size_t{id} * buffers.stride, buffers.bytes,
                          id, io_uring_buf_ring_mask(buffers.count), 0);
    io_uring_buf_ring_advance(ring, 1);
  }

  /// Whether completions lie in the queue.
  [[nodiscard]] bool completions_wait() const noexcept { return io_uring_cq_ready(&ring_) != 0; }

  /// Prepares what waits in the overflow queue, submits at most Shape::submit_batch operations and
  /// takes events, in one system call, or none when there is neither.
  void enter() noexcept {
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

  /// As enter(), and waits up to `nanoseconds` for a completion or a wake-up. Only with nothing in
  /// the overflow queue and no completion at hand.
  void wait(std::uint64_t nanoseconds) noexcept {
    LOOM_ASSERT(overflow_.empty(), "queued work is not waited upon");
    if (wake_owed_) arm_wake();
    // With the submission queue full nobody could end a wait: submit first, arm the next turn.
    if (wake_owed_ || completions_wait()) return enter();
    const unsigned prepared = io_uring_sq_ready(&ring_);
    __kernel_timespec timeout{};
    timeout.tv_sec = static_cast<long long>(nanoseconds / nanoseconds_per_second);
    timeout.tv_nsec = static_cast<long long>(nanoseconds % nanoseconds_per_second);
    io_uring_cqe* first = nullptr;
    io_uring_submit_and_wait_timeout(&ring_, &first, 1, &timeout, nullptr);
    count_entry(static_cast<int>(prepared - io_uring_sq_ready(&ring_)));
  }

  /// Hands at most `maximum` completions to `sink`; returns how many, wake-ups included.
  template <class Sink>
  std::uint32_t dispatch(std::uint32_t maximum, Sink&& sink) noexcept {
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
        arm_wake();
        continue;
      }
      Completion completion;
      completion.tag = tag;
      completion.result = cqe->res;
      completion.more = (cqe->flags & IORING_CQE_F_MORE) != 0;
      completion.has_buffer = (cqe->flags & IORING_CQE_F_BUFFER) != 0;
      completion.buffer = static_cast<std::uint16_t>(cqe->flags >> IORING_CQE_BUFFER_SHIFT);
      sink(completion);
    }
    io_uring_cq_advance(&ring_, count);
    return count;
  }

  /// Whether a wake-up came since the last call.
  bool take_wake_up() noexcept { return std::exchange(woken_, false); }

  /// Destroys the ring; the kernel cancels what is left and has no more use for our memory.
  void close() noexcept {
    if (!open_) return;
    MappingOrder::unmaps();
    io_uring_queue_exit(&ring_);
    open_ = false;
  }

 private:
  /// A registered ring of buffers must begin on a page.
  struct alignas(4096) Ring {
    io_uring_buf entries[Shape::maximum_buffers];
  };

  static StartError unavailable(int error, const char* why) noexcept {
    return StartError::make(start_code::backend_unavailable, "", -error, "io_uring: %s%s%s", why,
                            error == 0 ? "" : ": ", error == 0 ? "" : std::strerror(-error));
  }

  io_uring_buf_ring* buffer_ring(std::uint16_t group) noexcept {
    return reinterpret_cast<io_uring_buf_ring*>(rings_[group].entries);
  }

  void arm_wake() noexcept {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    if (sqe == nullptr) {
      wake_owed_ = true;
      return;
    }
    wake_owed_ = false;
    io_uring_prep_read(sqe, wake_fd_, &wake_count_, sizeof wake_count_, 0);
    sqe->user_data = Tag(0, common_operation::wake, 0).word();
  }

  void prepare_overflow() noexcept {
    while (!overflow_.empty() && io_uring_sq_ready(&ring_) < Shape::submit_batch) {
      io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
      if (sqe == nullptr) return;
      fill(*sqe, *overflow_.pop());
    }
  }

  void count_entry(int submitted) noexcept {
    core_->stats().add(Stat::kernel_entries);
    if (submitted > 0) {
      core_->stats().add(Stat::submissions, static_cast<std::uint64_t>(submitted));
    }
  }

  void fill(io_uring_sqe& sqe, Operation& operation) noexcept;
  void submit_datagrams(Operation& operation) noexcept;

  io_uring ring_{};
  bool open_ = false;
  bool wake_owed_ = false;
  int wake_fd_ = -1;
  bool woken_ = false;
  std::uint64_t wake_count_ = 0;
  ReactorCore* core_ = nullptr;
  OperationQueue overflow_;
  std::uint32_t own_free_count_ = 0;
  std::int32_t own_free_[Shape::own_handles == 0 ? 1 : Shape::own_handles];
  BufferGroup groups_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
  Ring rings_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
};

}  // namespace loom

#include "io_uring_datagram.hpp"
#include "io_uring_fill.hpp"

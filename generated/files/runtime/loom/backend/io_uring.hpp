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
#include "../own_descriptor.hpp"
#include "../sanitizer.hpp"
#include "../shortage.hpp"
#include "direct_socket.hpp"
#include "free_buffers.hpp"
#include "io_uring_request.hpp"
#include "ring_bell.hpp"

namespace loom {

/// `Shape` is the reactor's emitted shape: queue sizes, handle counts, buffer groups.
template <class Shape>
class IoUring {
 public:
  static constexpr const char* name = "io_uring";
  static constexpr std::uint64_t stat_value = 1;
  /// What is in flight when the ring is closed ends some time later.
  static constexpr bool operations_outlive_close = true;
  static constexpr unsigned setup_flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                                          IORING_SETUP_TASKRUN_FLAG | IORING_SETUP_SUBMIT_ALL;

  IoUring() noexcept = default;
  IoUring(const IoUring&) = delete;
  IoUring& operator=(const IoUring&) = delete;
  ~IoUring() { close(); }

  /// Whether this process may use io_uring and the kernel is new enough; a sentence if not.
  static StartError probe() noexcept;

  /// Makes the ring, on the thread that will run the loop. A write to the eventfd `wake_fd`, which
  /// stays the caller's, ends a wait.
  StartError open(ReactorCore& core, int wake_fd) noexcept;

  /// Takes a group of receive buffers, all of them free: the kernel gives them out, or for direct
  /// receives this process.
  StartError add_group(std::uint16_t group, const BufferGroup& buffers,
                       ReceiveStrategy strategy = ReceiveStrategy::multishot) noexcept;

  /// Registers memory for read_fixed and write_fixed under `index`, below Shape::memories; index 0
  /// first. Its pages are pinned and count against RLIMIT_MEMLOCK. @returns 0, or a negative errno.
  int register_memory(std::uint16_t index, std::byte* memory, std::size_t bytes) noexcept;

  /// Puts a socket into the file table and closes the descriptor; a direct socket keeps it.
  /// @returns the handle, or a negative errno.
  std::int32_t adopt(int fd, FdTraits traits = {}) noexcept {
    if (has_direct && traits.receive == ReceiveStrategy::direct) return adopt_direct(fd);
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

  /// The handle of the connection that `accept` completed with, or a negative errno; then the
  /// connection is closed.
  [[nodiscard]] std::int32_t accepted(const Operation& accept, std::int32_t result) noexcept {
    return accepts_plain(accept) ? adopt(result, accept.traits) : result;
  }

  /// Closes the connection that `accept` completed with.
  void refuse(const Operation& accept, std::int32_t result) noexcept {
    if (!accepts_plain(accept)) return discard(result);
    ::close(result);
  }

  /// Closes a handle that no operation uses, at once.
  void discard(std::int32_t handle) noexcept {
    if (is_direct(handle)) {
      ::close(direct_socket(handle).fd);
      return forget(handle);
    }
    int none = -1;
    io_uring_register_files_update(&ring_, static_cast<unsigned>(handle), &none, 1);
    forget(handle);
  }

  /// The handle was closed by an operation and may be given again.
  void forget(std::int32_t handle) noexcept {
    if (is_direct(handle)) return forget_direct(handle);
    if (handle < 0 || handle >= static_cast<std::int32_t>(Shape::own_handles)) return;
    own_free_[own_free_count_] = handle;
    own_free_count_ += 1;
  }

  /// For a host: readable after listen() when something has come, until hush(). Or negative errno.
  [[nodiscard]] int poll_fd() noexcept { return bell_.open(ring_); }
  /// Before the last look of a turn that finds nothing, and before the next turn.
  void listen() noexcept { bell_.listen(ring_); }
  void hush() noexcept { bell_.hush(ring_); }

  /// Starts an operation. Past what fits the submission queue or one turn, it waits, in order.
  void submit(Operation& operation) noexcept {
    if (operation.kind == OperationKind::send_datagrams) return submit_datagrams(operation);
    if (!requests_.admit(operation)) return;
    if (is_direct(operation.handle) && submit_direct(operation)) return;
    prepare(operation);
  }

  /// Whether send_at_once() can send on this handle at all: only a direct socket has a descriptor.
  static constexpr bool sends_at_once(std::int32_t handle) noexcept { return is_direct(handle); }

  /// Tries a send that is not in flight. @returns bytes taken, or a negative errno; -EAGAIN: it is
  /// to be submitted.
  std::int32_t send_at_once(const Operation& operation) noexcept;

  /// Whether operations wait for room in the submission queue.
  [[nodiscard]] bool has_overflow() const noexcept { return !overflow_.empty(); }

  /// Gives a receive buffer back.
  void release_buffer(std::uint16_t group, std::uint16_t id) noexcept {
    if constexpr (has_direct) {
      if (is_direct_group_[group]) return direct_buffers_[group].give_back(id);
    }
    const BufferGroup& buffers = groups_[group];
    io_uring_buf_ring* ring = buffer_ring(group);
    io_uring_buf_ring_add(ring, buffers.memory + std::size_t{id} * buffers.stride, buffers.bytes,
                          id, io_uring_buf_ring_mask(buffers.count), 0);
    io_uring_buf_ring_advance(ring, 1);
    if constexpr (Shape::bundles) {
      order_[group].next[order_[group].last] = id;
      order_[group].last = id;
    }
  }

  /// The buffer behind `id` in what a bundled receive filled. Before either is given back.
  [[nodiscard]] std::uint16_t next_buffer(std::uint16_t group, std::uint16_t id) const noexcept {
    static_assert(Shape::bundles, "the reactor's shape says that receives are bundled");
    return order_[group].next[id];
  }

  /// Whether completions are at hand.
  [[nodiscard]] bool completions_wait() const noexcept {
    return io_uring_cq_ready(&ring_) != 0 || !finished_.empty() || requests_.has_finished();
  }

  /// Prepares what waits in the overflow queue, submits at most Shape::submit_batch operations and
  /// takes events, in one system call, or none when there is neither.
  void enter() noexcept;

  /// As enter(), and waits up to `nanoseconds` for a completion, a wake-up, or bytes for a direct
  /// receive. Only with nothing in the overflow queue.
  void wait(std::uint64_t nanoseconds) noexcept;

  /// Hands at most `maximum` completions of the ring to `sink`; of direct sockets as many, and
  /// tries each direct receive once. Returns how many completions there were, wake-ups included.
  template <class Sink>
  std::uint32_t dispatch(std::uint32_t maximum, Sink&& sink) noexcept;

  /// Completes at most `maximum` acts of direct sockets that finished at once. Returns how many.
  template <class Sink>
  std::uint32_t complete_finished(std::uint32_t maximum, Sink&& sink) noexcept;

  /// What this kernel's ring can do.
  [[nodiscard]] OpcodeSet& opcodes() noexcept { return requests_.opcodes(); }

  /// Whether the kernel is too old for receives that fill several buffers; they fill one then.
  [[nodiscard]] bool lacks_bundles() const noexcept;

  /// Whether a wake-up came since the last call.
  bool take_wake_up() noexcept { return std::exchange(woken_, false); }

  /// Destroys the ring. The kernel cancels what is left, but after this returns: memory that an
  /// operation in flight names must stay. run_on_backend sees to that; the ring's own operations
  /// (wake-ups, polls, cancellations) name none that goes away.
  void close() noexcept;

 private:
  /// A registered ring of buffers must begin on a page.
  struct alignas(4096) Ring {
    io_uring_buf entries[Shape::maximum_buffers];
  };

  static StartError unavailable(int error, const char* why) noexcept {
    return StartError::make(start_code::backend_unavailable, "", -error, "io_uring: %s%s%s%s%s",
                            why, error == 0 ? "" : ": ", error == 0 ? "" : std::strerror(-error),
                            *shortage_fix(-error) == 0 ? "" : ". ", shortage_fix(-error));
  }

  /// In which order a group's buffers were given to the kernel, which takes them in that order.
  struct BufferOrder {
    std::uint16_t last = 0;
    std::uint16_t next[Shape::bundles ? Shape::maximum_buffers : 1] = {};
  };

  io_uring_buf_ring* buffer_ring(std::uint16_t group) noexcept {
    return reinterpret_cast<io_uring_buf_ring*>(rings_[group].entries);
  }

  void arm_wake() noexcept;
  void prepare(Operation& operation) noexcept;
  void prepare_overflow() noexcept;
  void repeat_cancellation(Operation& cancellation) noexcept;
  void count_entry(int submitted) noexcept;
  template <class Sink>
  std::uint32_t dispatch_queue(std::uint32_t maximum, Sink&& sink) noexcept;

  void fill(io_uring_sqe& sqe, Operation& operation) noexcept;
  void name_file(io_uring_sqe& sqe, std::int32_t handle, unsigned flags) noexcept;
  void submit_datagrams(Operation& operation) noexcept;
  /// Whether an accept gives descriptors of the process, not places in the file table.
  static bool accepts_plain(const Operation& accept) noexcept {
    return accept.traits.hands_over || accept.traits.receive == ReceiveStrategy::direct;
  }
  void fill_accept(io_uring_sqe& sqe, const Operation& operation) noexcept;

  /// Behind the handles, the file table has the eventfd.
  static constexpr unsigned wake_place = Shape::handles;
  /// Handles from Shape::handles on are direct sockets, which have plain descriptors.
  static constexpr bool has_direct = Shape::direct_sockets != 0;
  /// Twice as many as can live: a place is given again only when its poll has answered.
  static constexpr std::uint32_t direct_places = 2 * Shape::direct_sockets;
  static bool is_direct(std::int32_t handle) noexcept {
    return has_direct && handle >= static_cast<std::int32_t>(Shape::handles);
  }
  DirectSocket& direct_socket(std::int32_t handle) noexcept {
    LOOM_ASSERT(is_direct(handle), "only direct sockets have an entry");
    return direct_[handle - static_cast<std::int32_t>(Shape::handles)];
  }
  void begin_messages() noexcept;
  void end_messages() noexcept;
  bool send_message(const Doorbell& target, int ring_fd) noexcept;
  void message_failed(Tag tag, std::int32_t error) noexcept;
  void open_direct() noexcept;
  std::int32_t adopt_direct(int fd) noexcept;
  void forget_direct(std::int32_t handle) noexcept;
  bool submit_direct(Operation& operation) noexcept;
  void arm_direct() noexcept;
  void note_readiness(Tag tag) noexcept;
  void finish(Operation& operation, std::int32_t result) noexcept;
  template <class Sink>
  std::uint32_t dispatch_direct(std::uint32_t maximum, Sink&& sink) noexcept;

  io_uring ring_{};
  RingBell bell_;
  bool open_ = false;
  bool wake_owed_ = false;
  bool messages_ = false;  ///< this thread's doorbells ring through this ring
  bool woken_ = false;
  /// Where the kernel puts the eventfd's count, which nobody reads. Not in the reactor's memory:
  /// the read may end after that is gone.
  static inline std::uint64_t wake_count_ = 0;
  ReactorCore* core_ = nullptr;
  OperationQueue overflow_;
  IoUringRequests requests_;
  OperationQueue finished_;  ///< of direct sockets: done without the ring
  std::uint32_t own_free_count_ = 0;
  std::int32_t own_free_[Shape::own_handles == 0 ? 1 : Shape::own_handles];
  BufferGroup groups_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
  std::uint32_t direct_used_ = 0;  ///< places from this one on have no socket
  DirectSocket direct_[has_direct ? direct_places : 1];
  bool is_direct_group_[has_direct ? Shape::buffer_groups : 1] = {};
  FreeBuffers<has_direct ? Shape::maximum_buffers : 1>
      direct_buffers_[has_direct ? Shape::buffer_groups : 1];
  BufferOrder order_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
  Ring rings_[Shape::buffer_groups == 0 ? 1 : Shape::buffer_groups];
};

}  // namespace loom

#include "io_uring_datagram.hpp"
#include "io_uring_direct.hpp"
#include "io_uring_fill.hpp"
#include "io_uring_message.hpp"
#include "io_uring_open.hpp"
#include "io_uring_turn.hpp"

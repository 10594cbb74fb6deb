// A Request is a submission queue entry: proof, field by field, and the copy. Which operations the
// running kernel has is asked when the ring is made; one that it lacks is done as epoll does it,
// where that needs no waiting on the loop.
#pragma once

#include <liburing.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../request_operation.hpp"
#include "../request_pool.hpp"
#include "../system/emulation.hpp"
#include "../unsupported_log.hpp"

namespace loom {

static_assert(sizeof(system::Request) == sizeof(io_uring_sqe));
static_assert(offsetof(system::Request, opcode) == offsetof(io_uring_sqe, opcode));
static_assert(offsetof(system::Request, flags) == offsetof(io_uring_sqe, flags));
static_assert(offsetof(system::Request, priority) == offsetof(io_uring_sqe, ioprio));
static_assert(offsetof(system::Request, fd) == offsetof(io_uring_sqe, fd));
static_assert(offsetof(system::Request, offset) == offsetof(io_uring_sqe, off));
static_assert(offsetof(system::Request, offset) == offsetof(io_uring_sqe, addr2));
static_assert(offsetof(system::Request, address) == offsetof(io_uring_sqe, addr));
static_assert(offsetof(system::Request, address) == offsetof(io_uring_sqe, splice_off_in));
static_assert(offsetof(system::Request, length) == offsetof(io_uring_sqe, len));
static_assert(offsetof(system::Request, call_flags) == offsetof(io_uring_sqe, rw_flags));
static_assert(offsetof(system::Request, user_data) == offsetof(io_uring_sqe, user_data));
static_assert(offsetof(system::Request, buffer) == offsetof(io_uring_sqe, buf_index));
static_assert(offsetof(system::Request, personality) == offsetof(io_uring_sqe, personality));
static_assert(offsetof(system::Request, file_index) == offsetof(io_uring_sqe, file_index));
static_assert(offsetof(system::Request, file_index) == offsetof(io_uring_sqe, splice_fd_in));
static_assert(offsetof(system::Request, address3) == offsetof(io_uring_sqe, addr3));

/// Slots of the wake tag: who ended the wait.
namespace wake_slot {
inline constexpr std::uint32_t eventfd = 0;
inline constexpr std::uint32_t message = 1;
}  // namespace wake_slot

/// Opcodes that both know have one number.
static_assert(static_cast<int>(system::Opcode::sendmsg_zc) == IORING_OP_SENDMSG_ZC);
static_assert(static_cast<int>(system::Opcode::socket) == IORING_OP_SOCKET);
static_assert(static_cast<int>(system::Opcode::tee) == IORING_OP_TEE);
static_assert(static_cast<int>(system::Opcode::recv) == IORING_OP_RECV);

/// Writes a request into an entry; the caller sets user_data.
inline void copy_request(io_uring_sqe& entry, const system::Request& request) noexcept {
  std::memcpy(&entry, &request, sizeof request);
}

/// The operations that a kernel has.
class OpcodeSet {
 public:
  /// Asks the kernel, IORING_REGISTER_PROBE of io_uring_register(2). Without an answer it has none.
  void probe(io_uring& ring) noexcept {
    constexpr unsigned most = 256;
    alignas(io_uring_probe)
        std::byte memory[sizeof(io_uring_probe) + most * sizeof(io_uring_probe_op)] = {};
    auto* found = reinterpret_cast<io_uring_probe*>(memory);
    if (io_uring_register_probe(&ring, found, most) != 0) return;
    const auto* operations = reinterpret_cast<const io_uring_probe_op*>(found + 1);
    for (unsigned index = 0; index < found->ops_len && index < system::opcode_limit; ++index) {
      if ((operations[index].flags & IO_URING_OP_SUPPORTED) == 0) continue;
      bits_ |= std::uint64_t{1} << operations[index].op;
    }
  }

  /// Whether the kernel has it.
  [[nodiscard]] bool has(system::Opcode opcode) const noexcept {
    static_assert(system::opcode_limit <= 64, "one bit an opcode");
    const auto index = static_cast<unsigned>(opcode);
    return index < system::opcode_limit && (bits_ >> index & 1U) != 0;
  }

  /// As if the kernel had it not; for tests of older kernels.
  void remove(system::Opcode opcode) noexcept {
    bits_ &= ~(std::uint64_t{1} << static_cast<unsigned>(opcode));
  }

 private:
  std::uint64_t bits_ = 0;
};

/// The requests of one reactor that its kernel cannot put into the ring.
class IoUringRequests {
 public:
  /// Asks the kernel what it has.
  void open(ReactorCore& core, io_uring& ring) noexcept {
    core_ = &core;
    opcodes_.probe(ring);
    pool_.open(core, finished_);
  }

  /// Whether the operation goes into the ring; if not, it is done otherwise.
  bool admit(Operation& operation) noexcept {
    if (operation.kind != OperationKind::request) return true;
    RequestOperation& mine = RequestOperation::of(operation);
    if (opcodes_.has(mine.request.opcode)) return true;
    switch (system::emulation_of(mine.request)) {
      case system::Emulation::at_once: finish(mine, system::perform(mine.request)); break;
      case system::Emulation::pool:
      case system::Emulation::either: pool_.submit(mine); break;
      case system::Emulation::loop:
      case system::Emulation::refused:
        unsupported_.note(*core_, "this kernel's io_uring", mine.request.opcode);
        finish(mine, -ENOSYS);
        break;
    }
    return false;
  }

  /// Whether something is over.
  [[nodiscard]] bool has_finished() const noexcept { return !finished_.empty(); }

  /// Hands at most `maximum` completions to `sink`; returns how many.
  template <class Sink>
  std::uint32_t complete(std::uint32_t maximum, Sink&& sink) noexcept {
    if (pool_.has_waiting()) pool_.offer_waiting();
    return finished_.complete(maximum, sink);
  }

  /// What the kernel has.
  [[nodiscard]] OpcodeSet& opcodes() noexcept { return opcodes_; }

 private:
  void finish(RequestOperation& operation, std::int32_t result) noexcept {
    operation.result = result;
    finished_.push(operation);
  }

  ReactorCore* core_ = nullptr;
  OpcodeSet opcodes_;
  OperationQueue finished_;
  RequestPool pool_;
  UnsupportedLog unsupported_;
};

}  // namespace loom

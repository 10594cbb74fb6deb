// A system request: what one asynchronous system call is to be, in the 64 bytes that io_uring's
// submission queue holds (struct io_uring_sqe, io_uring_enter(2)). On io_uring they are copied into
// the ring as they are; elsewhere perform() makes the plain call from them. The functions of
// `loom/system/*.hpp` fill them in: one for each operation, with types.
//
// A Request owns nothing. Whatever its pointers name (bytes, paths, address, iovec) must stay where
// it is, unchanged, until its completion; a cancelled one completes too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "opcode.hpp"

namespace loom::system {

/// Bits of Request::flags (IOSQE_*, io_uring_enter(2)); without a ring all but `asynchronous` are
/// refused. A chain of links holds only within one submission: submit its parts in one hook, and
/// fewer than `reactors.<name>.submitBatch`.
namespace request_flag {
inline constexpr std::uint8_t fixed_file = 1U << 0U;     ///< `fd` is an index of the file table
inline constexpr std::uint8_t drain = 1U << 1U;          ///< begins after all before it ended
inline constexpr std::uint8_t link = 1U << 2U;           ///< the next begins when this succeeded
inline constexpr std::uint8_t hard_link = 1U << 3U;      ///< the next begins when this ended
inline constexpr std::uint8_t asynchronous = 1U << 4U;   ///< straight to a kernel worker
inline constexpr std::uint8_t buffer_select = 1U << 5U;  ///< the kernel takes a buffer of `buffer`
inline constexpr std::uint8_t skip_success = 1U << 6U;   ///< completes only when it fails
}  // namespace request_flag

/// Bits of Request::priority, where an operation keeps what io_uring added to a system call.
namespace request_priority {
inline constexpr std::uint16_t poll_first = 1U << 0U;         ///< send, receive: wait, then try
inline constexpr std::uint16_t receive_multishot = 1U << 1U;  ///< receive: until it fails
inline constexpr std::uint16_t fixed_buffer = 1U << 2U;       ///< send_zc: from a registered buffer
inline constexpr std::uint16_t accept_multishot = 1U << 0U;   ///< accept: until it fails
}  // namespace request_priority

/// "Where the file's own offset is": for read and write of plain files, pipes and sockets.
inline constexpr std::uint64_t current_offset = UINT64_MAX;
/// "Any free entry of the file table", for the operations whose name ends in `direct`.
inline constexpr std::uint32_t any_file_index = UINT32_MAX;

/// One system call to be. Fields have io_uring_sqe's places; the builders say what each takes.
struct Request {
  Opcode opcode = Opcode::nop;
  std::uint8_t flags = 0;
  std::uint16_t priority = 0;  ///< ioprio: an I/O priority, or bits of request_priority
  std::int32_t fd = -1;
  std::uint64_t offset = 0;      ///< off, addr2, cmd_op
  std::uint64_t address = 0;     ///< addr, splice_off_in
  std::uint32_t length = 0;      ///< len: bytes, or what the operation counts
  std::uint32_t call_flags = 0;  ///< rw_flags, open_flags, msg_flags, …
  std::uint64_t user_data = 0;   ///< the operation's tag; written when it is submitted
  std::uint16_t buffer = 0;      ///< buf_index, buf_group
  std::uint16_t personality = 0;
  std::uint32_t file_index = 0;  ///< splice_fd_in; entry of the file table plus one; addr_len
  std::uint64_t address3 = 0;
  std::uint64_t reserved = 0;
};

static_assert(sizeof(Request) == 64 && alignof(Request) == 8);
static_assert(std::is_trivially_copyable_v<Request> && std::is_standard_layout_v<Request>);

/// A pointer as a field of a Request carries it.
inline std::uint64_t address_of(const volatile void* pointer) noexcept {
  return reinterpret_cast<std::uintptr_t>(pointer);
}

/// The pointer that a field of a Request carries.
template <class Type>
Type* pointer_in(std::uint64_t field) noexcept {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel's own interface carries it like this.
  return reinterpret_cast<Type*>(static_cast<std::uintptr_t>(field));
}

/// An entry of the file table as a Request carries it: one more, so that 0 is none.
constexpr std::uint32_t file_index_field(std::uint32_t index) noexcept {
  return index == any_file_index ? any_file_index : index + 1;
}

/// Whether it goes on after a completion until it fails or is cancelled.
constexpr bool repeats(const Request& request) noexcept {
  switch (request.opcode) {
    case Opcode::accept: return (request.priority & request_priority::accept_multishot) != 0;
    case Opcode::recv:
    case Opcode::recvmsg: return (request.priority & request_priority::receive_multishot) != 0;
    case Opcode::poll_add: return (request.length & 1U) != 0;
    case Opcode::timeout: return (request.call_flags & (1U << 6U)) != 0;
    case Opcode::read_multishot:
    case Opcode::recv_zc: return true;
    default: return false;
  }
}

/// Whether it may complete more than once: every completion but the last says that more follow.
constexpr bool may_complete_twice(const Request& request) noexcept {
  return request.opcode == Opcode::send_zc || request.opcode == Opcode::sendmsg_zc ||
         repeats(request);
}

}  // namespace loom::system

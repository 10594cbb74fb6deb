// How a Request is done where no ring takes it: the rules behind docs/OPERATIONS.md. What cannot
// block is called at once, what waits for a descriptor or for time waits on the loop, what blocks
// on a disk goes to a pool, and what has no meaning without a ring is refused with -ENOSYS.
#pragma once

#include <sys/stat.h>

#include <cstdint>

#include "request.hpp"

namespace loom::system {

/// The ways.
enum class Emulation : std::uint8_t {
  refused,  ///< -ENOSYS
  at_once,  ///< on the reactor's thread
  pool,     ///< on a thread that may block
  loop,     ///< when its descriptor is ready, its time has come, or its target is found
  either,   ///< on the loop if the descriptor can be polled, in a pool if not
};

/// The way of a request with these flags and this opcode.
constexpr Emulation emulation_of(const Request& request) noexcept {
  if ((request.flags & ~request_flag::asynchronous) != 0) return Emulation::refused;
  switch (request.opcode) {
    case Opcode::nop:
    case Opcode::bind:
    case Opcode::listen:
    case Opcode::shutdown:
    case Opcode::epoll_ctl:
    case Opcode::futex_wake:
    case Opcode::uring_cmd: return Emulation::at_once;
    case Opcode::socket:
    case Opcode::pipe: return request.file_index == 0 ? Emulation::at_once : Emulation::refused;
    case Opcode::accept: return request.file_index == 0 ? Emulation::loop : Emulation::refused;
    case Opcode::recv:
    case Opcode::recvmsg: return repeats(request) ? Emulation::refused : Emulation::loop;
    case Opcode::timeout:
      return request.offset == 0 && !repeats(request) ? Emulation::loop : Emulation::refused;
    case Opcode::connect:
    case Opcode::send:
    case Opcode::send_zc:
    case Opcode::sendmsg:
    case Opcode::sendmsg_zc:
    case Opcode::poll_add:
    case Opcode::poll_remove:
    case Opcode::timeout_remove:
    case Opcode::async_cancel:
    case Opcode::epoll_wait:
    case Opcode::waitid: return Emulation::loop;
    case Opcode::read:
    case Opcode::read_fixed:
    case Opcode::readv:
    case Opcode::readv_fixed:
    case Opcode::write:
    case Opcode::write_fixed:
    case Opcode::writev:
    case Opcode::writev_fixed: return Emulation::either;
    case Opcode::openat:
    case Opcode::openat2:
    case Opcode::close: return request.file_index == 0 ? Emulation::pool : Emulation::refused;
    case Opcode::fsync:
    case Opcode::sync_file_range:
    case Opcode::fallocate:
    case Opcode::ftruncate:
    case Opcode::fadvise:
    case Opcode::madvise:
    case Opcode::splice:
    case Opcode::tee:
    case Opcode::statx:
    case Opcode::unlinkat:
    case Opcode::renameat:
    case Opcode::mkdirat:
    case Opcode::symlinkat:
    case Opcode::linkat:
    case Opcode::getxattr:
    case Opcode::setxattr:
    case Opcode::fgetxattr:
    case Opcode::fsetxattr: return Emulation::pool;
    case Opcode::link_timeout:
    case Opcode::files_update:
    case Opcode::provide_buffers:
    case Opcode::remove_buffers:
    case Opcode::msg_ring:
    case Opcode::read_multishot:
    case Opcode::futex_wait:
    case Opcode::futex_waitv:
    case Opcode::fixed_fd_install:
    case Opcode::recv_zc: return Emulation::refused;
  }
  return Emulation::refused;
}

/// The way of this very request: `either` is decided by what its descriptor is.
inline Emulation emulation_now(const Request& request) noexcept {
  const Emulation emulation = emulation_of(request);
  if (emulation != Emulation::either) return emulation;
  struct stat status {};
  if (::fstat(request.fd, &status) != 0) return Emulation::at_once;  // which then gives -EBADF
  const bool on_disk =
      S_ISREG(status.st_mode) || S_ISBLK(status.st_mode) || S_ISDIR(status.st_mode);
  return on_disk ? Emulation::pool : Emulation::loop;
}

}  // namespace loom::system

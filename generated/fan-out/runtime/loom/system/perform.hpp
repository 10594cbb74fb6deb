// The plain system call behind a Request, made at once on the calling thread: what a pool does
// where there is no ring, and what code outside a reactor can use. The value is the call's, or a
// negative errno, as a completion has it.
//
// An interrupted call is repeated, as io_uring's workers repeat it, at most maximum_interruptions
// times, and not when it was cancelled (call.hpp); close(2) is not, because Linux has closed the
// descriptor by then. No result exceeds int32: a call moves at most 0x7ffff000 bytes (read(2)), and
// splice(2) and tee(2) are asked for no more. What only a ring can do gives -ENOSYS, which
// `is_unsupported` recognises.
#pragma once

#include <cerrno>
#include <cstdint>

#include "call.hpp"
#if defined(_WIN32)
#include "windows/perform.hpp"
#else
#include "perform_files.hpp"
#include "perform_paths.hpp"
#include "perform_sockets.hpp"
#include "perform_waits.hpp"
#endif
#include "request.hpp"

namespace loom::system {

/// Whether a result says that neither the kernel nor an emulation has the operation.
constexpr bool is_unsupported(std::int32_t result) noexcept { return result == -ENOSYS; }

#if !defined(_WIN32)

/// perform() for what is about names.
inline std::int32_t perform_on_path(const Request& request) noexcept {
  switch (request.opcode) {
    case Opcode::openat: return perform_openat(request);
    case Opcode::openat2: return perform_openat2(request);
    case Opcode::statx: return perform_statx(request);
    case Opcode::unlinkat: return perform_unlinkat(request);
    case Opcode::renameat: return perform_renameat(request);
    case Opcode::mkdirat: return perform_mkdirat(request);
    case Opcode::symlinkat: return perform_symlinkat(request);
    case Opcode::linkat: return perform_linkat(request);
    case Opcode::getxattr: return perform_getxattr(request);
    case Opcode::setxattr: return perform_setxattr(request);
    case Opcode::fgetxattr: return perform_fgetxattr(request);
    case Opcode::fsetxattr: return perform_fsetxattr(request);
    default: return -ENOSYS;
  }
}

/// perform() for what is about sockets, waits and memory.
inline std::int32_t perform_on_other(const Request& request) noexcept {
  switch (request.opcode) {
    case Opcode::nop: return 0;
    case Opcode::socket: return perform_socket(request);
    case Opcode::bind: return perform_bind(request);
    case Opcode::listen: return perform_listen(request);
    case Opcode::accept: return perform_accept(request);
    case Opcode::connect: return perform_connect(request);
    case Opcode::shutdown: return perform_shutdown(request);
    case Opcode::send:
    case Opcode::send_zc: return perform_send(request);
    case Opcode::sendmsg:
    case Opcode::sendmsg_zc: return perform_sendmsg(request);
    case Opcode::recv: return perform_recv(request);
    case Opcode::recvmsg: return perform_recvmsg(request);
    case Opcode::uring_cmd: return perform_socket_command(request);
    case Opcode::poll_add: return poll_once(request.fd, request.call_flags, -1);
    case Opcode::timeout: return perform_timeout(request);
    case Opcode::epoll_ctl: return perform_epoll_ctl(request);
    case Opcode::epoll_wait: return perform_epoll_wait(request);
    case Opcode::waitid: return perform_waitid(request);
    case Opcode::futex_wait: return perform_futex(request, FUTEX_WAIT_BITSET);
    case Opcode::futex_wake: return perform_futex(request, FUTEX_WAKE_BITSET);
    case Opcode::futex_waitv: return perform_futex_waitv(request);
    case Opcode::madvise: return perform_madvise(request);
    case Opcode::pipe: return perform_pipe(request);
    default: return perform_on_path(request);
  }
}

/// Makes the system call. May block for as long as the call does.
inline std::int32_t perform(const Request& request) noexcept {
  // The flags of a submission queue have no meaning here; one that would change the result is
  // refused rather than ignored.
  constexpr unsigned harmless = request_flag::asynchronous;
  if ((request.flags & ~harmless) != 0 || repeats(request)) return -ENOSYS;
  switch (request.opcode) {
    case Opcode::read:
    case Opcode::read_fixed: return perform_read(request);
    case Opcode::write:
    case Opcode::write_fixed: return perform_write(request);
    case Opcode::readv:
    case Opcode::readv_fixed: return perform_readv(request);
    case Opcode::writev:
    case Opcode::writev_fixed: return perform_writev(request);
    case Opcode::fsync: return perform_fsync(request);
    case Opcode::sync_file_range: return perform_sync_file_range(request);
    case Opcode::fallocate: return perform_fallocate(request);
    case Opcode::ftruncate: return perform_ftruncate(request);
    case Opcode::fadvise: return perform_fadvise(request);
    case Opcode::close: return perform_close(request);
    case Opcode::splice: return perform_splice(request);
    case Opcode::tee: return perform_tee(request);
    default: return perform_on_other(request);
  }
}

#endif

}  // namespace loom::system

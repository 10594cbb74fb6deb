// The plain system call behind a Request, made at once on the calling thread: what a pool does
// where there is no ring, and what code outside a reactor can use. The value is the call's, or a
// negative errno, as a completion has it.
//
// An interrupted call is repeated, as io_uring's workers repeat it, at most maximum_interruptions
// times; close(2) is not, because Linux has closed the descriptor by then. No result exceeds
// int32: a call moves at most 0x7ffff000 bytes (read(2)), and splice(2) and tee(2) are asked for no
// more. What only a ring can do gives -ENOSYS, which `is_unsupported` recognises.
#pragma once

#include <cerrno>
#include <cstdint>

#include "perform_files.hpp"
#include "perform_paths.hpp"
#include "request.hpp"

namespace loom::system {

/// Whether a result says that neither the kernel nor an emulation has the operation.
constexpr bool is_unsupported(std::int32_t result) noexcept { return result == -ENOSYS; }

/// Makes the system call. May block for as long as the call does.
inline std::int32_t perform(const Request& request) noexcept {
  // The flags of a submission queue have no meaning here; one that would change the result is
  // refused rather than ignored.
  constexpr unsigned harmless = request_flag::asynchronous;
  if ((request.flags & ~harmless) != 0) return -ENOSYS;
  switch (request.opcode) {
    case Opcode::nop: return 0;
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

}  // namespace loom::system

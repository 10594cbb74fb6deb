// Requests about an open file: reading, writing, flushing, growing, moving bytes between two. The
// descriptor is a plain one, of a regular file or of anything else that read(2) and write(2) take.
// Every result is what the system call of the same name gives, or a negative errno; one call moves
// at most 0x7ffff000 bytes (read(2)), so that a count always fits.
//
// Whatever a pointer or a span names must stay valid and unchanged until the completion.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "request.hpp"

namespace loom::system {

/// A request about `fd` that reads or writes memory.
inline Request transfer(Opcode opcode, int fd, const void* memory, std::uint32_t length,
                        std::uint64_t offset) noexcept {
  Request request;
  request.opcode = opcode;
  request.fd = fd;
  request.offset = offset;
  request.address = address_of(memory);
  request.length = length;
  return request;
}

/// The size of a buffer in a Request; what does not fit is left for the next call.
constexpr std::uint32_t bounded_size(std::size_t bytes) noexcept {
  constexpr std::size_t most = 0x7ffff000;
  return static_cast<std::uint32_t>(bytes < most ? bytes : most);
}

/// pread(2) into `buffer` from `offset` bytes; by default read(2) where the file's offset is.
/// Completes with the bytes read, 0 at the end of the file.
inline Request read(int fd, std::span<std::byte> buffer,
                    std::uint64_t offset = current_offset) noexcept {
  return transfer(Opcode::read, fd, buffer.data(), bounded_size(buffer.size()), offset);
}

/// pwrite(2) of `bytes` at `offset` bytes; by default write(2) where the file's offset is, which is
/// its end with O_APPEND. Completes with the bytes written, which may be fewer.
inline Request write(int fd, std::span<const std::byte> bytes,
                     std::uint64_t offset = current_offset) noexcept {
  return transfer(Opcode::write, fd, bytes.data(), bounded_size(bytes.size()), offset);
}

/// preadv2(2) into several buffers. `flags` are RWF_*; the iovecs must stay valid too.
inline Request readv(int fd, std::span<const iovec> buffers, std::uint64_t offset = current_offset,
                     int flags = 0) noexcept {
  Request request = transfer(Opcode::readv, fd, buffers.data(),
                             static_cast<std::uint32_t>(buffers.size()), offset);
  request.call_flags = static_cast<std::uint32_t>(flags);
  return request;
}

/// pwritev2(2) of several pieces. `flags` are RWF_*; the iovecs must stay valid too.
inline Request writev(int fd, std::span<const iovec> pieces, std::uint64_t offset = current_offset,
                      int flags = 0) noexcept {
  Request request = transfer(Opcode::writev, fd, pieces.data(),
                             static_cast<std::uint32_t>(pieces.size()), offset);
  request.call_flags = static_cast<std::uint32_t>(flags);
  return request;
}

/// read() into a part of the buffer that was registered under `index` (io_uring_register(2)).
inline Request read_fixed(int fd, std::span<std::byte> buffer, std::uint64_t offset,
                          std::uint16_t index) noexcept {
  Request request =
      transfer(Opcode::read_fixed, fd, buffer.data(), bounded_size(buffer.size()), offset);
  request.buffer = index;
  return request;
}

/// write() from a part of the buffer that was registered under `index` (io_uring_register(2)).
inline Request write_fixed(int fd, std::span<const std::byte> bytes, std::uint64_t offset,
                           std::uint16_t index) noexcept {
  Request request =
      transfer(Opcode::write_fixed, fd, bytes.data(), bounded_size(bytes.size()), offset);
  request.buffer = index;
  return request;
}

/// readv() into parts of the buffer that was registered under `index`. Linux 6.15.
inline Request readv_fixed(int fd, std::span<const iovec> buffers, std::uint64_t offset,
                           std::uint16_t index, int flags = 0) noexcept {
  Request request = readv(fd, buffers, offset, flags);
  request.opcode = Opcode::readv_fixed;
  request.buffer = index;
  return request;
}

/// writev() from parts of the buffer that was registered under `index`. Linux 6.15.
inline Request writev_fixed(int fd, std::span<const iovec> pieces, std::uint64_t offset,
                            std::uint16_t index, int flags = 0) noexcept {
  Request request = writev(fd, pieces, offset, flags);
  request.opcode = Opcode::writev_fixed;
  request.buffer = index;
  return request;
}

/// read() again and again, each into a buffer that the kernel takes from `group`. Linux 6.7.
inline Request read_multishot(int fd, std::uint64_t offset, std::uint16_t group) noexcept {
  Request request = transfer(Opcode::read_multishot, fd, nullptr, 0, offset);
  request.flags = request_flag::buffer_select;
  request.buffer = group;
  return request;
}

/// fsync(2): the file's bytes and its inode are on the medium when it completes with 0.
inline Request fsync(int fd) noexcept { return transfer(Opcode::fsync, fd, nullptr, 0, 0); }

/// fdatasync(2): its bytes, and of the inode what reading them back needs.
inline Request fdatasync(int fd) noexcept {
  Request request = fsync(fd);
  request.call_flags = 1;  // IORING_FSYNC_DATASYNC
  return request;
}

/// sync_file_range(2) of `bytes` from `offset`; `flags` are SYNC_FILE_RANGE_*.
inline Request sync_file_range(int fd, std::uint32_t bytes, std::uint64_t offset,
                               int flags) noexcept {
  Request request = transfer(Opcode::sync_file_range, fd, nullptr, bytes, offset);
  request.call_flags = static_cast<std::uint32_t>(flags);
  return request;
}

/// fallocate(2): room for `bytes` from `offset`; `mode` is 0 or FALLOC_FL_*. -ENOSPC when the
/// disk is full.
inline Request fallocate(int fd, int mode, std::uint64_t offset, std::uint64_t bytes) noexcept {
  Request request =
      transfer(Opcode::fallocate, fd, nullptr, static_cast<std::uint32_t>(mode), offset);
  request.address = bytes;
  return request;
}

/// ftruncate(2) to `bytes`. Linux 6.9; emulated on kernels without it.
inline Request ftruncate(int fd, std::uint64_t bytes) noexcept {
  return transfer(Opcode::ftruncate, fd, nullptr, 0, bytes);
}

/// posix_fadvise(2) for `bytes` from `offset`, 0 for the rest; `advice` is POSIX_FADV_*.
inline Request fadvise(int fd, std::uint64_t offset, std::uint32_t bytes, int advice) noexcept {
  Request request = transfer(Opcode::fadvise, fd, nullptr, bytes, offset);
  request.call_flags = static_cast<std::uint32_t>(advice);
  return request;
}

/// close(2). The descriptor is gone whatever the result.
inline Request close(int fd) noexcept { return transfer(Opcode::close, fd, nullptr, 0, 0); }

/// close(2) of entry `index` of the file table.
inline Request close_direct(std::uint32_t index) noexcept {
  Request request = close(0);
  request.file_index = file_index_field(index);
  return request;
}

/// splice(2): `bytes` from `in` to `out`, one of which is a pipe. An offset is current_offset for a
/// pipe, and for a file whose own offset is meant; `flags` are SPLICE_F_*.
inline Request splice(int in, std::uint64_t in_offset, int out, std::uint64_t out_offset,
                      std::uint32_t bytes, unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::splice, out, nullptr, bytes, out_offset);
  request.address = in_offset;
  request.file_index = static_cast<std::uint32_t>(in);
  request.call_flags = flags;
  return request;
}

/// tee(2): copies `bytes` from the pipe `in` to the pipe `out` without consuming them.
inline Request tee(int in, int out, std::uint32_t bytes, unsigned flags = 0) noexcept {
  Request request = transfer(Opcode::tee, out, nullptr, bytes, 0);
  request.file_index = static_cast<std::uint32_t>(in);
  request.call_flags = flags;
  return request;
}

}  // namespace loom::system

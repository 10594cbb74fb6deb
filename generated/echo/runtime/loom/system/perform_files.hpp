// perform() for the requests of files.hpp.
#pragma once

#include <fcntl.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "call.hpp"
#include "files.hpp"
#include "platform.hpp"

namespace loom::system {

/// A pipe has no offset and io_uring ignores one; pread(2) and pwrite(2) give ESPIPE.
template <class At, class Plain>
std::int32_t at_offset(const Request& request, At&& at, Plain&& plain) noexcept {
  if (request.offset != current_offset) {
    const std::int32_t result = repeat(at);
    if (result != -ESPIPE) return result;
  }
  return repeat(plain);
}

/// preadv2(2) or pwritev2(2), whose offset -1 is the file's own.
template <class Call>
std::int32_t perform_vectors(const Request& request, Call&& call, const iovec* vectors,
                             int count) noexcept {
  const auto flags = static_cast<int>(request.call_flags);
  const auto offset = static_cast<off_t>(request.offset);
  return at_offset(
      request, [&] { return call(request.fd, vectors, count, offset, flags); },
      [&] { return call(request.fd, vectors, count, -1, flags); });
}

inline std::int32_t perform_readv(const Request& request) noexcept {
  return perform_vectors(request, ::preadv2, pointer_in<const iovec>(request.address),
                         static_cast<int>(request.length));
}

inline std::int32_t perform_writev(const Request& request) noexcept {
  return perform_vectors(request, ::pwritev2, pointer_in<const iovec>(request.address),
                         static_cast<int>(request.length));
}

inline std::int32_t perform_read(const Request& request) noexcept {
  void* buffer = pointer_in<void>(request.address);
  if (request.call_flags != 0) {
    const iovec vector{buffer, request.length};
    return perform_vectors(request, ::preadv2, &vector, 1);
  }
  const auto offset = static_cast<off_t>(request.offset);
  return at_offset(
      request, [&] { return ::pread(request.fd, buffer, request.length, offset); },
      [&] { return ::read(request.fd, buffer, request.length); });
}

inline std::int32_t perform_write(const Request& request) noexcept {
  void* bytes = pointer_in<void>(request.address);
  if (request.call_flags != 0) {
    const iovec vector{bytes, request.length};
    return perform_vectors(request, ::pwritev2, &vector, 1);
  }
  const auto offset = static_cast<off_t>(request.offset);
  return at_offset(
      request, [&] { return ::pwrite(request.fd, bytes, request.length, offset); },
      [&] { return ::write(request.fd, bytes, request.length); });
}

inline std::int32_t perform_fsync(const Request& request) noexcept {
  if (request.offset != 0 || request.length != 0) {
    // A part of the file: fsync(2) of all of it promises more.
    return repeat([&] { return ::fsync(request.fd); });
  }
#if defined(__APPLE__)
  // Its fsync(2) leaves the bytes in the disk's cache.
  if (request.call_flags == 0) return repeat([&] { return ::fcntl(request.fd, F_FULLFSYNC); });
#endif
  return repeat(
      [&] { return request.call_flags == 0 ? ::fsync(request.fd) : ::fdatasync(request.fd); });
}

inline std::int32_t perform_sync_file_range(const Request& request) noexcept {
  return repeat([&] {
    return ::sync_file_range(request.fd, static_cast<off_t>(request.offset),
                             static_cast<off_t>(request.length), request.call_flags);
  });
}

inline std::int32_t perform_fallocate(const Request& request) noexcept {
  return repeat([&] {
    return ::fallocate(request.fd, static_cast<int>(request.length),
                       static_cast<off_t>(request.offset), static_cast<off_t>(request.address));
  });
}

inline std::int32_t perform_ftruncate(const Request& request) noexcept {
  return repeat([&] { return ::ftruncate(request.fd, static_cast<off_t>(request.offset)); });
}

inline std::int32_t perform_fadvise(const Request& request) noexcept {
  // Gives an error number and leaves errno alone.
  return -::posix_fadvise(request.fd, static_cast<off_t>(request.offset),
                          static_cast<off_t>(request.length), static_cast<int>(request.call_flags));
}

inline std::int32_t perform_close(const Request& request) noexcept {
  if (request.file_index != 0) return -ENOSYS;
  return result_of(::close(request.fd));
}

inline std::int32_t perform_splice(const Request& request) noexcept {
  const auto in = static_cast<std::int32_t>(request.file_index);
  auto in_offset = static_cast<off_t>(request.address);
  auto out_offset = static_cast<off_t>(request.offset);
  return repeat([&] {
    return ::splice(in, request.address == current_offset ? nullptr : &in_offset, request.fd,
                    request.offset == current_offset ? nullptr : &out_offset,
                    bounded_size(request.length), request.call_flags);
  });
}

inline std::int32_t perform_tee(const Request& request) noexcept {
  const auto in = static_cast<std::int32_t>(request.file_index);
  return repeat(
      [&] { return ::tee(in, request.fd, bounded_size(request.length), request.call_flags); });
}

}  // namespace loom::system

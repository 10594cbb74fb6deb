// Requests about names: opening, creating, renaming, removing, asking. Paths are relative to the
// open folder `folder`, or to the working directory with AT_FDCWD (openat(2)). Every result is what
// the system call of the same name gives, or a negative errno.
//
// Paths and whatever else a pointer names must stay valid until the completion: a literal does, a
// std::string only as long as it lives.
#pragma once

#include <fcntl.h>
#if defined(__linux__)
#include <linux/openat2.h>
#endif
#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "platform.hpp"
#include "request.hpp"

namespace loom::system {

/// A request about `path`.
inline Request named(Opcode opcode, int folder, const char* path, std::uint32_t length,
                     std::uint64_t offset, std::uint32_t flags) noexcept {
  Request request;
  request.opcode = opcode;
  request.fd = folder;
  request.address = address_of(path);
  request.length = length;
  request.offset = offset;
  request.call_flags = flags;
  return request;
}

/// openat(2): completes with a plain descriptor, which is the caller's to close. `mode` are the
/// permission bits of a file that O_CREAT makes; add O_CLOEXEC unless it is to be inherited.
inline Request open_at(int folder, const char* path, int flags, mode_t mode = 0) noexcept {
  return named(Opcode::openat, folder, path, mode, 0, static_cast<std::uint32_t>(flags));
}

/// open_at() into entry `index` of the file table, or any_file_index.
inline Request open_at_direct(int folder, const char* path, int flags, mode_t mode,
                              std::uint32_t index) noexcept {
  Request request = open_at(folder, path, flags, mode);
  request.file_index = file_index_field(index);
  return request;
}

/// openat2(2); `how` must stay valid too.
inline Request open_at2(int folder, const char* path, const open_how* how) noexcept {
  return named(Opcode::openat2, folder, path, sizeof *how, address_of(how), 0);
}

/// open_at2() into entry `index` of the file table, or any_file_index.
inline Request open_at2_direct(int folder, const char* path, const open_how* how,
                               std::uint32_t index) noexcept {
  Request request = open_at2(folder, path, how);
  request.file_index = file_index_field(index);
  return request;
}

/// statx(2) of `path`, or of `folder` itself with an empty path and AT_EMPTY_PATH; `mask` is
/// STATX_*. Fills `status`.
inline Request statx(int folder, const char* path, int flags, unsigned mask,
                     struct statx* status) noexcept {
  return named(Opcode::statx, folder, path, mask, address_of(status),
               static_cast<std::uint32_t>(flags));
}

/// unlinkat(2); with AT_REMOVEDIR it removes an empty folder.
inline Request unlink_at(int folder, const char* path, int flags = 0) noexcept {
  return named(Opcode::unlinkat, folder, path, 0, 0, static_cast<std::uint32_t>(flags));
}

/// unlink_at() from the working directory.
inline Request unlink(const char* path, int flags = 0) noexcept {
  return unlink_at(AT_FDCWD, path, flags);
}

/// renameat2(2); `flags` are RENAME_*.
inline Request rename_at(int old_folder, const char* old_path, int new_folder, const char* new_path,
                         unsigned flags = 0) noexcept {
  return named(Opcode::renameat, old_folder, old_path, static_cast<std::uint32_t>(new_folder),
               address_of(new_path), flags);
}

/// rename_at() in the working directory.
inline Request rename(const char* old_path, const char* new_path) noexcept {
  return rename_at(AT_FDCWD, old_path, AT_FDCWD, new_path);
}

/// mkdirat(2).
inline Request mkdir_at(int folder, const char* path, mode_t mode) noexcept {
  return named(Opcode::mkdirat, folder, path, mode, 0, 0);
}

/// mkdir_at() in the working directory.
inline Request mkdir(const char* path, mode_t mode) noexcept {
  return mkdir_at(AT_FDCWD, path, mode);
}

/// symlinkat(2): `path` will lead to `target`.
inline Request symlink_at(const char* target, int folder, const char* path) noexcept {
  return named(Opcode::symlinkat, folder, target, 0, address_of(path), 0);
}

/// symlink_at() in the working directory.
inline Request symlink(const char* target, const char* path) noexcept {
  return symlink_at(target, AT_FDCWD, path);
}

/// linkat(2): a second name for a file; `flags` are AT_SYMLINK_FOLLOW, AT_EMPTY_PATH.
inline Request link_at(int old_folder, const char* old_path, int new_folder, const char* new_path,
                       int flags = 0) noexcept {
  return named(Opcode::linkat, old_folder, old_path, static_cast<std::uint32_t>(new_folder),
               address_of(new_path), static_cast<std::uint32_t>(flags));
}

/// link_at() in the working directory.
inline Request link(const char* old_path, const char* new_path, int flags = 0) noexcept {
  return link_at(AT_FDCWD, old_path, AT_FDCWD, new_path, flags);
}

/// getxattr(2): the attribute `name` of `path` into `value`. Completes with its bytes.
inline Request getxattr(const char* path, const char* name, std::span<std::byte> value) noexcept {
  Request request = named(Opcode::getxattr, 0, name, static_cast<std::uint32_t>(value.size()),
                          address_of(value.data()), 0);
  request.address3 = address_of(path);
  return request;
}

/// setxattr(2); `flags` are XATTR_CREATE, XATTR_REPLACE.
inline Request setxattr(const char* path, const char* name, std::span<const std::byte> value,
                        int flags = 0) noexcept {
  Request request = named(Opcode::setxattr, 0, name, static_cast<std::uint32_t>(value.size()),
                          address_of(value.data()), static_cast<std::uint32_t>(flags));
  request.address3 = address_of(path);
  return request;
}

/// fgetxattr(2): the attribute `name` of an open file into `value`. Completes with its bytes.
inline Request fgetxattr(int fd, const char* name, std::span<std::byte> value) noexcept {
  return named(Opcode::fgetxattr, fd, name, static_cast<std::uint32_t>(value.size()),
               address_of(value.data()), 0);
}

/// fsetxattr(2); `flags` are XATTR_CREATE, XATTR_REPLACE.
inline Request fsetxattr(int fd, const char* name, std::span<const std::byte> value,
                         int flags = 0) noexcept {
  return named(Opcode::fsetxattr, fd, name, static_cast<std::uint32_t>(value.size()),
               address_of(value.data()), static_cast<std::uint32_t>(flags));
}

}  // namespace loom::system

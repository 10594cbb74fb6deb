// Named pipes in the place of unix sockets: what socket(2) gives for AF_UNIX is a descriptor of a
// name, to listen at or to connect to; connections are handles like any other. A path is made into
// a name of a pipe: `/run/app.sock` and `@run_app.sock` are both \\.\pipe\run_app.sock.
//
// AF_UNIX of Winsock, which Windows 10 has since 1803, is not used: nobody could run it here.
#pragma once

#if defined(_WIN32)

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "winsock.hpp"

/// A unix address, unix(7).
struct sockaddr_un {
  unsigned short sun_family;
  char sun_path[108];
};

namespace loom::system::windows {

/// Names at one time: of listeners, and of clients whose attempt has begun.
inline constexpr int maximum_pipe_names = 1024;
/// The numbers of descriptors of names: neither a socket's nor a handle's, and no small ones.
inline constexpr int first_pipe_name = 1 << 28;
/// What every name begins with.
inline constexpr char pipe_prefix[] = R"(\\.\pipe\)";
/// The longest name: a path, and what it begins with.
inline constexpr std::size_t pipe_name_characters =
    sizeof pipe_prefix + sizeof(sockaddr_un::sun_path);
/// Bytes that a pipe holds, each way.
inline constexpr DWORD pipe_buffer_bytes = 65536;

/// What a descriptor of a name stands for.
struct PipeName {
  /// Taken by open_pipe_name()'s exchange and given back by close_pipe_name()'s, both full fences:
  /// what the one before wrote here is done. <atomic> would include <signal.h>, which is ours.
  volatile LONG is_taken = 0;
  char text[pipe_name_characters] = {};
  HANDLE first = INVALID_HANDLE_VALUE;  ///< of a listener: an instance that nobody waits for yet
  bool listens = false;
};
inline PipeName pipe_names[maximum_pipe_names];

/// Whether a descriptor is that of a name.
constexpr bool is_pipe_name(int fd) noexcept {
  return fd >= first_pipe_name && fd < first_pipe_name + maximum_pipe_names;
}
/// What it stands for.
inline PipeName& pipe_name_of(int fd) noexcept { return pipe_names[fd - first_pipe_name]; }

/// A descriptor without a name; -1 with EMFILE when there are too many.
inline int open_pipe_name() noexcept {
  for (int place = 0; place < maximum_pipe_names; ++place) {
    PipeName& name = pipe_names[place];
    if (InterlockedExchange(&name.is_taken, 1) != 0) continue;
    name.text[0] = '\0';
    name.listens = false;
    return first_pipe_name + place;
  }
  return errno = EMFILE, -1;
}

/// Gives the descriptor back. @returns 0
inline int close_pipe_name(int fd) noexcept {
  PipeName& name = pipe_name_of(fd);
  const HANDLE first = std::exchange(name.first, INVALID_HANDLE_VALUE);
  if (first != INVALID_HANDLE_VALUE) CloseHandle(first);
  InterlockedExchange(&name.is_taken, 0);
  return 0;
}

/// Makes a unix address of `bytes` bytes into the name of a pipe, which may have no separators.
inline void set_pipe_name(PipeName& name, const sockaddr* address, std::size_t bytes) noexcept {
  const auto& path = reinterpret_cast<const sockaddr_un*>(address)->sun_path;
  const std::size_t before = offsetof(sockaddr_un, sun_path);
  const std::size_t limit = bytes > before ? bytes - before : 0;
  std::size_t length = sizeof pipe_prefix - 1;
  std::memcpy(name.text, pipe_prefix, length);
  // An abstract name begins with a NUL, an absolute path with a separator: neither is part of it.
  const auto separates = [](char each) { return each == '/' || each == '\\' || each == ':'; };
  std::size_t n = limit != 0 && (path[0] == '\0' || separates(path[0])) ? 1 : 0;
  for (; n < limit && n < sizeof path && path[n] != '\0'; ++n) {
    name.text[length] = separates(path[n]) ? '_' : path[n];
    length += 1;
  }
  name.text[length] = '\0';
}

/// One more instance of a listener's pipe, for a client that connects; `is_first`: nobody else has
/// one. @returns INVALID_HANDLE_VALUE with errno when there is none.
inline HANDLE make_instance(const PipeName& name, bool is_first) noexcept {
  const DWORD open = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED |
                     (is_first ? DWORD{FILE_FLAG_FIRST_PIPE_INSTANCE} : DWORD{0});
  constexpr DWORD mode = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_REJECT_REMOTE_CLIENTS;
  const HANDLE pipe = CreateNamedPipeA(name.text, open, mode, PIPE_UNLIMITED_INSTANCES,
                                       pipe_buffer_bytes, pipe_buffer_bytes, 0, nullptr);
  if (pipe == INVALID_HANDLE_VALUE) failed_call();
  return pipe;
}

/// Takes the instance that the name has ready, or makes one more. @returns as make_instance() does.
inline HANDLE next_instance(int fd) noexcept {
  PipeName& name = pipe_name_of(fd);
  const HANDLE first = std::exchange(name.first, INVALID_HANDLE_VALUE);
  return first != INVALID_HANDLE_VALUE ? first : make_instance(name, false);
}

/// bind(2): the name is ours from here on. @returns 0, or -1 with errno; EADDRINUSE: somebody has
/// it. wine does not keep FILE_FLAG_FIRST_PIPE_INSTANCE, so it is looked for before.
inline int bind_pipe_name(int fd, const sockaddr* address, std::size_t bytes) noexcept {
  PipeName& name = pipe_name_of(fd);
  set_pipe_name(name, address, bytes);
  constexpr DWORD shortest = 1;  // milliseconds
  if (WaitNamedPipeA(name.text, shortest) != 0 || GetLastError() != ERROR_FILE_NOT_FOUND) {
    return errno = EADDRINUSE, -1;
  }
  name.first = make_instance(name, true);
  if (name.first == INVALID_HANDLE_VALUE) {
    if (errno == EACCES) errno = EADDRINUSE;
    return -1;
  }
  name.listens = true;
  return 0;
}

/// Opens the pipe of a unix address. @returns INVALID_HANDLE_VALUE with errno when there is none
/// (ENOENT), or when no instance waits (EAGAIN).
inline HANDLE connect_pipe_name(int fd, const sockaddr* address, std::size_t bytes) noexcept {
  PipeName& name = pipe_name_of(fd);
  set_pipe_name(name, address, bytes);
  // Without these a server could act in our name.
  constexpr DWORD flags = FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION;
  const HANDLE pipe = CreateFileA(name.text, GENERIC_READ | GENERIC_WRITE, 0, nullptr,
                                  OPEN_EXISTING, flags, nullptr);
  if (pipe == INVALID_HANDLE_VALUE) failed_call();
  return pipe;
}

}  // namespace loom::system::windows

#endif

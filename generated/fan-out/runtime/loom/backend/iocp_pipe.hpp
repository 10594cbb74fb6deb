// Named pipes on the IOCP backend, in the place of unix sockets: what a listener accepts is an
// instance of its pipe (ConnectNamedPipe), what a client opens is a file. A receive is two steps as
// a socket's is; ReadFile of no bytes completes when there is something. A pipe ends as a whole:
// to end what is sent closes it, and what the peer has not read yet stays there for it.
#pragma once

#if defined(_WIN32)

#include <cstdio>

#include "iocp.hpp"

namespace loom {

/// A pipe that its peer closed is at its end. @returns 0 or an errno
constexpr int error_at_pipe_end(int error) noexcept { return error == EPIPE ? 0 : error; }

/// Says which pipe a unix server's path is.
inline void tell_of_listener(ReactorCore& core, int fd) noexcept {
  if (!system::windows::is_pipe_name(fd)) return;
  const auto& name = system::windows::pipe_name_of(fd);
  if (!name.listens) return;
  char line[system::windows::pipe_name_characters + 80];
  std::snprintf(line, sizeof line, "loom: a unix server listens on the named pipe %s", name.text);
  core.log(line);
}

/// What became of a flight of a pipe, or of one of its listener's instances. @returns 0 or an errno
inline int error_of_pipe(const IocpEntry& entry, IocpFlight& flight, DWORD& bytes) noexcept {
  const int fd =
      flight.act == IocpAct::accept ? static_cast<const IocpArrival&>(flight).fd : entry.fd;
  const HANDLE pipe = system::windows::handle_of(fd);
  if (GetOverlappedResult(pipe, &flight.overlapped, &bytes, FALSE) != 0) return 0;
  return system::windows::errno_of(GetLastError());
}

/// Lets one more instance wait for a client. @returns 0 or an errno
template <class Shape>
int Iocp<Shape>::begin_pipe_accept(std::int32_t handle) noexcept {
  IocpEntry& entry = entries_[handle];
  core_->stats().add(Stat::kernel_entries);
  const HANDLE pipe = system::windows::next_instance(entry.fd);
  if (pipe == INVALID_HANDLE_VALUE) return errno;
  const int fd = system::windows::object_descriptor(pipe);
  const int error = fd < 0 ? EMFILE : bind_to_port(pipe);
  if (error != 0) {
    CloseHandle(pipe);
    return error;
  }
  IocpArrival& record = *std::exchange(free_arrivals_, free_arrivals_->next);
  record.fd = fd;
  entry.arrivals += 1;
  begin_flight(record, handle, IocpAct::accept);
  int result = 0;
  if (!has_begun(record, ConnectNamedPipe(pipe, &record.overlapped) != 0, result)) {
    // EPIPE: a client that came and went.
    end_accept(record, result == EPIPE ? ECONNABORTED : result);
  }
  return 0;
}

/// A name has no handle that all of its instances could be cancelled by.
template <class Shape>
void Iocp<Shape>::cancel_pipe_accepts(std::int32_t handle) noexcept {
  for (IocpArrival& record : arrivals_) {
    if (!record.in_flight || record.handle != handle) continue;
    CancelIoEx(system::windows::handle_of(record.fd), &record.overlapped);
  }
}

/// Is over at once: there is a pipe with an instance that waits, or there is none.
template <class Shape>
void Iocp<Shape>::connect_pipe(Operation& operation) noexcept {
  IocpEntry& entry = entries_[operation.handle];
  if (!system::windows::is_pipe_name(entry.fd)) return complete(operation, -EISCONN);
  core_->stats().add(Stat::kernel_entries);
  const HANDLE pipe = system::windows::connect_pipe_name(
      entry.fd, static_cast<const sockaddr*>(operation.pointer), operation.size);
  if (!std::exchange(told_of_pipes_, true)) {
    char line[system::windows::pipe_name_characters + 80];
    std::snprintf(line, sizeof line, "loom: unix sockets are named pipes here: %s",
                  system::windows::pipe_name_of(entry.fd).text);
    core_->log(line);
  }
  if (pipe == INVALID_HANDLE_VALUE) {
    return complete(operation, -system::windows::errno_of(GetLastError()));
  }
  const int fd = system::windows::object_descriptor(pipe);
  const int error = fd < 0 ? EMFILE : bind_to_port(pipe);
  if (error != 0) {
    CloseHandle(pipe);
    return complete(operation, -error);
  }
  ::close(std::exchange(entry.fd, fd));
  complete(operation, 0);
}

/// Everything was sent: the pipe closes, and for us it is at its end.
template <class Shape>
void Iocp<Shape>::finish_pipe(Operation& operation) noexcept {
  IocpEntry& entry = entries_[operation.handle];
  entry.is_shut = true;
  if (entry.fd >= 0) close_socket(entry);
  if (entry.receive != nullptr) complete(*std::exchange(entry.receive, nullptr), 0);
  complete(operation, 0);
}

/// As FreeBuffers::receive(), of a pipe: what it has is asked for, and then read, which waits for
/// nothing. False when there is nothing.
template <class Shape>
bool Iocp<Shape>::receive_from_pipe(IocpEntry& entry, const Operation& operation,
                                    Completion& completion) noexcept {
  auto& group = groups_[operation.group];
  const HANDLE pipe = system::windows::handle_of(entry.fd);
  DWORD available = 0;
  if (PeekNamedPipe(pipe, nullptr, 0, nullptr, &available, nullptr) == 0) {
    completion.result = -error_at_pipe_end(system::windows::errno_of(GetLastError()));
    return true;
  }
  if (available == 0) return false;
  if (group.free_count() == 0) {
    completion.result = -ENOBUFS;
    return true;
  }
  const std::uint16_t id = group.last(0);
  core_->stats().add(Stat::kernel_entries);
  OVERLAPPED now{};
  const DWORD wanted = available < group.bytes() ? available : group.bytes();
  const BOOL done = ReadFile(pipe, group.data(id), wanted, nullptr, &now);
  LOOM_ASSERT(done != 0 || GetLastError() != ERROR_IO_PENDING, "nobody else reads from it");
  if (done == 0) {
    completion.result = -error_at_pipe_end(system::windows::errno_of(GetLastError()));
    return true;
  }
  group.take(1);
  completion.result = static_cast<std::int32_t>(now.InternalHigh);
  completion.has_buffer = true;
  completion.buffer = id;
  completion.more = true;
  return true;
}

}  // namespace loom

#endif

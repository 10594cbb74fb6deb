// How the IOCP backend begins: the port and the calls that Winsock has to be asked for; a socket
// that is bound to the port; an operation that is given to the kernel, and one that is taken back.
#pragma once

#if defined(_WIN32)

#include "iocp.hpp"

namespace loom {

/// Asks Winsock for the functions that it exports by no name.
template <class Shape>
StartError Iocp<Shape>::find_calls() noexcept {
  const int fd = system::open_socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) return unavailable(errno, "cannot make a socket");
  const SOCKET socket = system::windows::socket_of(fd);
  const auto find = [&](GUID guid, auto& function) {
    DWORD bytes = 0;
    return WSAIoctl(socket, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof guid, &function,
                    sizeof function, &bytes, nullptr, nullptr) == 0;
  };
  const bool found = find(WSAID_ACCEPTEX, accept_ex_) && find(WSAID_CONNECTEX, connect_ex_) &&
                     find(WSAID_WSARECVMSG, receive_message_);
  if (!found) system::windows::failed_socket();
  const int error = errno;
  ::close(fd);
  if (!found) return unavailable(error, "cannot find AcceptEx, ConnectEx and WSARecvMsg");
  return {};
}

template <class Shape>
StartError Iocp<Shape>::open(ReactorCore& core, int wake_fd) noexcept {
  core_ = &core;
  port_ = system::windows::handle_of(wake_fd);
  for (std::uint32_t index = 0; index < Shape::handles; ++index) {
    free_[index] = static_cast<std::int32_t>(Shape::handles - 1 - index);
  }
  free_count_ = Shape::handles;
  for (IocpArrival& record : arrivals_) {
    record.next = free_arrivals_;
    free_arrivals_ = &record;
  }
  pool_.open(core, finished_);
  open_ = true;
  return find_calls();
}

/// @returns 0 or an errno
template <class Shape>
int Iocp<Shape>::bind_to_port(HANDLE handle) noexcept {
  core_->stats().add(Stat::kernel_entries, 2);
  // Without the mode a call that is over at once would be told of twice.
  constexpr UCHAR modes = FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE;
  if (CreateIoCompletionPort(handle, port_, 0, 0) != nullptr &&
      SetFileCompletionNotificationModes(handle, modes) != 0) {
    return 0;
  }
  system::windows::failed_call();
  return errno;
}

template <class Shape>
std::int32_t Iocp<Shape>::adopt(int fd, FdTraits traits) noexcept {
  int error = 0;
  if (fd < 0) return -EBADF;
  if (free_count_ == 0) error = ENFILE;
  const bool is_pipe = !system::windows::is_socket(fd);
  if (error == 0 && !is_pipe) error = bind_to_port(system::windows::handle_of(fd));
  if (error != 0) {
    ::close(fd);
    return -error;
  }
  free_count_ -= 1;
  const std::int32_t place = free_[free_count_];
  LOOM_ASSERT(entries_[place].flights == 0, "a handle is given again when the kernel is done");
  entries_[place] = IocpEntry{};
  entries_[place].fd = fd;
  entries_[place].datagrams = traits.datagrams;
  entries_[place].is_pipe = is_pipe;
  if (is_pipe) tell_of_listener(*core_, fd);
  if (traits.datagrams) keep_quiet_of_others(fd);
  return place;
}

template <class Shape>
void Iocp<Shape>::begin_flight(IocpFlight& flight, std::int32_t handle, IocpAct act) noexcept {
  LOOM_ASSERT(!flight.in_flight, "an OVERLAPPED is used for one thing at a time");
  flight.overlapped = {};
  flight.handle = handle;
  flight.act = act;
  flight.in_flight = true;
  entries_[handle].flights += 1;
  flights_ += 1;
  core_->stats().add(Stat::kernel_entries);
}

template <class Shape>
bool Iocp<Shape>::has_begun(IocpFlight& flight, bool succeeded, int& error) noexcept {
  const auto reason = static_cast<DWORD>(succeeded ? 0 : WSAGetLastError());
  if (!succeeded && reason == WSA_IO_PENDING) return true;
  error = system::windows::errno_of(reason);
  end_flight(flight);
  return false;
}

template <class Shape>
void Iocp<Shape>::end_flight(IocpFlight& flight) noexcept {
  LOOM_ASSERT(flight.in_flight && flights_ != 0, "what comes back was under way");
  flight.in_flight = false;
  entries_[flight.handle].flights -= 1;
  flights_ -= 1;
}

/// Asks to be told when there is something to receive, the end and errors included.
template <class Shape>
void Iocp<Shape>::await_bytes(std::int32_t handle) noexcept {
  IocpEntry& entry = entries_[handle];
  if (entry.reading.in_flight) return;
  begin_flight(entry.reading, handle, IocpAct::read);
  WSABUF nothing{0, nullptr};
  DWORD flags = 0;
  DWORD bytes = 0;
  int error = 0;
  OVERLAPPED* overlapped = &entry.reading.overlapped;
  const bool succeeded = entry.is_pipe ? ReadFile(system::windows::handle_of(entry.fd), &nothing, 0,
                                                  nullptr, overlapped) != 0
                                       : WSARecv(system::windows::socket_of(entry.fd), &nothing, 1,
                                                 &bytes, &flags, overlapped, nullptr) == 0;
  if (!has_begun(entry.reading, succeeded, error)) note_readable(handle, error);
}

template <class Shape>
void Iocp<Shape>::begin_send(Operation& operation) noexcept {
  IocpEntry& entry = entries_[operation.handle];
  if (operation.transfer != Transfer::bytes) return complete(operation, -EOPNOTSUPP);
  LOOM_ASSERT(entry.write == nullptr, "a socket sends one run at a time");
  entry.write = &operation;
  begin_flight(entry.writing, operation.handle, IocpAct::write);
  WSABUF part{operation.size, static_cast<char*>(const_cast<void*>(operation.pointer))};
  int error = 0;
  OVERLAPPED* overlapped = &entry.writing.overlapped;
  const bool succeeded = entry.is_pipe ? WriteFile(system::windows::handle_of(entry.fd), part.buf,
                                                   part.len, nullptr, overlapped) != 0
                                       : WSASend(system::windows::socket_of(entry.fd), &part, 1,
                                                 nullptr, 0, overlapped, nullptr) == 0;
  if (has_begun(entry.writing, succeeded, error)) return;
  end_write(operation.handle, IocpAct::write, error, static_cast<DWORD>(overlapped->InternalHigh));
}

/// ConnectEx wants a socket that is bound. An address of no family resets a connection, as
/// connect(2) does: by what closing it does then.
template <class Shape>
void Iocp<Shape>::begin_connect(Operation& operation) noexcept {
  IocpEntry& entry = entries_[operation.handle];
  if (entry.is_pipe) return connect_pipe(operation);
  const SOCKET socket = system::windows::socket_of(entry.fd);
  const auto* address = static_cast<const sockaddr*>(operation.pointer);
  if (address->sa_family == AF_UNSPEC) {
    constexpr linger at_once{1, 0};
    return complete(
        operation,
        setsockopt(entry.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0 ? 0 : -errno);
  }
  sockaddr_storage any{};
  any.ss_family = address->sa_family;
  const auto size = static_cast<socklen_t>(operation.size);
  if (::bind(entry.fd, reinterpret_cast<const sockaddr*>(&any), size) != 0) {
    return complete(operation, -errno);
  }
  entry.write = &operation;
  begin_flight(entry.writing, operation.handle, IocpAct::connect);
  int error = 0;
  const BOOL result =
      connect_ex_(socket, address, size, nullptr, 0, nullptr, &entry.writing.overlapped);
  if (has_begun(entry.writing, result != 0, error)) return;
  end_write(operation.handle, IocpAct::connect, error, 0);
}

/// The kernel has nothing of a receive that is not over: it ends here. A send and a connect end
/// when the kernel gives them back.
template <class Shape>
void Iocp<Shape>::cancel_all(Operation& operation) noexcept {
  IocpEntry& entry = entries_[operation.handle];
  if (entry.accept != nullptr) complete(*std::exchange(entry.accept, nullptr), -ECANCELED);
  if (entry.receive != nullptr) complete(*std::exchange(entry.receive, nullptr), -ECANCELED);
  if (entry.writing.in_flight) {
    core_->stats().add(Stat::kernel_entries);
    CancelIoEx(system::windows::handle_of(entry.fd), &entry.writing.overlapped);
  }
  complete(operation, 0);
}

template <class Shape>
void Iocp<Shape>::begin_close(Operation& operation) noexcept {
  IocpEntry& entry = entries_[operation.handle];
  if (entry.fd >= 0) close_socket(entry);
  if (entry.flights == 0) return complete(operation, 0);
  entry.closing = &operation;
}

/// Closes the socket; what the kernel has of it comes back.
template <class Shape>
void Iocp<Shape>::close_socket(IocpEntry& entry) noexcept {
  core_->stats().add(Stat::kernel_entries);
  if (system::windows::is_pipe_name(entry.fd)) {
    cancel_pipe_accepts(static_cast<std::int32_t>(&entry - entries_));
  } else if (entry.flights != 0) {
    CancelIoEx(system::windows::handle_of(entry.fd), nullptr);
  }
  ::close(std::exchange(entry.fd, -1));
  drop_arrivals(entry);
}

template <class Shape>
void Iocp<Shape>::submit(Operation& operation) noexcept {
  core_->stats().add(Stat::submissions);
  switch (operation.kind) {
    case OperationKind::request: {
      RequestOperation& request = RequestOperation::of(operation);
      if (system::is_carried_out(request.request)) return pool_.submit(request);
      unsupported_.note(*core_, name, request.request.opcode);
      return complete(operation, -ENOSYS);
    }
    case OperationKind::cancel_request: operation.in_flight = false; return;
    case OperationKind::accept:
      if (operation.traits.hands_over && entries_[operation.handle].is_pipe) {
        return complete(operation, -EOPNOTSUPP);  // it stays at the port of who accepts it
      }
      entries_[operation.handle].accept = &operation;
      if (entries_[operation.handle].first != nullptr) list(operation.handle);
      return begin_accepts(operation.handle);
    case OperationKind::receive: {
      IocpEntry& entry = entries_[operation.handle];
      if (entry.fd < 0) return complete(operation, 0);
      entry.receive = &operation;
      if (entry.readable) return list(operation.handle);
      return await_bytes(operation.handle);
    }
    case OperationKind::send: return begin_send(operation);
    case OperationKind::connect: return begin_connect(operation);
    case OperationKind::shutdown_sending:
      if (entries_[operation.handle].is_pipe) return finish_pipe(operation);
      entries_[operation.handle].is_shut = true;
      core_->stats().add(Stat::kernel_entries);
      return complete(operation,
                      ::shutdown(entries_[operation.handle].fd, SHUT_WR) == 0 ? 0 : -errno);
    case OperationKind::close: return begin_close(operation);
    case OperationKind::cancel_receive: {
      Operation*& receive = entries_[operation.handle].receive;
      if (receive != nullptr) complete(*std::exchange(receive, nullptr), -ECANCELED);
      return complete(operation, 0);
    }
    case OperationKind::cancel_all: return cancel_all(operation);
    case OperationKind::receive_datagrams:
      entries_[operation.handle].receive = &operation;
      entries_[operation.handle].group = operation.group;
      return begin_datagrams(operation.handle);
    case OperationKind::send_datagrams: return begin_send_datagrams(operation);
    case OperationKind::poll: return complete(operation, -EOPNOTSUPP);
  }
}

}  // namespace loom

#endif

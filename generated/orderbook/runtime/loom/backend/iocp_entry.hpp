// What the IOCP backend knows of one socket, and what the kernel has of it: an OVERLAPPED for each
// thing under way, which stays where it is until it comes back.
#pragma once

#if defined(_WIN32)

#include <cstddef>
#include <cstdint>

#include "../operation.hpp"
#include "../system/platform.hpp"

namespace loom {

/// What the kernel is asked for with one OVERLAPPED.
enum class IocpAct : std::uint8_t { read, write, connect, accept };

/// One OVERLAPPED and what it stands for. It stays where it is while the kernel has it.
struct IocpFlight {
  OVERLAPPED overlapped{};
  std::int32_t handle = -1;
  IocpAct act = IocpAct::read;
  bool in_flight = false;
};
static_assert(offsetof(IocpFlight, overlapped) == 0, "a completion names its OVERLAPPED");

/// An AcceptEx: the socket that the connection gets, and what became of it.
struct IocpAccept : IocpFlight {
  /// AcceptEx wants 16 bytes more than an address for each of the two, and gives them back packed.
  static constexpr DWORD address_bytes = sizeof(sockaddr_storage) + 16;

  IocpAccept* next = nullptr;  ///< free, or over and not yet handed out
  int fd = -1;
  int error = 0;  ///< an errno, when it is over
  std::byte addresses[2 * address_bytes];
};

/// What is known of one socket, and the operations that wait for it.
struct IocpEntry {
  int fd = -1;
  int family = AF_UNSPEC;     ///< of a listener that accepts
  std::uint32_t flights = 0;  ///< OVERLAPPEDs that the kernel has
  std::uint32_t accepts = 0;  ///< of them, or over: AcceptEx of this listener
  int read_error = 0;         ///< an errno that the wait for bytes took from the socket
  bool readable = false;      ///< a recv() is worth trying
  bool is_shut = false;       ///< for sending
  bool listed = false;        ///< in the ready ring
  bool forgotten = false;     ///< to be given back once it is off the ring and the kernel is done
  Operation* accept = nullptr;
  Operation* receive = nullptr;
  Operation* write = nullptr;    ///< the send or the connect that the kernel has
  Operation* closing = nullptr;  ///< a close that waits for the last flight
  IocpAccept* over_first = nullptr;
  IocpAccept* over_last = nullptr;
  IocpFlight reading;
  IocpFlight writing;
};

}  // namespace loom

#endif

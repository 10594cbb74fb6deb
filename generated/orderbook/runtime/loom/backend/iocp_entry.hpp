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
enum class IocpAct : std::uint8_t { read, write, connect, accept, datagram_in, datagram_out };

/// One OVERLAPPED and what it stands for. It stays where it is while the kernel has it.
struct IocpFlight {
  OVERLAPPED overlapped{};
  std::int32_t handle = -1;
  IocpAct act = IocpAct::read;
  bool in_flight = false;
};
static_assert(offsetof(IocpFlight, overlapped) == 0, "a completion names its OVERLAPPED");

/// An AcceptEx, with the socket that the connection gets, or a WSARecvMsg, with the buffer that the
/// datagram gets; and what became of it.
struct IocpArrival : IocpFlight {
  /// AcceptEx wants 16 bytes more than an address for each of the two, and gives them back packed.
  static constexpr DWORD address_bytes = sizeof(sockaddr_storage) + 16;

  /// A message and where its bytes go: into the buffer, and what is longer to nobody.
  struct Message {
    WSAMSG header;
    WSABUF parts[2];
  };

  IocpArrival* next = nullptr;  ///< free, or the next one of its socket
  int fd = -1;                  ///< of an accept: the connection's; of a pipe: an instance of it
  int error = 0;                ///< an errno, when it is over
  bool is_over = false;
  std::uint16_t buffer = 0;  ///< of a datagram: its buffer
  DWORD bytes = 0;           ///< of a datagram: as long as it was sent
  union {
    std::byte addresses[2 * address_bytes];
    Message message;
  };

  IocpArrival() noexcept : addresses{} {}
};

/// What is known of one socket, and the operations that wait for it.
struct IocpEntry {
  int fd = -1;
  int family = AF_UNSPEC;      ///< of a listener that accepts
  std::uint32_t flights = 0;   ///< OVERLAPPEDs that the kernel has
  std::uint32_t arrivals = 0;  ///< of them, or over and not yet handed out: its IocpArrivals
  std::uint16_t group = 0;     ///< of datagrams: where their buffers are from
  std::uint32_t sent = 0;      ///< datagrams of the batch that is being sent
  int read_error = 0;          ///< an errno that the wait for bytes took from the socket
  bool readable = false;       ///< a recv() is worth trying
  bool is_shut = false;        ///< for sending
  bool datagrams = false;      ///< it is a socket of datagrams
  bool is_pipe = false;        ///< a named pipe, or the name of one
  bool listed = false;         ///< in the ready ring
  bool forgotten = false;      ///< to be given back once it is off the ring and the kernel is done
  Operation* accept = nullptr;
  Operation* receive = nullptr;
  Operation* write = nullptr;    ///< the send or the connect that the kernel has
  Operation* closing = nullptr;  ///< a close that waits for the last flight
  /// Accepts: those that are over. Datagrams: all, in the order in which they were asked for, which
  /// is that in which the kernel fills them.
  IocpArrival* first = nullptr;
  IocpArrival* last = nullptr;
  IocpFlight reading;
  IocpFlight writing;

  /// Appends to the list.
  void append(IocpArrival& arrival) noexcept {
    arrival.next = nullptr;
    (last == nullptr ? first : last->next) = &arrival;
    last = &arrival;
  }
  /// Takes the first one of the list, which is not empty.
  IocpArrival& take_first() noexcept {
    IocpArrival& arrival = *first;
    first = arrival.next;
    if (first == nullptr) last = nullptr;
    return arrival;
  }
};

}  // namespace loom

#endif

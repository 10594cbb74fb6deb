// One asynchronous act in an intrusive record that its slot owns, and the one result it has.
// A record is statically allocated, carries everything needed to prepare it again, and can
// wait in a FIFO when a submission queue is full, so that starting an operation never fails.
#pragma once

#include <cstddef>
#include <cstdint>

#include "assert.hpp"
#include "shapes.hpp"
#include "tag.hpp"

namespace loom {

/// Operation numbers that mean the same in every reactor; those of its fds begin at `first_own`.
namespace common_operation {
inline constexpr std::uint16_t none = 0;           ///< a completion that nobody waits for
inline constexpr std::uint16_t wake = 1;           ///< the backend's own wait for mail
inline constexpr std::uint16_t fiber = 2;          ///< what a fiber waits for; slot: the fiber
inline constexpr std::uint16_t fiber_timeout = 3;  ///< the time limit of that wait
inline constexpr std::uint16_t request = 4;        ///< a system request of a callback handler
inline constexpr std::uint16_t fiber_scope = 5;    ///< the deadline of a scope; slot: who opened it
inline constexpr std::uint16_t readiness = 5;      ///< io_uring: a direct socket can be read
inline constexpr std::uint16_t message = 6;        ///< io_uring: a wake-up of another ring failed
inline constexpr std::uint16_t js_request = 7;     ///< what JavaScript asked; slot: its number
inline constexpr std::uint16_t first_own = 8;
}  // namespace common_operation

/// What a backend can be asked to do.
enum class OperationKind : std::uint8_t {
  accept,             ///< accept4(2); `multishot` keeps accepting
  receive,            ///< recv(2) into a buffer of `group`; a stream ended by one final
  send,               ///< send(2) of `size` bytes at `pointer`
  connect,            ///< connect(2); `pointer` is a sockaddr of `size` bytes
  shutdown_sending,   ///< shutdown(2) with SHUT_WR
  close,              ///< close(2)
  receive_datagrams,  ///< recvmsg(2), each into a buffer of `group`; `pointer`: DatagramReceive
  send_datagrams,     ///< sendmsg(2) of a batch; `pointer`: DatagramSend, which says how it ends
  cancel_receive,     ///< ends the receive in flight on `handle`: the record at `pointer`
  cancel_all,         ///< ends everything in flight on `handle`
  poll,               ///< io_uring: readiness to read, once; for direct sockets
  request,            ///< a RequestOperation: what its Request says
  cancel_request,     ///< ends the request with this tag; completes by that one's completion alone
};

/// How the kernel is asked to move bytes of a receive or a send.
enum class Transfer : std::uint8_t {
  bytes,  ///< recv(2) and send(2) of a stream: a short receive says that nothing is left
  /// recvmsg(2) and sendmsg(2) of a msghdr at `pointer`, for descriptors beside the bytes.
  messages,
  packets,  ///< recv(2) with MSG_TRUNC and sendmsg(2): each moves one packet
  file,     ///< read(2) and write(2): of pipes, terminals and files
  record,   ///< read(2) of at most `size` bytes to `pointer`: no buffer, one completion
  signals,  ///< kqueue: as record, of what system/signal_descriptor.hpp made
};

/// An operation record. `handle` is what the backend's adopt() or an accept gave.
struct Operation {
  Operation* next = nullptr;  ///< link of whichever queue holds the record
  /// Bytes or address the kernel reads, or the msghdr of a sendmsg(2); owned by the slot.
  const void* pointer = nullptr;
  Tag tag;                 ///< comes back in the completion
  std::uint32_t size = 0;  ///< bytes at `pointer`
  std::int32_t handle = -1;
  std::int32_t result = 0;  ///< epoll: the result of an act that completed inline
  std::uint16_t group = 0;  ///< receive: the buffer group
  OperationKind kind = OperationKind::receive;
  Transfer transfer = Transfer::bytes;  ///< of a receive or a send
  FdTraits traits{};                    ///< accept: of the connections
  bool multishot = false;
  bool bundle = false;     ///< receive: may fill several buffers; see Completion::buffer
  bool in_flight = false;  ///< between submit() and the final completion
};

/// An operation's result. `result` is a count, a handle, or a negative errno.
struct Completion {
  Tag tag;
  std::int32_t result = 0;
  /// More completions of the same operation follow; false on the final one.
  bool more = false;
  /// A receive buffer comes with it and must be released.
  bool has_buffer = false;
  /// The buffer, or the first of several: `result` bytes fill it and those behind it, which
  /// next_buffer() of the backend gives.
  std::uint16_t buffer = 0;
};

/// A FIFO of records through their `next` links. Its bound is the number of records that exist.
class OperationQueue {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  /// Records that wait.
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

  /// Appends a record that is in no queue.
  void push(Operation& operation) noexcept {
    LOOM_ASSERT(operation.next == nullptr, "an operation waits in one queue at a time");
    if (last_ == nullptr) {
      first_ = &operation;
    } else {
      last_->next = &operation;
    }
    last_ = &operation;
    size_ += 1;
  }

  /// The oldest record, still queued; nullptr when empty.
  [[nodiscard]] Operation* front() const noexcept { return first_; }

  /// Takes the oldest record, or nullptr when empty.
  Operation* pop() noexcept {
    Operation* operation = first_;
    if (operation == nullptr) return nullptr;
    first_ = operation->next;
    if (first_ == nullptr) last_ = nullptr;
    operation->next = nullptr;
    size_ -= 1;
    return operation;
  }

  /// Takes at most `maximum` of the records that wait now, oldest first, and hands what each came
  /// to to `sink`; what that appends waits for the next call. Returns how many.
  template <class Sink>
  std::uint32_t complete(std::uint32_t maximum, Sink&& sink) noexcept {
    std::uint32_t count = 0;
    const std::uint32_t waiting = size_;
    while (count < waiting && count < maximum) {
      const Operation& operation = *pop();
      count += 1;
      sink(Completion{.tag = operation.tag, .result = operation.result});
    }
    return count;
  }

 private:
  Operation* first_ = nullptr;
  Operation* last_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace loom

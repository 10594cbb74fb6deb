// liburing without any flag: the ring as a first program sets it up. An accept, then for each
// connection a receive into its own buffer and, in an echo, a send of what came, each an operation
// of its own. What multishot operations, provided buffers and deferred work gain is the distance
// from here.
#include <liburing.h>
#include <poll.h>

#include <memory>

#include "contract.hpp"

namespace {

constexpr unsigned ring_entries = 4096;

enum class Operation : std::uint8_t { accept, receive, send, termination };

struct Connection {
  peer::Messages messages;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::array<std::uint8_t, peer::buffer_bytes> buffer;
};

class Server {
 public:
  Server(const peer::Order& order, int listener, int termination)
      : echo_{order.echo}, listener_{listener} {
    const int result = io_uring_queue_init(ring_entries, &ring_, 0);
    if (result < 0) peer::fail("io_uring_queue_init", -result);
    accept();
    io_uring_sqe* sqe = next();
    io_uring_prep_poll_add(sqe, termination, POLLIN);
    tag(sqe, Operation::termination, termination);
  }

  void run() {
    while (!terminated_) {
      const int submitted = io_uring_submit_and_wait(&ring_, 1);
      if (submitted < 0 && submitted != -EINTR) peer::fail("io_uring_submit_and_wait", -submitted);
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* cqe = nullptr;
      io_uring_for_each_cqe(&ring_, head, cqe) {
        complete(static_cast<Operation>(cqe->user_data & 0xffU),
                 static_cast<int>(cqe->user_data >> 8U), cqe->res);
        ++count;
      }
      io_uring_cq_advance(&ring_, count);
    }
  }

 private:
  io_uring_sqe* next() {
    io_uring_sqe* sqe = nullptr;
    while ((sqe = io_uring_get_sqe(&ring_)) == nullptr) io_uring_submit(&ring_);
    return sqe;
  }

  static void tag(io_uring_sqe* sqe, Operation operation, int socket) noexcept {
    sqe->user_data = static_cast<std::uint64_t>(socket) << 8U | static_cast<unsigned>(operation);
  }

  Connection& connection_of(int socket) { return *connections_[static_cast<std::size_t>(socket)]; }

  void accept() {
    io_uring_sqe* sqe = next();
    io_uring_prep_accept(sqe, listener_, nullptr, nullptr, SOCK_CLOEXEC);
    tag(sqe, Operation::accept, listener_);
  }

  void receive(int socket) {
    Connection& connection = connection_of(socket);
    io_uring_sqe* sqe = next();
    io_uring_prep_recv(sqe, socket, connection.buffer.data(), connection.buffer.size(), 0);
    tag(sqe, Operation::receive, socket);
  }

  void send(int socket) {
    Connection& connection = connection_of(socket);
    io_uring_sqe* sqe = next();
    io_uring_prep_send(sqe, socket, connection.buffer.data() + connection.begin,
                       connection.end - connection.begin, MSG_NOSIGNAL);
    tag(sqe, Operation::send, socket);
  }

  void complete(Operation operation, int socket, int result) {
    switch (operation) {
      case Operation::accept: return accepted(result);
      case Operation::receive: return received(socket, result);
      case Operation::send: return sent(socket, result);
      case Operation::termination: terminated_ = true;
    }
  }

  void accepted(int socket) {
    accept();
    if (socket < 0) return;
    const auto index = static_cast<std::size_t>(socket);
    if (index >= connections_.size()) peer::fail("accept", EMFILE);
    connections_[index] = std::make_unique<Connection>();
    receive(socket);
  }

  void received(int socket, int result) {
    if (result <= 0) return end(socket);
    Connection& connection = connection_of(socket);
    const auto size = static_cast<std::size_t>(result);
    if (!echo_) {
      connection.messages.take(connection.buffer.data(), size);
      return receive(socket);
    }
    peer::tally.arrived(size);
    connection.begin = 0;
    connection.end = size;
    send(socket);
  }

  void sent(int socket, int result) {
    if (result < 0) return end(socket);
    Connection& connection = connection_of(socket);
    connection.begin += static_cast<std::size_t>(result);
    if (connection.begin < connection.end) return send(socket);
    receive(socket);
  }

  /// No operation of this connection is left in the ring: there is never more than one.
  void end(int socket) {
    connections_[static_cast<std::size_t>(socket)].reset();
    close(socket);
  }

  bool echo_;
  bool terminated_ = false;
  int listener_;
  io_uring ring_{};
  std::array<std::unique_ptr<Connection>, peer::connection_limit> connections_;
};

}  // namespace

int main(int count, char** words) {
  const peer::Order order = peer::Order::read(count, words);
  const int termination = peer::open_termination();
  Server server(order, peer::open_listener(order, 0), termination);
  peer::say_ready();
  server.run();
  peer::tally.print(stdout);
  return 0;
}

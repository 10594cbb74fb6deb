// epoll(7) by hand, edge-triggered. A read ends at the first short one instead of at EAGAIN, which
// saves a call for each message, and EPOLLOUT is only asked for while an answer waits for room.
// The wait blocks, or spins where it is built with PEER_SPIN.
#include <sys/epoll.h>

#include <memory>
#include <vector>

#include "contract.hpp"

namespace {

#ifdef PEER_SPIN
constexpr int wait_milliseconds = 0;
#else
constexpr int wait_milliseconds = -1;
#endif

/// Full buffers that one connection may have in its turn, so that it does not hold up the others.
constexpr int turn_reads = 8;
constexpr std::uint32_t reading = EPOLLIN | EPOLLRDHUP | EPOLLET;

std::array<std::uint8_t, peer::buffer_bytes> buffer;

struct Connection {
  int socket = -1;
  peer::Messages messages;
  /// What the client has not taken yet; nothing more is read while there is some.
  std::vector<std::uint8_t> unsent;
  std::size_t sent = 0;
};

class Server {
 public:
  Server(const peer::Order& order, int listener, int termination)
      : echo_{order.echo},
        listener_{listener},
        termination_{termination},
        epoll_{epoll_create1(EPOLL_CLOEXEC)} {
    watch(EPOLL_CTL_ADD, listener_, EPOLLIN);
    watch(EPOLL_CTL_ADD, termination_, EPOLLIN);
  }

  void run() {
    std::array<epoll_event, 512> events;
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), wait_milliseconds);
      for (int index = 0; index < count; ++index) {
        const epoll_event& event = events[static_cast<std::size_t>(index)];
        if (event.data.fd == termination_) return;
        if (event.data.fd == listener_) {
          accept_all();
        } else {
          serve(*connections_[static_cast<std::size_t>(event.data.fd)], event.events);
        }
      }
    }
  }

 private:
  void watch(int operation, int descriptor, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = descriptor;
    if (epoll_ctl(epoll_, operation, descriptor, &event) != 0) peer::fail("epoll_ctl");
  }

  void accept_all() {
    int socket = -1;
    while ((socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK)) >= 0) {
      const auto index = static_cast<std::size_t>(socket);
      if (index >= connections_.size()) peer::fail("accept", EMFILE);
      connections_[index] = std::make_unique<Connection>();
      connections_[index]->socket = socket;
      watch(EPOLL_CTL_ADD, socket, reading);
    }
  }

  void serve(Connection& connection, std::uint32_t events) {
    const bool open = connection.unsent.empty() ? receive(connection, events) : resume(connection);
    if (open) return;
    const int socket = connection.socket;
    connections_[static_cast<std::size_t>(socket)].reset();
    close(socket);
  }

  /// Reads what there is. @returns false when the connection has ended
  bool receive(Connection& connection, std::uint32_t events) {
    for (int reads = 0; reads < turn_reads; ++reads) {
      const ssize_t received = recv(connection.socket, buffer.data(), buffer.size(), 0);
      if (received < 0) return errno == EAGAIN || errno == EINTR;
      if (received == 0) return false;
      const auto size = static_cast<std::size_t>(received);
      if (!echo_) {
        connection.messages.take(buffer.data(), size);
      } else if (!answer(connection, size)) {
        return false;
      } else if (!connection.unsent.empty()) {
        return true;
      }
      // The end that came together with the last bytes makes no further edge.
      if (size < buffer.size() && (events & (EPOLLRDHUP | EPOLLHUP)) == 0) return true;
    }
    // Armed anew, a descriptor that is ready stands behind the others.
    watch(EPOLL_CTL_MOD, connection.socket, reading);
    return true;
  }

  /// Gives bytes back, and asks for room for what does not fit into the socket.
  bool answer(Connection& connection, std::size_t size) {
    peer::tally.arrived(size);
    ssize_t sent = send(connection.socket, buffer.data(), size, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) return false;
      sent = 0;
    }
    if (static_cast<std::size_t>(sent) == size) return true;
    connection.unsent.assign(buffer.data() + sent, buffer.data() + size);
    connection.sent = 0;
    watch(EPOLL_CTL_MOD, connection.socket, EPOLLOUT | EPOLLET);
    return true;
  }

  /// Goes on with an answer that waited for room, and then reads again.
  bool resume(Connection& connection) {
    while (connection.sent < connection.unsent.size()) {
      const ssize_t sent = send(connection.socket, connection.unsent.data() + connection.sent,
                                connection.unsent.size() - connection.sent, MSG_NOSIGNAL);
      if (sent < 0) return errno == EAGAIN;
      connection.sent += static_cast<std::size_t>(sent);
    }
    connection.unsent.clear();
    watch(EPOLL_CTL_MOD, connection.socket, reading);
    return true;
  }

  bool echo_;
  int listener_;
  int termination_;
  int epoll_;
  std::array<std::unique_ptr<Connection>, peer::connection_limit> connections_;
};

}  // namespace

int main(int count, char** words) {
  const peer::Order order = peer::Order::read(count, words);
  const int termination = peer::open_termination();
  Server server(order, peer::open_listener(order, SOCK_NONBLOCK), termination);
  peer::say_ready();
  server.run();
  peer::tally.print(stdout);
  return 0;
}

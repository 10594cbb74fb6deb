// The least that a server can be: non-blocking recv(2) of one connection after the other, for ever.
// No readiness is asked for and nothing sleeps. With one connection nothing answers sooner; with
// hundreds most calls find nothing.
#include <memory>
#include <vector>

#include "contract.hpp"

namespace {

/// Calls of recv(2) between two looks for new clients and for the end.
constexpr std::size_t calls_between_looks = 1024;

std::array<std::uint8_t, peer::buffer_bytes> buffer;

struct Connection {
  int socket = -1;
  peer::Messages messages;
  /// What the client has not taken yet; nothing more is read while there is some.
  std::vector<std::uint8_t> unsent;
  std::size_t sent = 0;
};

/// Sends what can be sent. @returns how many bytes that were; -1: the connection is broken
ssize_t send_some(int socket, const std::uint8_t* bytes, std::size_t size) noexcept {
  const ssize_t sent = send(socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

/// Gives bytes back, and keeps what does not fit into the socket.
bool answer(Connection& connection, std::size_t size) {
  const ssize_t sent = send_some(connection.socket, buffer.data(), size);
  if (sent < 0) return false;
  connection.unsent.assign(buffer.data() + sent, buffer.data() + size);
  connection.sent = 0;
  return true;
}

/// Goes on with what the client had no room for.
bool resume(Connection& connection) {
  const ssize_t sent = send_some(connection.socket, connection.unsent.data() + connection.sent,
                                 connection.unsent.size() - connection.sent);
  if (sent < 0) return false;
  connection.sent += static_cast<std::size_t>(sent);
  if (connection.sent == connection.unsent.size()) connection.unsent.clear();
  return true;
}

/// One try. @returns false when the connection has ended
bool serve(Connection& connection, bool echo) {
  if (!connection.unsent.empty()) return resume(connection);
  const ssize_t received = recv(connection.socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (received < 0) return errno == EAGAIN || errno == EINTR;
  if (received == 0) return false;
  const auto size = static_cast<std::size_t>(received);
  if (echo) {
    peer::tally.arrived(size);
    return answer(connection, size);
  }
  connection.messages.take(buffer.data(), size);
  return true;
}

}  // namespace

int main(int count, char** words) {
  const peer::Order order = peer::Order::read(count, words);
  const int termination = peer::open_termination();
  const int listener = peer::open_listener(order, SOCK_NONBLOCK);
  std::vector<std::unique_ptr<Connection>> connections;
  peer::say_ready();
  std::size_t calls = calls_between_looks;
  for (;;) {
    if (calls >= calls_between_looks || connections.empty()) {
      calls = 0;
      signalfd_siginfo signal{};
      if (read(termination, &signal, sizeof signal) > 0) break;
      for (int socket = 0; (socket = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
        connections.push_back(std::make_unique<Connection>());
        connections.back()->socket = socket;
      }
    }
    for (std::size_t index = 0; index < connections.size(); ++calls) {
      if (serve(*connections[index], order.echo)) {
        ++index;
        continue;
      }
      close(connections[index]->socket);
      connections[index] = std::move(connections.back());
      connections.pop_back();
    }
  }
  peer::tally.print(stdout);
  return 0;
}

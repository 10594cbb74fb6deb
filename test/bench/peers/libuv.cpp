// libuv: one buffer for all reads, because a read is handled before the next begins, and
// uv_try_write before uv_write, so that only what the socket has no room for becomes a request.
#include <uv.h>

#include <vector>

#include "contract.hpp"

namespace {

std::array<char, peer::buffer_bytes> buffer;
bool echo = false;

struct Connection {
  union {
    uv_handle_t handle;
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };
  peer::Messages messages;
  uv_write_t request{};
  std::vector<char> unsent;

  Connection() : tcp{} {}
};

Connection& connection_of(uv_stream_t* stream) { return *static_cast<Connection*>(stream->data); }

void end(Connection& connection) {
  if (uv_is_closing(&connection.handle) != 0) return;
  uv_close(&connection.handle,
           [](uv_handle_t* handle) { delete static_cast<Connection*>(handle->data); });
}

void lend_buffer(uv_handle_t* /*handle*/, std::size_t /*suggested*/, uv_buf_t* lent) {
  *lent = uv_buf_init(buffer.data(), buffer.size());
}

void on_read(uv_stream_t* stream, ssize_t received, const uv_buf_t* bytes);

/// What waited for room has left.
void on_written(uv_write_t* request, int status) {
  Connection& connection = connection_of(request->handle);
  if (status < 0) return end(connection);
  uv_read_start(&connection.stream, lend_buffer, on_read);
}

/// Gives bytes back; what the client has no room for is kept, and nothing is read meanwhile.
void answer(Connection& connection, char* bytes, std::size_t size) {
  peer::tally.arrived(size);
  uv_buf_t piece = uv_buf_init(bytes, static_cast<unsigned>(size));
  int sent = uv_try_write(&connection.stream, &piece, 1);
  if (sent == UV_EAGAIN) sent = 0;
  if (sent < 0) return end(connection);
  if (static_cast<std::size_t>(sent) == size) return;
  uv_read_stop(&connection.stream);
  connection.unsent.assign(bytes + sent, bytes + size);
  uv_buf_t rest =
      uv_buf_init(connection.unsent.data(), static_cast<unsigned>(connection.unsent.size()));
  if (uv_write(&connection.request, &connection.stream, &rest, 1, on_written) < 0) end(connection);
}

void on_read(uv_stream_t* stream, ssize_t received, const uv_buf_t* bytes) {
  Connection& connection = connection_of(stream);
  if (received < 0) return end(connection);
  const auto size = static_cast<std::size_t>(received);
  if (size == 0) return;
  if (echo) {
    answer(connection, bytes->base, size);
  } else {
    connection.messages.take(bytes->base, size);
  }
}

void on_connection(uv_stream_t* server, int status) {
  if (status < 0) return;
  const bool tcp = server->type == UV_TCP;
  // Handles are closed by callbacks, so their memory is theirs until then.
  auto* connection = new Connection;
  if (tcp) {
    uv_tcp_init(server->loop, &connection->tcp);
  } else {
    uv_pipe_init(server->loop, &connection->pipe, 0);
  }
  connection->handle.data = connection;
  if (uv_accept(server, &connection->stream) != 0) return end(*connection);
  if (tcp) uv_tcp_nodelay(&connection->tcp, 1);
  uv_read_start(&connection->stream, lend_buffer, on_read);
}

void check(const char* what, int result) {
  if (result == 0) return;
  std::fprintf(stderr, "%s: %s\n", what, uv_strerror(result));
  std::exit(2);
}

}  // namespace

int main(int count, char** words) {
  const peer::Order order = peer::Order::read(count, words);
  echo = order.echo;
  uv_loop_t* loop = uv_default_loop();
  Connection server;
  if (order.tcp) {
    sockaddr_in address{};
    check("uv_ip4_addr", uv_ip4_addr(order.host.c_str(), order.port, &address));
    uv_tcp_init(loop, &server.tcp);
    check("bind", uv_tcp_bind(&server.tcp, reinterpret_cast<const sockaddr*>(&address), 0));
  } else {
    unlink(order.path.c_str());
    uv_pipe_init(loop, &server.pipe, 0);
    check("bind", uv_pipe_bind(&server.pipe, order.path.c_str()));
  }
  check("listen", uv_listen(&server.stream, peer::connection_limit, on_connection));
  uv_signal_t termination;
  uv_signal_init(loop, &termination);
  uv_signal_start(
      &termination, [](uv_signal_t* handle, int) { uv_stop(handle->loop); }, SIGTERM);
  peer::say_ready();
  uv_run(loop, UV_RUN_DEFAULT);
  peer::tally.print(stdout);
  return 0;
}

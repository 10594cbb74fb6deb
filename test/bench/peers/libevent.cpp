// libevent with bufferevents, its own way of serving streams: an echo moves the chains of its input
// to its output without copying, and reads no more while its client has too much to take. libevent
// 2.1 reads 4 KiB at a time whatever it is asked for; newer ones read what is said here.
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <memory>

#include "contract.hpp"

namespace {

/// Bytes that may wait for a client: more stop its reads, fewer than a quarter let them go on.
constexpr std::size_t waiting_most = 262144;

struct Connection {
  bufferevent* stream = nullptr;
  peer::Messages messages;
  bool ended = false;
};

void end(Connection* connection) {
  bufferevent_free(connection->stream);
  delete connection;
}

void echo(bufferevent* stream, void* /*connection*/) {
  evbuffer* input = bufferevent_get_input(stream);
  evbuffer* output = bufferevent_get_output(stream);
  peer::tally.arrived(evbuffer_get_length(input));
  evbuffer_add_buffer(output, input);
  if (evbuffer_get_length(output) > waiting_most) bufferevent_disable(stream, EV_READ);
}

void sink(bufferevent* stream, void* connection) {
  evbuffer* input = bufferevent_get_input(stream);
  std::array<evbuffer_iovec, 16> pieces;
  while (evbuffer_get_length(input) > 0) {
    const int count = evbuffer_peek(input, -1, nullptr, pieces.data(), pieces.size());
    std::size_t taken = 0;
    for (std::size_t n = 0; n < std::min(static_cast<std::size_t>(count), pieces.size()); ++n) {
      static_cast<Connection*>(connection)->messages.take(pieces[n].iov_base, pieces[n].iov_len);
      taken += pieces[n].iov_len;
    }
    evbuffer_drain(input, taken);
  }
}

/// The output is short again, or empty.
void written(bufferevent* stream, void* context) {
  auto* connection = static_cast<Connection*>(context);
  if (!connection->ended) {
    if ((bufferevent_get_enabled(stream) & EV_READ) == 0) bufferevent_enable(stream, EV_READ);
  } else if (evbuffer_get_length(bufferevent_get_output(stream)) == 0) {
    end(connection);
  }
}

/// The client ended its side, or the connection broke. What it has yet to take is still sent.
void happened(bufferevent* stream, short what, void* context) {
  auto* connection = static_cast<Connection*>(context);
  const bool waits = evbuffer_get_length(bufferevent_get_output(stream)) > 0;
  if ((what & BEV_EVENT_EOF) == 0 || !waits) return end(connection);
  connection->ended = true;
  bufferevent_setwatermark(stream, EV_WRITE, 0, 0);
}

void accepted(evconnlistener* listener, evutil_socket_t socket, sockaddr* address, int /*length*/,
              void* order) {
  const bool echoes = static_cast<const peer::Order*>(order)->echo;
  const int one = 1;
  if (address->sa_family == AF_INET) {
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  }
  auto connection = std::make_unique<Connection>();
  connection->stream =
      bufferevent_socket_new(evconnlistener_get_base(listener), socket, BEV_OPT_CLOSE_ON_FREE);
  bufferevent* stream = connection->stream;
  bufferevent_setcb(stream, echoes ? echo : sink, echoes ? written : nullptr, happened,
                    connection.release());
  bufferevent_setwatermark(stream, EV_WRITE, waiting_most / 4, 0);
  bufferevent_set_max_single_read(stream, peer::buffer_bytes);
  bufferevent_set_max_single_write(stream, peer::buffer_bytes);
  bufferevent_enable(stream, EV_READ | EV_WRITE);
}

}  // namespace

int main(int count, char** words) {
  peer::Order order = peer::Order::read(count, words);
  std::signal(SIGPIPE, SIG_IGN);
  event_base* base = event_base_new();
  evconnlistener* listener = evconnlistener_new(base, accepted, &order, LEV_OPT_CLOSE_ON_FREE, 0,
                                                peer::open_listener(order, SOCK_NONBLOCK));
  if (listener == nullptr) peer::fail("evconnlistener_new");
  event* termination = evsignal_new(
      base, SIGTERM,
      [](evutil_socket_t, short, void* loop) {
        event_base_loopbreak(static_cast<event_base*>(loop));
      },
      base);
  event_add(termination, nullptr);
  peer::say_ready();
  event_base_dispatch(base);
  peer::tally.print(stdout);
  return 0;
}

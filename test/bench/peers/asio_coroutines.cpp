// Asio with C++20 coroutines: a session reads like the protocol. An error ends it as an exception,
// which happens once in the life of a connection.
#include "asio_choice.hpp"

namespace {

namespace asio = peer::asio;

template <class Protocol>
class Server {
 public:
  Server(asio::io_context& context, const typename Protocol::endpoint& endpoint, bool echo)
      : acceptor_{context, endpoint} {
    acceptor_.listen(peer::connection_limit);
    asio::co_spawn(context, accept(echo), asio::detached);
  }

 private:
  using Socket = typename Protocol::socket;

  static asio::awaitable<void> serve(Socket socket, bool echo) {
    const auto buffer = std::make_unique<std::array<std::uint8_t, peer::buffer_bytes>>();
    peer::Messages messages;
    try {
      for (;;) {
        const std::size_t size =
            co_await socket.async_read_some(asio::buffer(*buffer), asio::use_awaitable);
        if (echo) {
          peer::tally.arrived(size);
          co_await asio::async_write(socket, asio::buffer(*buffer, size), asio::use_awaitable);
        } else {
          messages.take(buffer->data(), size);
        }
      }
    } catch (const std::exception&) {
      // The client has gone, and the socket goes with this frame.
    }
  }

  asio::awaitable<void> accept(bool echo) {
    for (;;) {
      Socket socket = co_await acceptor_.async_accept(asio::use_awaitable);
      peer::send_at_once(socket);
      asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket), echo), asio::detached);
    }
  }

  typename Protocol::acceptor acceptor_;
};

}  // namespace

int main(int count, char** words) { return peer::serve<Server>(count, words); }

// Asio with callbacks: a session that keeps itself alive through its handlers, as in the library's
// own examples. The memory of a handler is recycled by Asio, so a message allocates nothing.
#include "asio_choice.hpp"

namespace {

namespace asio = peer::asio;

template <class Protocol>
class Session : public std::enable_shared_from_this<Session<Protocol>> {
 public:
  Session(typename Protocol::socket socket, bool echo) : socket_{std::move(socket)}, echo_{echo} {}

  void read() {
    socket_.async_read_some(asio::buffer(buffer_), [this, self = this->shared_from_this()](
                                                       peer::Error error, std::size_t size) {
      if (!error) handle(size);
    });
  }

 private:
  void handle(std::size_t size) {
    if (!echo_) {
      messages_.take(buffer_.data(), size);
      return read();
    }
    peer::tally.arrived(size);
    asio::async_write(socket_, asio::buffer(buffer_, size),
                      [this, self = this->shared_from_this()](peer::Error error, std::size_t) {
                        if (!error) read();
                      });
  }

  typename Protocol::socket socket_;
  bool echo_;
  peer::Messages messages_;
  std::array<std::uint8_t, peer::buffer_bytes> buffer_;
};

template <class Protocol>
class Server {
 public:
  Server(asio::io_context& context, const typename Protocol::endpoint& endpoint, bool echo)
      : acceptor_{context, endpoint}, echo_{echo} {
    acceptor_.listen(peer::connection_limit);
    accept();
  }

 private:
  void accept() {
    acceptor_.async_accept([this](peer::Error error, typename Protocol::socket socket) {
      if (!error) {
        peer::send_at_once(socket);
        std::make_shared<Session<Protocol>>(std::move(socket), echo_)->read();
      }
      accept();
    });
  }

  typename Protocol::acceptor acceptor_;
  bool echo_;
};

}  // namespace

int main(int count, char** words) { return peer::serve<Server>(count, words); }

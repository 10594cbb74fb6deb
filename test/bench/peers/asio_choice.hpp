// Which Asio the peers are built with: Boost's, or the one without Boost, and whether it runs on
// io_uring or on epoll. The two differ in a namespace.
#pragma once

#include <memory>
#include <type_traits>
// Boost 1.74 uses std::exchange without including it.
#include <utility>

#ifdef PEER_IO_URING
#define BOOST_ASIO_HAS_IO_URING
#define BOOST_ASIO_DISABLE_EPOLL
#define ASIO_HAS_IO_URING
#define ASIO_DISABLE_EPOLL
#endif

#ifdef PEER_STANDALONE_ASIO
#define ASIO_STANDALONE
#include <asio.hpp>
#else
#include <boost/asio.hpp>
#endif

#include "contract.hpp"

namespace peer {

#ifdef PEER_STANDALONE_ASIO
namespace asio = ::asio;
using Error = asio::error_code;
#else
namespace asio = boost::asio;
using Error = boost::system::error_code;
#endif

/// The type of an order's address decides which `Server` is made; it runs until SIGTERM.
template <template <class> class Server>
int serve(int count, char** words) {
  const Order order = Order::read(count, words);
  asio::io_context context{1};
  asio::signal_set termination{context, SIGTERM};
  termination.async_wait([&](Error, int) { context.stop(); });
  const auto run = [&](auto endpoint) {
    Server<typename decltype(endpoint)::protocol_type> server{context, endpoint, order.echo};
    say_ready();
    context.run();
    tally.print(stdout);
  };
  if (order.tcp) {
    run(asio::ip::tcp::endpoint{asio::ip::make_address(order.host), order.port});
  } else {
    unlink(order.path.c_str());
    run(asio::local::stream_protocol::endpoint{order.path});
  }
  return 0;
}

/// Answers are small and must not wait for each other.
template <class Socket>
void send_at_once(Socket& socket) {
  if constexpr (std::is_same_v<typename Socket::protocol_type, asio::ip::tcp>) {
    socket.set_option(asio::ip::tcp::no_delay{true});
  }
}

}  // namespace peer

// UDP by hand, in three ways: recv(2) for ever (PEER_ONE), recvmmsg(2) for ever (PEER_SPIN), and
// poll(2), then recvmmsg(2) until nothing is left.
#include <poll.h>

#include <memory>

#include "datagram_contract.hpp"

namespace {

#ifdef PEER_ONE
constexpr unsigned datagrams_at_once = 1;
#else
constexpr unsigned datagrams_at_once = 64;
#endif
#if defined(PEER_ONE) || defined(PEER_SPIN)
constexpr bool sleeps = false;
#else
constexpr bool sleeps = true;
#endif
/// Calls between two looks for the end at most.
constexpr unsigned calls_between_looks = 1024;

/// Room for the datagrams of one call.
struct Room {
  std::array<std::array<std::uint8_t, peer::datagram_bytes>, datagrams_at_once> bytes;
  std::array<iovec, datagrams_at_once> vectors{};
  std::array<mmsghdr, datagrams_at_once> headers{};

  Room() {
    for (std::size_t n = 0; n < datagrams_at_once; ++n) {
      vectors[n] = {bytes[n].data(), bytes[n].size()};
      headers[n].msg_hdr.msg_iov = &vectors[n];
      headers[n].msg_hdr.msg_iovlen = 1;
    }
  }
};

/// Takes what one call brings. @returns datagrams
unsigned receive(int socket, Room& room) noexcept {
  if constexpr (datagrams_at_once == 1) {
    const ssize_t size = recv(socket, room.bytes[0].data(), room.bytes[0].size(), MSG_DONTWAIT);
    if (size < 0) return 0;
    peer::take_datagram({room.bytes[0].data(), static_cast<std::size_t>(size)});
    return 1;
  } else {
    const int count =
        recvmmsg(socket, room.headers.data(), datagrams_at_once, MSG_DONTWAIT, nullptr);
    if (count < 0) return 0;
    for (std::size_t n = 0; n < static_cast<std::size_t>(count); ++n) {
      peer::take_datagram({room.bytes[n].data(), room.headers[n].msg_len});
    }
    return static_cast<unsigned>(count);
  }
}

}  // namespace

int main(int count, char** words) {
  const int termination = peer::open_termination();
  const int socket = peer::open_datagram_socket(count, words, SOCK_NONBLOCK);
  const auto room = std::make_unique<Room>();
  peer::say_ready();
  signalfd_siginfo signal{};
  do {
    if constexpr (sleeps) {
      pollfd waited[] = {{socket, POLLIN, 0}, {termination, POLLIN, 0}};
      poll(waited, 2, -1);
    }
    for (unsigned call = 0; call < calls_between_looks; ++call) {
      // A short call took the last one, and who sleeps is woken by the next.
      if (receive(socket, *room) < datagrams_at_once && sleeps) break;
    }
  } while (read(termination, &signal, sizeof signal) <= 0);
  peer::tally.print(stdout);
  return 0;
}

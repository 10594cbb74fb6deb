// Eight sockets served by hand, for what messages cost that are there already (ready_round.hpp):
// recv(2) of one after the other, or epoll, level-triggered, and recv(2) of those that it names.
// Usage: ready_by_hand bare|epoll ADDRESS WARMUP_MS MEASURED_MS
#include <sys/epoll.h>

#include <cstring>

#include "ready_round.hpp"

namespace {

using bench::ready_round;
using bench::ReadyRound;

std::array<std::byte, ReadyRound::receive_bytes> buffer;
std::array<int, ReadyRound::connections> receivers;

/// Listens on `text`, which is tcp:IP:PORT or unix:PATH.
int listen_on(const char* text) {
  const bench::Address address{std::string(text)};
  const int listener = address.bind_socket();
  if (listen(listener, ReadyRound::connections) != 0) bench::fail("listen", errno);
  return listener;
}

void receive(int socket) noexcept {
  const ssize_t got = recv(socket, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got > 0) ready_round.take(static_cast<std::size_t>(got));
}

void serve_bare() noexcept {
  while (!ready_round.is_over()) {
    for (const int each : receivers) receive(each);
  }
}

void serve_by_epoll() noexcept {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  for (const int each : receivers) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = each;
    epoll_ctl(epoll, EPOLL_CTL_ADD, each, &event);
  }
  epoll_event events[ReadyRound::connections];
  while (!ready_round.is_over()) {
    const int count = epoll_wait(epoll, events, ReadyRound::connections, 0);
    for (int n = 0; n < count; ++n) receive(events[n].data.fd);
  }
  close(epoll);
}

}  // namespace

int main(int argc, char** argv) {
  const bool bare = argc == 5 && std::strcmp(argv[1], "bare") == 0;
  if (argc != 5 || (!bare && std::strcmp(argv[1], "epoll") != 0)) {
    std::fprintf(stderr, "usage: %s bare|epoll ADDRESS WARMUP_MS MEASURED_MS\n", argv[0]);
    return 2;
  }
  const int listener = listen_on(argv[2]);
  ready_round.connect(argv[2], bench::extent_of(argv + 3));
  for (int& each : receivers) each = accept(listener, nullptr, nullptr);
  ready_round.begin();
  if (bare) {
    serve_bare();
  } else {
    serve_by_epoll();
  }
  ready_round.print_result();
  return 0;
}

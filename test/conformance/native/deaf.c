// A listener that answers nobody: it prints its port, and its queue is full from the start, so a
// connect(2) to it gets no answer. A line on stdin makes it accept; the end of stdin ends it.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { own_clients = 8 };

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, 0) != 0) return 1;
  getsockname(listener, (struct sockaddr*)&address, &size);
  int clients[own_clients];
  for (int n = 0; n < own_clients; ++n) {
    clients[n] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    connect(clients[n], (struct sockaddr*)&address, size);
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  char line[64];
  if (read(STDIN_FILENO, line, sizeof line) <= 0) return 0;
  for (int n = 0; n < own_clients; ++n) close(clients[n]);
  struct pollfd events[2] = {{.fd = listener, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  while (poll(events, 2, -1) > 0 && events[1].revents == 0) {
    if (events[0].revents != 0) accept(listener, NULL, NULL);
  }
  return 0;
}

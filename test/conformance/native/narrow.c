// A peer with a very small receive buffer, so that its server's sends are cut short. It copies
// stdin to the socket and the socket to stdout, as fast as whoever reads stdout lets it.
// Usage: narrow IPV4 PORT RECEIVE_BUFFER_BYTES
#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/// Copies one read; 0 at the end of `from`.
static ssize_t copy(int from, int to) {
  char bytes[1024];
  const ssize_t size = read(from, bytes, sizeof bytes);
  for (ssize_t done = 0; done < size;) {
    const ssize_t count = write(to, bytes + done, (size_t)(size - done));
    if (count <= 0) exit(3);
    done += count;
  }
  return size;
}

int main(int argc, char** argv) {
  if (argc != 4) return 64;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(argv[2]))};
  inet_pton(AF_INET, argv[1], &address.sin_addr);
  const int receive_bytes = atoi(argv[3]);
  const int peer = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  if (connect(peer, (struct sockaddr*)&address, sizeof address) != 0) return 2;
  struct pollfd events[2] = {{.fd = peer, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  while (poll(events, 2, -1) > 0) {
    if (events[0].revents != 0 && copy(peer, STDOUT_FILENO) <= 0) return 0;
    if (events[1].revents != 0 && copy(STDIN_FILENO, peer) <= 0) {
      shutdown(peer, SHUT_WR);
      events[1].fd = -1;
    }
  }
  return 1;
}

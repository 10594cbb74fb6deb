// Sends lines to an echo server, as many at once as it is told, and checks that each comes back.
// It says `runs` once it has had its first answers. Usage: load IPV4 PORT MESSAGES DEPTH
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { message_bytes = 16, most_at_once = 4000 };

static const char message[] = "fifteen letters\n";
static char sent[message_bytes * most_at_once];
static char back[message_bytes * most_at_once];

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  const long messages = atol(argv[3]);
  const long depth = atol(argv[4]);
  if (depth < 1 || depth > most_at_once) return 64;
  for (long n = 0; n < depth; ++n) memcpy(sent + n * message_bytes, message, message_bytes);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(argv[2]))};
  inet_pton(AF_INET, argv[1], &address.sin_addr);
  const int peer = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(peer, (struct sockaddr*)&address, sizeof address) != 0) return 2;
  for (long done = 0; done < messages; done += depth) {
    const long count = messages - done < depth ? messages - done : depth;
    const size_t bytes = (size_t)count * message_bytes;
    if (send(peer, sent, bytes, MSG_NOSIGNAL) != (ssize_t)bytes) return 3;
    if (recv(peer, back, bytes, MSG_WAITALL) != (ssize_t)bytes) return 4;
    if (memcmp(sent, back, bytes) != 0) return 5;
    if (done == 0) {
      puts("runs");
      fflush(stdout);
    }
  }
  return 0;
}

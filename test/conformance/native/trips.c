// Sends a line to an echo server and waits until it is back, again and again, on one core. It says
// `MEDIAN P99` in nanoseconds when all have come; a tenth more go before, unmeasured.
// Usage: trips IPV4 PORT CORE TRIPS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { message_bytes = 16 };

static const char message[] = "fifteen letters\n";

static long long now_nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int compare(const void* left, const void* right) {
  const long long a = *(const long long*)left;
  const long long b = *(const long long*)right;
  return (a > b) - (a < b);
}

int main(int argc, char** argv) {
  if (argc != 5) return 64;
  const long trips = atol(argv[4]);
  long long* times = trips < 1 ? NULL : calloc((size_t)trips, sizeof *times);
  if (times == NULL) return 64;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(atoi(argv[3]), &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) != 0) return 2;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(argv[2]))};
  inet_pton(AF_INET, argv[1], &address.sin_addr);
  const int peer = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(peer, (struct sockaddr*)&address, sizeof address) != 0) return 3;
  for (long n = -(trips / 10); n < trips; ++n) {
    char back[message_bytes];
    const long long begin = now_nanoseconds();
    if (send(peer, message, message_bytes, MSG_NOSIGNAL) != message_bytes) return 4;
    if (recv(peer, back, message_bytes, MSG_WAITALL) != message_bytes) return 5;
    if (n >= 0) times[n] = now_nanoseconds() - begin;
    if (memcmp(message, back, message_bytes) != 0) return 6;
  }
  qsort(times, (size_t)trips, sizeof *times, compare);
  printf("%lld %lld\n", times[trips / 2], times[trips * 99 / 100]);
  return 0;
}

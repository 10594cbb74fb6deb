// Non-blocking sockets to a server of the benchmark. What cannot go on
// ends the process with a sentence: a load generator without its server measures nothing.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "clock.hpp"

namespace bench {

/// Ends the process with `what` and, where there is one, the system's error.
[[noreturn]] inline void fail(const char* what, int error = 0) noexcept {
  std::fprintf(stderr, "load: %s%s%s\n", what, error == 0 ? "" : ": ",
               error == 0 ? "" : std::strerror(error));
  std::exit(3);
}

/// Where a server listens.
class Address {
 public:
  /// Reads tcp:IP:PORT or udp:IP:PORT, where an IPv6 address stands in brackets, or unix:PATH.
  explicit Address(const std::string& text) {
    if (text.starts_with("unix:") && text.size() - 5 < sizeof unix_.sun_path) {
      unix_.sun_family = AF_UNIX;
      std::memcpy(unix_.sun_path, text.data() + 5, text.size() - 5);
      size_ = sizeof unix_;
      return;
    }
    const std::size_t colon = text.rfind(':');
    const bool has_port = text.starts_with("tcp:") || text.starts_with("udp:");
    if (!has_port || colon < 4) fail("ADDRESS is tcp:IP:PORT, udp:IP:PORT or unix:PATH");
    type_ = text.starts_with("udp:") ? SOCK_DGRAM : SOCK_STREAM;
    std::string host = text.substr(4, colon - 4);
    const auto port = htons(static_cast<std::uint16_t>(std::atoi(text.c_str() + colon + 1)));
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (inet_pton(AF_INET, host.c_str(), &four_.sin_addr) == 1) {
      four_.sin_family = AF_INET;
      four_.sin_port = port;
      size_ = sizeof four_;
    } else if (inet_pton(AF_INET6, host.c_str(), &six_.sin6_addr) == 1) {
      six_.sin6_family = AF_INET6;
      six_.sin6_port = port;
      size_ = sizeof six_;
    } else {
      fail("no IP address in ADDRESS");
    }
  }

  /// Whether it is one of UDP.
  [[nodiscard]] bool is_datagram() const noexcept { return type_ == SOCK_DGRAM; }

  /// AF_INET, AF_INET6 or AF_UNIX.
  [[nodiscard]] int family() const noexcept { return any_.sa_family; }

  /// A blocking socket that is bound to it.
  [[nodiscard]] int bind_socket() const noexcept {
    const int descriptor = socket(any_.sa_family, type_ | SOCK_CLOEXEC, 0);
    if (descriptor < 0 || bind(descriptor, &any_, size_) != 0) fail("cannot bind", errno);
    return descriptor;
  }

  /// The port of an IPv4 address; 0 of any other.
  [[nodiscard]] std::uint16_t port() const noexcept {
    return any_.sa_family == AF_INET ? ntohs(four_.sin_port) : std::uint16_t{0};
  }

  /// Connects. @returns a non-blocking descriptor that sends small messages at once
  [[nodiscard]] int connect_socket() const noexcept {
    const int descriptor = socket(any_.sa_family, type_ | SOCK_CLOEXEC, 0);
    if (descriptor < 0) fail("socket", errno);
    if (connect(descriptor, &any_, size_) != 0) fail("cannot connect", errno);
    const int on = 1;
    if (any_.sa_family != AF_UNIX && !is_datagram()) {
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    fcntl(descriptor, F_SETFL, O_NONBLOCK);
    return descriptor;
  }

 private:
  union {
    sockaddr any_;
    sockaddr_in four_;
    sockaddr_in6 six_;
    sockaddr_un unix_{};
  };
  socklen_t size_ = 0;
  int type_ = SOCK_STREAM;
};

/// Lets this process open as many descriptors as the machine allows it: each connection is one.
inline void raise_descriptor_limit() noexcept {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Sends what fits. @returns bytes taken; 0: the socket is full
inline std::size_t send_some(int descriptor, const std::byte* data, std::size_t bytes) noexcept {
  const ssize_t sent = send(descriptor, data, bytes, MSG_NOSIGNAL);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EINTR) return 0;
  fail("the server took no more: send", errno);
}

/// Says that nothing follows, and waits until the server closed its side, having taken everything.
inline void finish(int descriptor) noexcept {
  constexpr int patience_milliseconds = 5000;
  shutdown(descriptor, SHUT_WR);
  while (true) {
    pollfd one{descriptor, POLLIN, 0};
    if (poll(&one, 1, patience_milliseconds) == 0) fail("the server did not close its side");
    std::byte unexpected[64];
    const ssize_t got = recv(descriptor, unexpected, sizeof unexpected, 0);
    if (got == 0) break;
    if (got > 0) fail("a sink answered");
    if (errno != EAGAIN && errno != EINTR) fail("the end of a connection: recv", errno);
  }
  close(descriptor);
}

}  // namespace bench

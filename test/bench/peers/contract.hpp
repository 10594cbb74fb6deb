// The contract that a server of the benchmark keeps, for the peers in C++: the command line
// `MODE ADDRESS`, a listening socket, what is counted of the messages (u16be length, then the body,
// which begins with its send time) and the line of JSON at the end. How bytes are read and written
// is each peer's own affair.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include "tally.hpp"

namespace peer {

/// What one receive may bring at most, where the library lets us say.
inline constexpr std::size_t buffer_bytes = 65536;

/// Connections at once; their descriptors fit below it too.
inline constexpr std::size_t connection_limit = 4096;

/// CLOCK_MONOTONIC, as the generator stamps with it.
inline std::uint64_t now_nanoseconds() noexcept {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}

/// What the one thread of a peer counts.
struct Tally : bench::Tally {
  /// Counts what came in one read. An echo needs no more: it gives bytes back as they came.
  void arrived(std::size_t size) noexcept {
    bytes += size;
    chunks += 1;
  }

  /// Counts a message by its stamp.
  void message(std::uint64_t stamp) noexcept {
    total += 1;
    take_stamp(stamp, now_nanoseconds);
  }

  /// Counts a message that is too short for a stamp.
  void message_without_stamp() noexcept {
    total += 1;
    bad += 1;
  }
};

inline Tally tally;

/// Finds the messages of one connection in its bytes, however these are cut. Nothing is copied but
/// the first bytes of a message that is cut within them.
class Messages {
 public:
  /// Counts every message that ends in these bytes.
  void take(const void* data, std::size_t size) noexcept {
    tally.arrived(size);
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    const std::uint64_t before = tally.total;
    while (size > 0) {
      const std::size_t taken = step(bytes, size);
      bytes += taken;
      size -= taken;
    }
    if (tally.total == before) return;
    tally.last_nanoseconds = now_nanoseconds();
    if (before == 0) tally.first_nanoseconds = tally.last_nanoseconds;
  }

 private:
  static constexpr std::size_t prefix_bytes = bench::prefix_bytes;
  static constexpr std::size_t stamp_bytes = bench::stamp_bytes;

  static std::size_t body_bytes(const std::uint8_t* at) noexcept {
    return std::size_t{at[0]} << 8U | at[1];
  }

  /// Counts the message at `at`, whose first bytes are there.
  static void count(const std::uint8_t* at, std::size_t body) noexcept {
    if (body < stamp_bytes) return tally.message_without_stamp();
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t stamp = 0;
    std::memcpy(&stamp, at + prefix_bytes, sizeof stamp);
    tally.message(stamp);
  }

  /// Takes a message, or as much as is there of one. @returns how many bytes that were
  std::size_t step(const std::uint8_t* bytes, std::size_t size) noexcept {
    if (held_ == 0 && rest_ == 0 && size >= prefix_bytes) {
      const std::size_t whole = prefix_bytes + body_bytes(bytes);
      if (size >= whole) {
        count(bytes, whole - prefix_bytes);
        return whole;
      }
    }
    if (rest_ > 0) return take_rest(size);
    head_[held_++] = bytes[0];
    if (held_ < prefix_bytes) return 1;
    const std::size_t body = body_bytes(head_.data());
    if (held_ < prefix_bytes + std::min(body, stamp_bytes)) return 1;
    rest_ = prefix_bytes + body - held_;
    if (rest_ == 0) finish();
    return 1;
  }

  /// Passes over what follows the stamp.
  std::size_t take_rest(std::size_t size) noexcept {
    const std::size_t taken = std::min(size, rest_);
    rest_ -= taken;
    if (rest_ == 0) finish();
    return taken;
  }

  void finish() noexcept {
    count(head_.data(), body_bytes(head_.data()));
    held_ = 0;
  }

  std::array<std::uint8_t, prefix_bytes + stamp_bytes> head_{};
  std::size_t held_ = 0;
  std::size_t rest_ = 0;
};

/// What the command line asks for.
struct Order {
  bool echo = false;
  bool tcp = false;
  std::string host;  ///< of tcp
  std::uint16_t port = 0;
  std::string path;  ///< of unix

  /// Reads the command line; leaves with a sentence where it makes no sense.
  static Order read(int count, char** words) {
    Order order;
    const std::string mode = count == 3 ? words[1] : "";
    const std::string address = count == 3 ? words[2] : "";
    const std::size_t colon = address.rfind(':');
    order.echo = mode == "echo";
    order.tcp = address.starts_with("tcp:") && colon > 4;
    if ((!order.echo && mode != "sink") || (!order.tcp && !address.starts_with("unix:"))) {
      std::fprintf(stderr, "usage: %s echo|sink tcp:IP:PORT|unix:PATH\n", words[0]);
      std::exit(2);
    }
    if (order.tcp) {
      order.host = address.substr(4, colon - 4);
      order.port = static_cast<std::uint16_t>(std::atoi(address.c_str() + colon + 1));
    } else {
      order.path = address.substr(5);
    }
    return order;
  }
};

/// Leaves with the name of the call that failed.
[[noreturn]] inline void fail(const char* what, int error = errno) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(error));
  std::exit(2);
}

/// Says that clients may come.
inline void say_ready() noexcept {
  std::puts("READY");
  std::fflush(stdout);
}

/// Opens the socket that clients come to; `flags` may be SOCK_NONBLOCK, which io_uring would answer
/// with EAGAIN. What is accepted from it inherits TCP_NODELAY.
inline int open_listener(const Order& order, int flags) {
  const int listener = socket(order.tcp ? AF_INET : AF_UNIX, SOCK_STREAM | flags, 0);
  if (listener < 0) fail("socket");
  const int one = 1;
  int bound = 0;
  if (order.tcp) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(order.port);
    if (inet_pton(AF_INET, order.host.c_str(), &address.sin_addr) != 1) fail("inet_pton", EINVAL);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    bound = bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  } else {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (order.path.size() >= sizeof address.sun_path) fail("bind", ENAMETOOLONG);
    std::memcpy(address.sun_path, order.path.data(), order.path.size());
    unlink(order.path.c_str());
    bound = bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  if (bound != 0) fail("bind");
  if (listen(listener, connection_limit) != 0) fail("listen");
  return listener;
}

/// A descriptor that becomes readable by SIGTERM.
inline int open_termination() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  const int termination = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
  if (termination < 0) fail("signalfd");
  return termination;
}

}  // namespace peer

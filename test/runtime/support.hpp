// What the runtime's tests share: a core bound to a shared block of its own, and plain sockets for
// the other side of a connection. Waiting is always bounded and always for an event, never for a
// time to pass.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "loom/core.hpp"
#include "loom/shared_layout.hpp"

namespace loom_test {

/// Longest wait for something that must come; reached only by a test that fails.
inline constexpr int patience_milliseconds = 20000;

/// A zeroed shared block, aligned as the runtime wants it.
class SharedBlock {
 public:
  explicit SharedBlock(std::size_t bytes)
      : memory_(static_cast<std::byte*>(std::aligned_alloc(128, (bytes + 127) / 128 * 128))) {
    std::fill_n(memory_.get(), (bytes + 127) / 128 * 128, std::byte{0});
  }
  [[nodiscard]] std::byte* data() const { return memory_.get(); }
  [[nodiscard]] loom::StatsBlock& stats() const { return loom::stats_block(memory_.get()); }
  [[nodiscard]] std::uint64_t stat(loom::Stat stat) const { return stats().get(stat); }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte[], Free> memory_;
};

/// A ReactorCore without a reactor around it.
class LooseCore {
 public:
  LooseCore() {
    core.attach(
        block.data(), [](void*) noexcept {}, nullptr,
        [](void* self, const char* line) noexcept {
          static_cast<LooseCore*>(self)->logged += line;
        },
        this);
  }
  [[nodiscard]] std::uint64_t stat(loom::Stat stat) const { return block.stat(stat); }

  SharedBlock block{4096};
  loom::ReactorCore core;
  std::string logged;
};

/// A descriptor that closes itself.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  /// Gives the descriptor away.
  int release() { return std::exchange(fd_, -1); }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

/// Waits until `fd` is ready for `events`; false after the patience of a test.
inline bool wait_for(int fd, short events) {
  pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, patience_milliseconds) == 1;
}

/// 127.0.0.1:`port`.
inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// A listening, non-blocking TCP socket on a free port.
inline Descriptor listen_anywhere(std::uint16_t& port, int backlog = 128) {
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) return {};
  if (::listen(fd.get(), backlog) != 0) return {};
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return fd;
}

/// A blocking TCP connection to 127.0.0.1:`port`.
inline Descriptor connect_to(std::uint16_t port) {
  Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  const auto* name = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd.get(), name, sizeof address) != 0) return {};
  return fd;
}

/// Sends all of `text`.
inline bool send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Receives exactly `size` bytes, or what came before the end.
inline std::string receive_exactly(int fd, std::size_t size) {
  std::string text(size, '\0');
  std::size_t have = 0;
  while (have < size && wait_for(fd, POLLIN)) {
    const ssize_t got = ::recv(fd, text.data() + have, size - have, 0);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return text;
}

/// How a stream ended.
enum class StreamEnd { finished, reset, neither };

/// Reads to the end of the stream into `text` and says how it ended.
inline StreamEnd receive_to_end(int fd, std::string& text) {
  char piece[4096];
  while (wait_for(fd, POLLIN)) {
    const ssize_t got = ::recv(fd, piece, sizeof piece, 0);
    if (got == 0) return StreamEnd::finished;
    if (got < 0) return errno == ECONNRESET ? StreamEnd::reset : StreamEnd::neither;
    text.append(piece, static_cast<std::size_t>(got));
  }
  return StreamEnd::neither;
}

}  // namespace loom_test

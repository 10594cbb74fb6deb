// What a message costs that waits in its socket. One thread holds both ends: when the last of eight
// messages has been taken, it fills eight other sockets and takes them by recv(2) alone, then fills
// the eight sockets that are measured and goes back to whoever serves them. The time from there to
// the last of the eight is a round of what is measured, and the bare one was taken just before it;
// the writes are in neither.
#pragma once

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../../../templates/load/histogram.hpp"
#include "../../../templates/load/socket.hpp"
#include "repeat.hpp"

namespace bench {

/// Rounds of eight messages of 64 bytes, for as long as an extent says.
class ReadyRound {
 public:
  static constexpr std::size_t connections = 8;
  static constexpr std::size_t message_bytes = 64;
  static constexpr std::size_t receive_bytes = 16384;

  /// Connects to `address`, which the measured one serves, and as often to a listener of its own on
  /// the same transport. Nobody is told of a message yet.
  void connect(const char* address, const Extent& extent) {
    extent_ = extent;
    sem_init(&over_, 0, 0);
    const Address where{std::string(address)};
    for (int& sender : senders_) sender = where.connect_socket();
    open_bare(where.family());
  }

  /// Fills the measured sockets for the first time.
  void begin() noexcept {
    begin_ = now_nanoseconds();
    // Pairs with the acquire in next(): another thread goes on with what connect() wrote.
    ready_.store(true, std::memory_order_release);
    fill(senders_);
  }

  /// Told by whoever serves the sockets, of bytes that came.
  void take(std::size_t bytes) noexcept {
    taken_ += bytes;
    if (taken_ == connections * message_bytes) next();
  }

  /// Whether the time is over; for whoever serves on this thread.
  [[nodiscard]] bool is_over() const noexcept { return over_seen_; }

  /// Waits until the time is over, and prints {"count", "nanoseconds", "bare_nanoseconds"}: the
  /// messages of a round, and its median time. A mean would be that of whoever interrupts.
  void print_result() {
    while (sem_wait(&over_) != 0) {
    }
    std::printf("{\"count\": %zu, \"nanoseconds\": %llu, \"bare_nanoseconds\": %llu}\n",
                connections, static_cast<unsigned long long>(rounds_.percentile(0.5)),
                static_cast<unsigned long long>(bare_rounds_.percentile(0.5)));
    std::fflush(stdout);
  }

 private:
  using Sockets = std::array<int, connections>;

  /// Pairs of sockets that nobody serves.
  void open_bare(int family) {
    if (family == AF_UNIX) {
      for (std::size_t n = 0; n < connections; ++n) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) fail("socketpair", errno);
        bare_senders_[n] = pair[0];
        bare_receivers_[n] = pair[1];
      }
      return;
    }
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, any, size) != 0 || listen(listener, connections) != 0 ||
        getsockname(listener, any, &size) != 0) {
      fail("a listener", errno);
    }
    const std::string where = "tcp:127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    for (std::size_t n = 0; n < connections; ++n) {
      bare_senders_[n] = Address(where).connect_socket();
      bare_receivers_[n] = accept(listener, nullptr, nullptr);
      if (bare_receivers_[n] < 0) fail("accept", errno);
    }
    close(listener);
  }

  /// One message into each; over loopback it is there when send(2) returns.
  void fill(const Sockets& sockets) noexcept {
    static constexpr std::byte message[message_bytes] = {};
    for (const int each : sockets) {
      if (send(each, message, sizeof message, MSG_NOSIGNAL) != message_bytes) fail("send", errno);
    }
    filled_nanoseconds_ = now_nanoseconds();
  }

  /// Ends a round, and begins the next one unless the time is over.
  void next() noexcept {
    const std::uint64_t now = now_nanoseconds();
    // Pairs with the release in begin(): acquire.
    if (!ready_.load(std::memory_order_acquire)) fail("a message before the first");
    taken_ = 0;
    const std::uint64_t warm = begin_ + extent_.warmup_milliseconds * 1'000'000;
    const bool measured = filled_nanoseconds_ >= warm;
    if (measured) {
      rounds_.record(now - filled_nanoseconds_);
      bare_rounds_.record(bare_nanoseconds_);
      if (now >= warm + extent_.measured_milliseconds * 1'000'000) {
        over_seen_ = true;
        sem_post(&over_);
        return;
      }
    }
    fill(bare_senders_);
    take_bare();
    fill(senders_);
  }

  void take_bare() noexcept {
    for (const int each : bare_receivers_) {
      if (recv(each, buffer_.data(), buffer_.size(), MSG_DONTWAIT) != message_bytes) {
        fail("a message was not there", errno);
      }
    }
    bare_nanoseconds_ = now_nanoseconds() - filled_nanoseconds_;
  }

  Extent extent_;
  Sockets senders_{};
  Sockets bare_senders_{};
  Sockets bare_receivers_{};
  std::array<std::byte, receive_bytes> buffer_{};
  /// The sockets are connected. Release in begin(), acquire in next(): the one hand-over between
  /// the thread that starts and the one that serves.
  std::atomic<bool> ready_{false};
  bool over_seen_ = false;
  sem_t over_{};
  std::size_t taken_ = 0;  ///< bytes of this round
  std::uint64_t begin_ = 0;
  std::uint64_t filled_nanoseconds_ = 0;  ///< when the last sockets were filled
  std::uint64_t bare_nanoseconds_ = 0;    ///< of the last bare round
  Histogram rounds_;                      ///< of what is measured, and as many bare ones
  Histogram bare_rounds_;
};

/// The one of this process.
inline ReadyRound ready_round;

}  // namespace bench

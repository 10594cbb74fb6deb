// Messages in datagrams, to a sink on UDP: `paced` sends one message a datagram, each at its time,
// `ingest` sends datagrams of several as fast as the socket takes them. UDP loses what the receiver
// has no room for. The kernel counts that, so what was sent must be what was taken and what was
// dropped, to the message.
#pragma once

#include <algorithm>
#include <vector>

#include "frame.hpp"
#include "options.hpp"
#include "outcome.hpp"
#include "pace.hpp"
#include "process.hpp"
#include "receive_queue.hpp"
#include "socket.hpp"

namespace bench {

/// The modes `ingest` and `paced` on an address of UDP.
class DatagramLoad {
 public:
  explicit DatagramLoad(const Options& options)
      : options_(options),
        frame_(options.bytes),
        pace_(options.rate),
        calls_(options.count),
        out_(static_cast<std::size_t>(options.batch) * frame_.bytes()) {
    const Address address(options.address);
    if (address.port() == 0) fail("ADDRESS of UDP is udp:IP:PORT with an IPv4 address");
    if (options.connections != 1) fail("over UDP there is one sender: --connections 1");
    if (out_.size() > longest_datagram) fail("--batch messages of --bytes are no datagram");
    port_ = address.port();
    descriptor_ = address.connect_socket();
    for (std::size_t at = 0; at < out_.size(); at += frame_.bytes()) {
      frame_.prepare(out_.data() + at);
    }
  }

  /// Sends datagrams of `batch` messages for the measured time, or until so many messages went as
  /// were asked for, which has to be a multiple.
  Outcome ingest() noexcept {
    const std::uint64_t start = begin();
    const std::uint64_t end = start + options_.milliseconds * 1'000'000;
    while (options_.messages == 0 ? now_nanoseconds() < end : outcome_.sent < options_.messages) {
      send_datagram();
      outcome_.sent += options_.batch;
    }
    return end_of(start);
  }

  /// Sends a datagram whenever the server sleeps, until so many messages went as were asked for.
  Outcome ingest_in_lockstep() {
    if (options_.messages == 0) fail("--lockstep takes --messages");
    const std::vector<int> threads = threads_of(options_.lockstep);
    const std::uint64_t start = begin();
    while (outcome_.sent < options_.messages) {
      wait_until_asleep(threads, options_.lockstep);
      send_datagram();
      outcome_.sent += options_.batch;
    }
    wait_until_asleep(threads, options_.lockstep);
    return end_of(start);
  }

  /// Sends `rate` messages a second, each stamped with the time when it was due.
  Outcome paced() noexcept {
    if (options_.batch != 1) fail("paced over UDP sends one message a datagram: --batch 1");
    const std::uint64_t start = begin();
    const std::uint64_t first_measured = options_.warmup * options_.rate / 1000;
    const std::uint64_t all = first_measured + options_.milliseconds * options_.rate / 1000;
    while (outcome_.sent < all) {
      const std::uint64_t now = now_nanoseconds();
      const std::uint64_t number = outcome_.sent;
      if (pace_.due_at(now - start) <= number) continue;
      const std::uint64_t due = start + pace_.due_time(number);
      const bool measured = number >= first_measured;
      Frame::stamp(out_.data(), measured ? due : 0, number);
      if (measured) outcome_.times.record(now > due ? now - due : 0);
      send_datagram();
      outcome_.sent += 1;
    }
    outcome_.measured = all - first_measured;
    return end_of(start);
  }

 private:
  /// The longest payload over IPv4, udp(7).
  static constexpr std::size_t longest_datagram = 65507;
  static constexpr std::uint64_t patience_nanoseconds = 5'000'000'000;

  std::uint64_t begin() noexcept {
    const ReceiveQueue queue = receive_queue_of(port_);
    if (!queue.found) fail("nobody receives on the port of ADDRESS");
    dropped_at_begin_ = queue.dropped;
    calls_at_begin_ = calls_.read();
    return now_nanoseconds();
  }

  /// Sends the block that is prepared, as one datagram.
  void send_datagram() noexcept {
    while (send_some(descriptor_, out_.data(), out_.size()) == 0) {
      // Until the socket takes it.
    }
  }

  /// Waits until the server has taken what the kernel did not drop, and counts.
  Outcome end_of(std::uint64_t start) noexcept {
    outcome_.measured_nanoseconds = now_nanoseconds() - start;
    const std::uint64_t limit = now_nanoseconds() + patience_nanoseconds;
    ReceiveQueue queue = receive_queue_of(port_);
    for (; queue.bytes != 0; queue = receive_queue_of(port_)) {
      if (!queue.found) fail("the server is gone");
      if (now_nanoseconds() > limit) fail("the server does not take what it is sent");
    }
    if (calls_at_begin_ >= 0) outcome_.system_calls = calls_.read() - calls_at_begin_;
    outcome_.dropped = (queue.dropped - dropped_at_begin_) * options_.batch;
    outcome_.bytes_sent = outcome_.sent * frame_.bytes();
    if (outcome_.measured == 0) outcome_.measured = outcome_.sent;
    close(descriptor_);
    return outcome_;
  }

  Options options_;
  Frame frame_;
  Pace pace_;
  SystemCalls calls_;
  std::vector<std::byte> out_;
  Outcome outcome_;
  std::uint16_t port_ = 0;
  int descriptor_ = -1;
  std::uint64_t dropped_at_begin_ = 0;
  std::int64_t calls_at_begin_ = -1;
};

}  // namespace bench

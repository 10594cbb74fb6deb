// Messages that nobody answers: `ingest` sends blocks of them as fast as the server takes them,
// `paced` sends each at its time and stamps it with the time at which it should have been sent, so
// that a generator that was held up counts against whoever held it up.
#pragma once

#include <sys/epoll.h>

#include <algorithm>
#include <vector>

#include "frame.hpp"
#include "options.hpp"
#include "outcome.hpp"
#include "pace.hpp"
#include "process.hpp"
#include "socket.hpp"

namespace bench {

/// The modes `ingest` and `paced`.
class StreamLoad {
 public:
  explicit StreamLoad(const Options& options, bool paced)
      : options_(options),
        frame_(options.bytes),
        pace_(options.rate),
        calls_(options.count),
        peers_(static_cast<std::size_t>(options.connections)),
        batch_(paced ? most_due : options.batch) {
    const Address address(options.address);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    for (Peer& peer : peers_) {
      peer.descriptor = address.connect_socket();
      peer.out.resize(static_cast<std::size_t>(batch_) * frame_.bytes());
      for (std::size_t at = 0; at < peer.out.size(); at += frame_.bytes()) {
        frame_.prepare(peer.out.data() + at);
      }
      epoll_event event{EPOLLOUT, {&peer}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.descriptor, &event);
    }
  }

  /// Sends a block whenever the server sleeps, until as many messages went as were asked for.
  Outcome ingest_in_lockstep() {
    if (peers_.size() != 1 || options_.messages == 0) {
      fail("--lockstep takes one connection and --messages");
    }
    const std::vector<int> threads = threads_of(options_.lockstep);
    const std::uint64_t start = begin();
    Peer& peer = peers_[0];
    while (outcome_.sent < options_.messages) {
      wait_until_asleep(threads, options_.lockstep);
      next_block(peer);
      while (peer.from != peer.to) flush(peer);
    }
    wait_until_asleep(threads, options_.lockstep);
    return end_of(start);
  }

  /// Sends blocks for the measured time, or as many messages as were asked for.
  Outcome ingest() {
    const std::uint64_t start = begin();
    const std::uint64_t end = start + options_.milliseconds * 1'000'000;
    const std::uint64_t most = options_.messages == 0 ? UINT64_MAX : options_.messages;
    while (outcome_.sent < most && (options_.messages != 0 || now_nanoseconds() < end)) {
      epoll_event events[64];
      const int count = epoll_wait(epoll_, events, 64, 0);
      for (int n = 0; n < count && outcome_.sent < most; ++n) {
        Peer& peer = *static_cast<Peer*>(events[n].data.ptr);
        if (peer.to == peer.from) next_block(peer);
        flush(peer);
      }
    }
    return end_of(start);
  }

  /// Sends `rate` messages a second, each connection in its turn.
  Outcome paced() {
    const std::uint64_t start = begin();
    const std::uint64_t first_measured = options_.warmup * options_.rate / 1000;
    const std::uint64_t all = first_measured + options_.milliseconds * options_.rate / 1000;
    std::size_t turn = 0;
    while (outcome_.sent < all) {
      const std::uint64_t now = now_nanoseconds();
      const std::uint64_t due = std::min(all, pace_.due_at(now - start)) - outcome_.sent;
      Peer& peer = peers_[turn];
      if (due == 0 || peer.from != peer.to) {
        for (Peer& each : peers_) flush(each);
        if (peer.from != peer.to) turn = (turn + 1) % peers_.size();
        continue;
      }
      write_due(peer, std::min(due, batch_), start, now, first_measured);
      flush(peer);
      turn = (turn + 1) % peers_.size();
    }
    outcome_.measured = all - first_measured;
    return end_of(start);
  }

 private:
  /// Messages that are sent together at most when the generator is late.
  static constexpr std::uint64_t most_due = 64;

  struct Peer {
    int descriptor = -1;
    std::size_t from = 0;  ///< what the socket has not taken yet, in `out`
    std::size_t to = 0;
    std::vector<std::byte> out;
  };

  /// The next block of a connection that has sent the last one.
  void next_block(Peer& peer) noexcept {
    const std::uint64_t left = options_.messages == 0 ? batch_ : options_.messages - outcome_.sent;
    const std::uint64_t messages = std::min(batch_, left);
    peer.from = 0;
    peer.to = static_cast<std::size_t>(messages) * frame_.bytes();
    outcome_.sent += messages;
  }

  std::uint64_t begin() noexcept {
    calls_at_begin_ = calls_.read();
    return now_nanoseconds();
  }

  void write_due(Peer& peer, std::uint64_t count, std::uint64_t start, std::uint64_t now,
                 std::uint64_t first_measured) noexcept {
    peer.from = 0;
    peer.to = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
      const std::uint64_t number = outcome_.sent + n;
      const std::uint64_t due = start + pace_.due_time(number);
      Frame::stamp(peer.out.data() + peer.to, number < first_measured ? 0 : due, number);
      peer.to += frame_.bytes();
      if (number >= first_measured) outcome_.times.record(now > due ? now - due : 0);
    }
    outcome_.sent += count;
  }

  static void flush(Peer& peer) noexcept {
    if (peer.from == peer.to) return;
    peer.from += send_some(peer.descriptor, peer.out.data() + peer.from, peer.to - peer.from);
  }

  /// Sends what is left, ends every connection, and counts.
  Outcome end_of(std::uint64_t start) noexcept {
    constexpr std::uint64_t patience_nanoseconds = 5'000'000'000;
    const std::uint64_t limit = now_nanoseconds() + patience_nanoseconds;
    for (Peer& peer : peers_) {
      while (peer.from != peer.to) {
        flush(peer);
        if (now_nanoseconds() > limit) fail("the server does not take what it is sent");
      }
    }
    for (const Peer& peer : peers_) finish(peer.descriptor);
    if (calls_at_begin_ >= 0) outcome_.system_calls = calls_.read() - calls_at_begin_;
    outcome_.bytes_sent = outcome_.sent * frame_.bytes();
    outcome_.measured_nanoseconds = now_nanoseconds() - start;
    if (outcome_.measured == 0) outcome_.measured = outcome_.sent;
    return outcome_;
  }

  Options options_;
  Frame frame_;
  Pace pace_;
  SystemCalls calls_;
  std::vector<Peer> peers_;
  std::uint64_t batch_;
  Outcome outcome_;
  int epoll_ = -1;
  std::int64_t calls_at_begin_ = -1;
};

}  // namespace bench

// Closed loop: every connection has `depth` messages on their way, and each that comes back is
// looked at and followed by another one. Few connections are asked by recv(2) without a pause, many
// through epoll, which is never waited for: the generator has a core of its own.
#pragma once

#include <sys/epoll.h>

#include <algorithm>
#include <vector>

#include "frame.hpp"
#include "options.hpp"
#include "outcome.hpp"
#include "process.hpp"
#include "socket.hpp"

namespace bench {

/// The mode `echo`.
class EchoLoad {
 public:
  explicit EchoLoad(const Options& options)
      : options_(options),
        frame_(options.bytes),
        prepared_(frame_.bytes()),
        calls_(options.count),
        peers_(static_cast<std::size_t>(options.connections)) {
    frame_.prepare(prepared_.data());
    const Address address(options.address);
    if (address.is_datagram()) fail("UDP loses messages: it has ingest and paced, and no echo");
    const auto depth = static_cast<std::size_t>(options.depth);
    epoll_ = epoll_create1(EPOLL_CLOEXEC);
    for (Peer& peer : peers_) {
      peer.descriptor = address.connect_socket();
      peer.sent_at.resize(depth);
      peer.out.resize(depth * frame_.bytes());
      peer.in.resize(std::max<std::size_t>(depth * frame_.bytes(), 65536));
      for (std::size_t n = 0; n < depth; ++n) frame_.prepare(peer.out.data() + n * frame_.bytes());
      epoll_event event{EPOLLIN, {&peer}};
      epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.descriptor, &event);
    }
  }

  /// Plays the load to its end.
  Outcome run() {
    if (options_.lockstep != 0) {
      run_in_lockstep();
    } else {
      run_freely();
    }
    outcome_.bytes_sent = outcome_.sent * frame_.bytes();
    for (const Peer& peer : peers_) close(peer.descriptor);
    return outcome_;
  }

 private:
  struct Peer {
    int descriptor = -1;
    std::uint64_t sent = 0;      ///< messages, written into `out` at least
    std::uint64_t received = 0;  ///< messages
    std::size_t out_from = 0;    ///< what the socket has not taken yet, in `out`
    std::size_t out_to = 0;
    std::size_t in_have = 0;  ///< the beginning of a message that is not whole yet
    std::vector<std::uint64_t> sent_at;
    std::vector<std::byte> out;
    std::vector<std::byte> in;
  };

  static constexpr std::uint64_t patience_nanoseconds = 5'000'000'000;
  static constexpr std::size_t few_peers = 4;
  static constexpr int events_at_once = 512;

  void run_freely() noexcept {
    start_ = now_nanoseconds();
    const bool counted = options_.messages != 0;
    begin_ = start_ + (counted ? 0 : options_.warmup * 1'000'000);
    end_ = counted ? UINT64_MAX : begin_ + options_.milliseconds * 1'000'000;
    last_answer_ = start_;
    for (Peer& peer : peers_) send_more(peer, options_.depth, start_);
    while (outcome_.received < outcome_.sent) {
      if (peers_.size() <= few_peers) {
        for (Peer& peer : peers_) receive(peer);
      } else {
        poll_all();
      }
    }
    outcome_.measured_nanoseconds = (counted ? last_answer_ : end_seen_) - begin_seen_;
    if (calls_at_end_ >= 0) outcome_.system_calls = calls_at_end_ - calls_at_begin_;
  }

  void poll_all() noexcept {
    epoll_event events[events_at_once];
    const int count = epoll_wait(epoll_, events, events_at_once, 0);
    if (count <= 0) {
      look_at_clock(now_nanoseconds());
      return;
    }
    for (int n = 0; n < count; ++n) receive(*static_cast<Peer*>(events[n].data.ptr));
  }

  /// Sends `depth` messages, takes them back, and waits until the server sleeps, again and again:
  /// whatever the machine is busy with, the server does the same each time.
  void run_in_lockstep() noexcept {
    if (peers_.size() != 1 || options_.messages == 0) {
      fail("--lockstep takes one connection and --messages");
    }
    const std::vector<int> threads = threads_of(options_.lockstep);
    Peer& peer = peers_[0];
    start_ = last_answer_ = begin_ = begin_seen_ = now_nanoseconds();
    calls_at_begin_ = calls_.read();
    end_ = 0;  // An answer is not followed by another message.
    while (outcome_.sent < options_.messages) {
      wait_until_asleep(threads, options_.lockstep);
      send_more(peer, options_.depth, now_nanoseconds());
      while (peer.received < peer.sent) receive(peer);
    }
    wait_until_asleep(threads, options_.lockstep);
    if (calls_at_begin_ >= 0) outcome_.system_calls = calls_.read() - calls_at_begin_;
    outcome_.measured = outcome_.received;
    outcome_.measured_nanoseconds = now_nanoseconds() - start_;
  }

  /// Notes the moments when the measured time begins and ends, and gives up on a silent server.
  void look_at_clock(std::uint64_t now) noexcept {
    if (begin_seen_ == 0 && now >= begin_) {
      begin_seen_ = now;
      calls_at_begin_ = calls_.read();
    }
    if (end_seen_ == 0 && now >= end_) {
      end_seen_ = now;
      if (calls_at_begin_ >= 0) calls_at_end_ = calls_.read();
    }
    if (now > last_answer_ + patience_nanoseconds) fail("the server does not answer");
  }

  /// Writes `count` messages behind what still waits, and sends.
  void send_more(Peer& peer, std::uint64_t count, std::uint64_t now) noexcept {
    if (options_.messages != 0) count = std::min(count, options_.messages - outcome_.sent);
    if (peer.out_from != 0) {
      const std::size_t waiting = peer.out_to - peer.out_from;
      std::memmove(peer.out.data(), peer.out.data() + peer.out_from, waiting);
      peer.out_from = 0;
      peer.out_to = waiting;
    }
    for (std::uint64_t n = 0; n < count; ++n) {
      std::byte* at = peer.out.data() + peer.out_to;
      std::memcpy(at, prepared_.data(), frame_.bytes());
      Frame::stamp(at, now, peer.sent);
      peer.sent_at[peer.sent % options_.depth] = now;
      peer.sent += 1;
      peer.out_to += frame_.bytes();
    }
    outcome_.sent += count;
    flush(peer);
  }

  static void flush(Peer& peer) noexcept {
    if (peer.out_from == peer.out_to) return;
    peer.out_from +=
        send_some(peer.descriptor, peer.out.data() + peer.out_from, peer.out_to - peer.out_from);
  }

  /// Takes what came, and sends as many messages as came back.
  void receive(Peer& peer) noexcept {
    flush(peer);
    const ssize_t got = recv(peer.descriptor, peer.in.data() + peer.in_have,
                             peer.in.size() - peer.in_have, MSG_DONTWAIT);
    const std::uint64_t now = now_nanoseconds();
    look_at_clock(now);
    if (got == 0) fail("the server closed a connection");
    if (got < 0) {
      if (errno == EAGAIN || errno == EINTR) return;
      fail("recv", errno);
    }
    peer.in_have += static_cast<std::size_t>(got);
    last_answer_ = now;
    const std::uint64_t back = take_answers(peer, now);
    if (back != 0 && end_seen_ == 0) send_more(peer, back, now);
  }

  /// Looks at every whole message that came back. @returns how many
  std::uint64_t take_answers(Peer& peer, std::uint64_t now) noexcept {
    const std::size_t size = frame_.bytes();
    std::uint64_t count = 0;
    std::size_t position = 0;
    for (; peer.in_have - position >= size; position += size) {
      if (peer.received == peer.sent) fail("the server sent more than it was sent");
      const std::uint64_t sent_at = peer.sent_at[peer.received % options_.depth];
      if (!frame_.is(peer.in.data() + position, prepared_.data(), sent_at, peer.received)) {
        outcome_.bad += 1;
      }
      peer.received += 1;
      count += 1;
      if (begin_seen_ == 0 || sent_at < begin_seen_ || now > end_) continue;
      outcome_.times.record(now - sent_at);
    }
    peer.in_have -= position;
    std::memmove(peer.in.data(), peer.in.data() + position, peer.in_have);
    outcome_.received += count;
    if (begin_seen_ != 0 && (end_seen_ == 0 || end_seen_ == now)) outcome_.measured += count;
    return count;
  }

  Options options_;
  Frame frame_;
  std::vector<std::byte> prepared_;
  SystemCalls calls_;
  std::vector<Peer> peers_;
  Outcome outcome_;
  int epoll_ = -1;
  std::uint64_t start_ = 0;
  std::uint64_t begin_ = 0;  ///< of the measured time, as planned and as it was
  std::uint64_t begin_seen_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t end_seen_ = 0;
  std::uint64_t last_answer_ = 0;
  std::int64_t calls_at_begin_ = -1;
  std::int64_t calls_at_end_ = -1;
};

}  // namespace bench

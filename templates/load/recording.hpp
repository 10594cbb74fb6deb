// A recorded session played again on one connection: the sizes of its messages and the distances
// between them, which a factor shortens. Each message is stamped with the time when it is due, so
// that a burst counts from the moment when it should have come, however long it takes to be sent.
// What is due together leaves together.
#pragma once

#include <algorithm>
#include <vector>

#include "frame.hpp"
#include "options.hpp"
#include "outcome.hpp"
#include "process.hpp"
#include "schedule.hpp"
#include "socket.hpp"

namespace bench {

/// The mode `replay`.
class RecordingLoad {
 public:
  explicit RecordingLoad(const Options& options)
      : options_(options), calls_(options.count), out_(block_bytes) {
    if (options.schedule == nullptr) fail("replay takes --schedule FILE");
    if (options.connections != 1) fail("a recording is one session: --connections 1");
    schedule_ = read_schedule(options.schedule);
    const Address address(options.address);
    if (address.is_datagram()) fail("replay takes a stream: tcp:IP:PORT or unix:PATH");
    descriptor_ = address.connect_socket();
  }

  /// Plays it to its end. Messages that are due within the warm-up are not measured.
  Outcome replay() noexcept {
    calls_at_begin_ = calls_.read();
    const std::uint64_t start = now_nanoseconds();
    std::uint64_t last_progress = start;
    while (outcome_.sent < schedule_.size() || from_ != to_) {
      const std::uint64_t now = now_nanoseconds();
      if (from_ == to_) write_due(start, now);
      if (from_ == to_ || flush()) {
        last_progress = now;
      } else if (now > last_progress + patience_nanoseconds) {
        fail("the server does not take what it is sent");
      }
    }
    finish(descriptor_);
    if (calls_at_begin_ >= 0) outcome_.system_calls = calls_.read() - calls_at_begin_;
    outcome_.measured_nanoseconds = now_nanoseconds() - start;
    return outcome_;
  }

 private:
  static constexpr std::uint64_t patience_nanoseconds = 5'000'000'000;
  /// What is due together and leaves in one send at most; the largest message fits.
  static constexpr std::size_t block_bytes = 131072;

  /// Writes the messages that are due, as far as they fit.
  void write_due(std::uint64_t start, std::uint64_t now) noexcept {
    from_ = to_ = 0;
    for (; outcome_.sent < schedule_.size(); ++outcome_.sent) {
      const Recorded& next = schedule_[outcome_.sent];
      const std::uint64_t elapsed = next.offset_nanoseconds / options_.speed;
      const std::uint64_t due = start + elapsed;
      const Frame frame(next.body_bytes);
      if (due > now || frame.bytes() > out_.size() - to_) return;
      const bool measured = elapsed >= options_.warmup * 1'000'000;
      frame.prepare(out_.data() + to_);
      Frame::stamp(out_.data() + to_, measured ? due : 0, outcome_.sent);
      to_ += frame.bytes();
      outcome_.bytes_sent += frame.bytes();
      if (!measured) continue;
      outcome_.measured += 1;
      outcome_.times.record(now - due);
    }
  }

  /// @returns whether the socket took something
  bool flush() noexcept {
    const std::size_t taken = send_some(descriptor_, out_.data() + from_, to_ - from_);
    from_ += taken;
    return taken != 0;
  }

  Options options_;
  SystemCalls calls_;
  std::vector<Recorded> schedule_;
  std::vector<std::byte> out_;
  Outcome outcome_;
  int descriptor_ = -1;
  std::size_t from_ = 0;  ///< what the socket has not taken yet, in `out_`
  std::size_t to_ = 0;
  std::int64_t calls_at_begin_ = -1;
};

}  // namespace bench

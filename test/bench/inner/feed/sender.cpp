// Sends messages on descriptor 0, a connected socket, until its reader closes: as fast as they are
// taken, or at a rate. A message has 200 bytes and is framed as WebSocket has it (RFC 6455, 5.2) or
// by its length; both heads have four bytes, so that both feeds have the same size.
//
//   feed_sender FRAMING RATE
//
// FRAMING is `websocket` or `length`, RATE messages a second, 0: as fast as they are taken.
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "../../../../templates/load/clock.hpp"
#include "../../../../templates/load/pace.hpp"

namespace {

constexpr std::size_t head_bytes = 4;
constexpr std::size_t body_bytes = 200;
constexpr std::size_t frame_bytes = head_bytes + body_bytes;
/// Messages of one send(2) at full speed, and the most when the sender is late.
constexpr std::size_t block = 512;
/// The reader: its socket.
constexpr int reader = 0;

/// FIN, binary, not masked, the length in 16 bits; or the length in 32 bits.
std::array<std::uint8_t, head_bytes> head_of(std::string_view framing) {
  if (framing == "websocket") return {0x82, 126, body_bytes >> 8U, body_bytes & 0xffU};
  return {0, 0, body_bytes >> 8U, body_bytes & 0xffU};
}

/// A block of messages: stamp and number, u64 little-endian, then letters.
class Block {
 public:
  explicit Block(std::string_view framing) : bytes_(block * frame_bytes) {
    const auto head = head_of(framing);
    for (std::size_t n = 0; n < bytes_.size(); ++n) {
      const std::size_t at = n % frame_bytes;
      bytes_[n] = at < head_bytes ? head[at] : static_cast<std::uint8_t>('a' + at % 26);
    }
  }

  /// Numbers and stamps the first `count`, and sends them. False: the reader is gone.
  bool send(std::size_t count, std::uint64_t stamp) {
    for (std::size_t n = 0; n < count; ++n) {
      std::uint8_t* body = bytes_.data() + n * frame_bytes + head_bytes;
      std::memcpy(body, &stamp, sizeof stamp);
      std::memcpy(body + sizeof stamp, &++number_, sizeof number_);
    }
    return send_all(count * frame_bytes);
  }

 private:
  bool send_all(std::size_t bytes) const {
    std::size_t from = 0;
    while (from < bytes) {
      const ssize_t sent = ::send(reader, bytes_.data() + from, bytes - from, MSG_NOSIGNAL);
      if (sent > 0) {
        from += static_cast<std::size_t>(sent);
      } else if (errno == EAGAIN) {
        pollfd room{reader, POLLOUT, 0};
        poll(&room, 1, -1);
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  std::vector<std::uint8_t> bytes_;
  std::uint64_t number_ = 0;
};

/// Sleeps until `time` of CLOCK_MONOTONIC, so that readers have the core meanwhile.
void sleep_until(std::uint64_t time) {
  const timespec until{static_cast<time_t>(time / 1'000'000'000),
                       static_cast<long>(time % 1'000'000'000)};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

/// Sends `rate` messages a second. What is late leaves at once, stamped with when it leaves.
void paced(Block& messages, std::uint64_t rate) {
  prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  const bench::Pace pace(rate);
  const std::uint64_t start = bench::now_nanoseconds();
  std::uint64_t sent = 0;
  while (true) {
    const std::uint64_t now = bench::now_nanoseconds();
    const std::uint64_t due = pace.due_at(now - start) - sent;
    if (due == 0) {
      sleep_until(start + pace.due_time(sent));
      continue;
    }
    const std::size_t count = std::min<std::uint64_t>(due, block);
    if (!messages.send(count, now)) return;
    sent += count;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  Block messages(argv[1]);
  const std::uint64_t rate = std::strtoull(argv[2], nullptr, 10);
  if (rate != 0) {
    paced(messages, rate);
  } else {
    while (messages.send(block, 0)) {
      // Until the reader is gone.
    }
  }
  return 0;
}
